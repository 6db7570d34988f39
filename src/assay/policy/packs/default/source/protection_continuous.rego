# METADATA
# title: Protection was not weakened for a while
# description: >
#   Protection that is taken away for an hour lets anything in, and is there again when somebody
#   looks. Each look at the forge is in the log; what one of them saw and the next one did not is a
#   weakening.
# custom:
#   id: source.protection-continuous
#   solution: Find out who changed the protection and what was merged meanwhile; look at the forge more often.
#   obtain: Run `assay forge record`, where the repository is on a forge.
#   stage: source
#   severity: medium
#   effect: advise
#   controls: ["SSDF:PS.1.1", "SLSA:continuity"]
package rules.source.protection_continuous

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(weakened) > 0

verdict := "PASSED" if {
	count(input.forge.accounts) > 0
	count(reasons) == 0
}

reasons := array.concat(weakened, broken)

# A weakening counts for as long as evidence does.
weakened := [reason |
	some account in input.forge.accounts
	some weakening in account.weakenings
	weakening.age_hours < input.parameters.evidence_max_age_hours
	reason := {
		"what": concat("", ["weakened: ", weakening.what, " was ", weakening.was, ", then ", weakening.now]),
		"where": concat(" ", [account.repository, account.ref]),
		"remedy": "Look at what was merged in between, and at who could change it.",
		"finding": "",
	}
]

broken := [reason |
	some account in input.forge.accounts
	some control in ["no-force-push", "no-deletion"]
	not account.since_hours[control]
	reason := {
		"what": concat(" ", ["no unbroken row of looks shows", control]),
		"where": concat(" ", [account.repository, account.ref]),
		"remedy": "Turn it on, and let a job run `assay forge record` every day.",
		"finding": "",
	}
]
