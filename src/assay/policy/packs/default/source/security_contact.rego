# METADATA
# title: Whoever finds a vulnerability knows whom to tell
# description: >
#   Without a security policy or contact, reports go to public trackers, or nowhere.
# custom:
#   id: source.security-contact
#   solution: Add a SECURITY.md that says how to report a vulnerability in private.
#   stage: source
#   severity: low
#   effect: advise
#   controls: ["SSDF:RV.1.3", "OSPS:OSPS-VM-01.01", "OSPS:OSPS-VM-02.01"]
package rules.source.security_contact

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(reasons) > 0

verdict := "PASSED" if count(documents) > 0

documents := array.concat(
	input.source.documents["security-policy"],
	input.source.documents["security-contact"],
)

reasons := [reason |
	count(documents) == 0
	reason := {
		"what": "neither a security policy nor a security contact",
		"where": "SECURITY.md",
		"remedy": "Add a SECURITY.md that says how to report a vulnerability in private.",
		"finding": "",
	}
]
