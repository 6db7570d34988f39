# METADATA
# title: The forge protects the branch
# description: >
#   On a branch that anybody may push to, rewrite or delete, nothing that was reviewed need stay. What
#   a forge says is its own word: it corroborates, and whoever administers the forge can change it.
# custom:
#   id: source.branch-protected
#   solution: Protect the branch on the forge, administrators included, and run `assay forge record`.
#   obtain: Run `assay forge record`, where the repository is on a forge.
#   stage: source
#   severity: medium
#   effect: advise
#   controls: ["SSDF:PS.1.1", "SLSA:continuity", "OSPS:OSPS-AC-03.01", "OSPS:OSPS-AC-03.02"]
package rules.source.branch_protected

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(open) > 0

verdict := "PASSED" if {
	count(input.forge.accounts) > 0
	count(reasons) == 0
}

needed := ["changes-by-request", "approval-required", "administrators-included", "no-force-push", "no-deletion"]

reasons := array.concat(array.concat(open, untold), stale)

open := [reason |
	some account in input.forge.accounts
	some control in needed
	account.controls[control] == "FAILED"
	reason := {
		"what": concat(" ", ["the forge does not enforce", control]),
		"where": concat(" ", [account.repository, account.ref]),
		"remedy": "Turn it on in the settings of the branch, and run `assay forge record`.",
		"finding": "",
	}
]

untold := [reason |
	some account in input.forge.accounts
	some control in needed
	account.controls[control] == "UNKNOWN"
	reason := {
		"what": concat(" ", ["the forge does not tell", control]),
		"where": concat(" ", [account.repository, account.ref]),
		"remedy": "Run `assay forge record` with a token that may read the administration.",
		"finding": "",
	}
]

stale := [reason |
	some account in input.forge.accounts
	account.age_hours >= account.max_gap_hours
	reason := {
		"what": concat(" ", ["the last look at the forge is", format_int(account.age_hours, 10), "hours old"]),
		"where": concat(" ", [account.repository, account.ref]),
		"remedy": "Run `assay forge record`, and let a job run it every day.",
		"finding": "",
	}
]
