# METADATA
# title: What was on the branch is still in its history
# description: >
#   A branch that was rewritten can hide what was on it, and every approval of it. The log keeps which
#   revisions `assay source attest` saw there.
# custom:
#   id: source.history-kept
#   solution: Find out who rewrote the branch, and forbid it; record its revisions with `assay source attest`.
#   stage: source
#   severity: high
#   effect: advise
#   controls: ["SSDF:PS.1.1", "SLSA:history", "SLSA:continuity"]
package rules.source.history_kept

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if input.reviews.lost_count > 0

verdict := "PASSED" if {
	input.reviews.recorded > 0
	input.reviews.lost_count == 0
}

reasons := array.concat(lost, unrecorded)

lost := [reason |
	some commit in input.reviews.lost
	reason := {
		"what": "was on the branch, and is not in its history any more",
		"where": substring(commit, 0, 12),
		"remedy": "Find out who rewrote the branch, and what was there.",
		"finding": "",
	}
]

unrecorded := [reason |
	input.reviews.recorded == 0
	reason := {
		"what": "no revision of the branch was recorded",
		"where": concat(", ", input.reviews.branches),
		"remedy": "Run `assay source attest` whenever the branch has moved.",
		"finding": "",
	}
]
