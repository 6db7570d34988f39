# METADATA
# title: The commit is signed by somebody who may
# description: >
#   The name in a commit is whatever its author typed. A signature by an allowed key shows who made
#   it.
# custom:
#   id: source.commits-signed
#   solution: Sign commits with a key that the trust root names as yours.
#   stage: source
#   severity: medium
#   effect: advise
#   controls: ["SSDF:PS.1.1", "SLSA:identity-management", "SLSA:source-provenance"]
package rules.source.commits_signed

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if {
	some signature in input.source.signatures
	signature.verdict == "FAILED"
}

verdict := "PASSED" if {
	count(input.source.signatures) > 0
	count(reasons) == 0
}

reasons := [reason |
	some signature in input.source.signatures
	signature.verdict != "PASSED"
	reason := {
		"what": concat("", ["the signature of the commit: ", signature.reason]),
		"where": signature.kind,
		"remedy": "Sign the commit with a key that the trust root names as yours.",
		"finding": "",
	}
]
