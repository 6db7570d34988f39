# METADATA
# title: The scans looked at what the commit holds
# description: >
#   A scan of an empty folder finds nothing, and so does a match with an empty component list. What
#   the scans say they examined must come to what the commit is known to hold.
# custom:
#   id: source.scans-cover
#   solution: Run `assay check` again on this commit, and report it if the numbers still differ.
#   stage: source
#   severity: high
#   effect: enforce
#   answers: [PASSED, UNKNOWN]
#   controls: ["SSDF:PO.3.3", "SSDF:PW.4.4", "SSDF:PW.7.2"]
package rules.source.scans_cover

import rego.v1

default verdict := "UNKNOWN"

verdict := "PASSED" if count(reasons) == 0

default unsearched := false

unsearched if {
	input.source.bytes > 0
	input.scans.secrets.examined.blobs == 0
}

reasons := [reason |
	some fault in [
		{
			"found": input.scans.secrets.examined.commits < input.source.commits,
			"what": "secrets were looked for in fewer commits than there are",
			"where": "secrets",
		},
		{
			"found": unsearched,
			"what": "secrets were looked for in no file",
			"where": "secrets",
		},
		{
			"found": input.scans.vulnerabilities.examined.components < input.inventory.components,
			"what": "fewer components were matched with advisories than the component list has",
			"where": "vulnerabilities",
		},
	]
	fault.found
	reason := {
		"what": fault.what,
		"where": fault.where,
		"remedy": "Run `assay check` again on this commit.",
		"finding": "",
	}
]
