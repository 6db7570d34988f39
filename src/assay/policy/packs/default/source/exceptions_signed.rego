# METADATA
# title: No secret is accepted by a comment or a file alone
# description: >
#   Whoever writes a change can write the exception for it too. A waiver is signed by somebody who
#   answers for the risk; a comment or an exclusion has only a reason and an end.
# custom:
#   id: source.exceptions-signed
#   solution: Take the exception out, and have a risk owner run `assay finding accept`.
#   stage: source
#   severity: medium
#   effect: advise
#   controls: ["SSDF:PS.1.1", "SSDF:PO.5.2"]
package rules.source.exceptions_signed

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(reasons) > 0

verdict := "PASSED" if count(reasons) == 0

reasons := [reason |
	some item in input.scans.secrets.not_checked
	item.what == "secret"
	item.accepted != ""
	reason := {
		"what": concat("", [item.why, ": ", item.accepted]),
		"where": item.where,
		"remedy": "Take the exception out; where the secret is none, let a risk owner sign a waiver.",
		"finding": "",
	}
]
