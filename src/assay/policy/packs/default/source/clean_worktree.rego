# METADATA
# title: Nothing lies uncommitted beside the commit
# description: >
#   The verdict is about the commit. What somebody builds from a changed working tree is something
#   else, under the same name.
# custom:
#   id: source.clean-worktree
#   solution: Commit, ignore or remove what is modified or new.
#   stage: source
#   severity: low
#   effect: advise
#   controls: ["SSDF:PS.1.1"]
package rules.source.clean_worktree

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(reasons) > 0

# A bare repository has no working tree, and nothing lies beside the commit.
verdict := "PASSED" if count(reasons) == 0

reasons := [reason |
	some tree in input.source.work_trees
	some state in ["modified", "untracked", "hidden"]
	tree[state] > 0
	reason := {
		"what": concat(" ", [format_int(tree[state], 10), state, "files"]),
		"where": "working tree",
		"remedy": "Commit, ignore or remove them; git status shows them.",
		"finding": "",
	}
]
