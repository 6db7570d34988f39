# METADATA
# title: A merge adds nothing of its own
# description: >
#   What Git makes of two branches is known beforehand. A merge that differs from it, though nothing
#   stood in the way, has something that was on neither branch, and that most tools do not show.
# custom:
#   id: source.merges-add-nothing
#   solution: Look at what the merge adds with `git show --remerge-diff`, and move it into a commit.
#   stage: source
#   severity: medium
#   effect: advise
#   controls: ["SSDF:PW.7.2", "SSDF:PS.1.1"]
package rules.source.merges_add_nothing

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if input.reviews.differing_merge_count > 0

verdict := "PASSED" if input.reviews.differing_merge_count == 0

reasons := [reason |
	some commit in input.reviews.differing_merges
	reason := {
		"what": "the merge has what neither side has",
		"where": substring(commit, 0, 12),
		"remedy": "Look at it with `git show --remerge-diff`.",
		"finding": "",
	}
]
