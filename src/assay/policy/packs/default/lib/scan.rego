# What the rules about scans share: reasons out of findings, and out of what was not looked at.
package lib.scan

import rego.v1

reason(finding) := {
	"what": concat(" ", [finding.severity, finding.title]),
	"where": finding.where,
	"remedy": finding.remedy,
	"finding": finding.id,
}

# Whatever nobody accepted going without.
gaps(not_checked) := [gap(item) | some item in not_checked; item.accepted == ""]

gap(item) := {
	"what": concat(" ", ["not checked:", item.what, item.why]),
	"where": item.where,
	"remedy": remedy(item.remedy),
	"finding": "",
}

remedy("") := "Make it readable for the scanner, or exclude it in assay.toml with a reason and an end date."

remedy(text) := text if text != ""

# At least as bad as the threshold; rank 0 is the worst.
worse(findings, threshold) := [reason(finding) |
	some finding in findings
	finding.rank <= threshold.rank
]
