# METADATA
# title: The code owners are what the file says
# description: >
#   Forges leave out lines of CODEOWNERS that they do not understand, without a word; and whoever may
#   change the file unasked may take every owner away.
# custom:
#   id: source.owners-hold
#   solution: Mend the lines that are left out, and give CODEOWNERS itself an owner.
#   obtain: Say in a file CODEOWNERS who owns what, where several people change this repository.
#   stage: source
#   severity: low
#   effect: advise
#   controls: ["SSDF:PS.1.1", "OSPS:OSPS-QA-07.01"]
package rules.source.owners_hold

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(faults) > 0

verdict := "PASSED" if {
	count(input.owners.accounts) > 0
	count(reasons) == 0
}

reasons := array.concat(faults, scan.gaps(input.owners.not_checked))

faults := array.concat(wrong, unguarded)

wrong := [reason |
	some account in input.owners.accounts
	some error in account.errors
	reason := {
		"what": concat("", ["the forge leaves it out: ", error.what]),
		"where": concat(":", [account.path, format_int(error.line, 10)]),
		"remedy": "Mend the line.",
		"finding": "",
	}
]

unguarded := [reason |
	some account in input.owners.accounts
	account.guarded == false
	reason := {
		"what": "nobody owns the file that says who owns what",
		"where": account.path,
		"remedy": "Add a line for it, at the end: /.github/CODEOWNERS @somebody",
		"finding": "",
	}
]
