# METADATA
# title: Two people stand behind every change
# description: >
#   Whoever can change the branch alone can put anything into the product. A change counts as
#   reviewed when somebody who took no part in it approved exactly what the branch became, before it
#   did; `assay review` records that.
# custom:
#   id: source.changes-reviewed
#   solution: Have somebody else run `assay review` on each change before it is merged; sign commits.
#   stage: source
#   severity: high
#   effect: advise
#   controls: ["SSDF:PW.7.2", "SSDF:PS.1.1", "SLSA:two-party-review"]
package rules.source.changes_reviewed

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if {
	some change in input.reviews.open
	change.verdict == "FAILED"
}

verdict := "PASSED" if {
	input.reviews.changes > 0
	input.reviews.open_count == 0
}

reasons := [reason |
	some change in input.reviews.open
	reason := {
		"what": concat(": ", [words[change.verdict], concat("; ", change.reasons)]),
		"where": substring(change.commit, 0, 12),
		"remedy": "Have somebody who took no part in it review it, before it goes in.",
		"finding": "",
	}
]

words := {"FAILED": "not reviewed", "UNKNOWN": "nobody can tell"}
