# METADATA
# title: No symbolic link leads out of the repository
# description: >
#   A link to somewhere else makes a build read files that are not in the commit, such as keys of
#   the machine that builds.
# custom:
#   id: source.links-inside
#   solution: Put the file itself into the commit, or remove the link.
#   stage: source
#   severity: medium
#   effect: enforce
#   controls: ["SSDF:PS.1.1", "SSDF:PO.5.1"]
package rules.source.links_inside

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(leaving) > 0

verdict := "PASSED" if count(reasons) == 0

leaving := [reason |
	some path in input.source.leaving_symlinks
	reason := {
		"what": "a link that leads out of the commit",
		"where": path,
		"remedy": "Put the file itself into the commit, or remove the link.",
		"finding": "",
	}
]

# A link that was not looked at; those above are named once.
unseen := scan.gaps([gap |
	some gap in input.source.not_checked
	gap.what == "symlink"
	not gap.where in input.source.leaving_symlinks
])

reasons := array.concat(leaving, unseen)
