# METADATA
# title: Every submodule says where it is from, and was looked at
# description: >
#   A submodule is the code of another repository. What it holds is not part of this commit, and no
#   scan of this commit has seen it.
# custom:
#   id: source.submodules-checked
#   solution: Name the submodule's address in .gitmodules, check that repository too, or take the code in.
#   stage: source
#   severity: medium
#   effect: enforce
#   controls: ["SSDF:PW.4.1", "SSDF:PW.4.4", "OSPS:OSPS-QA-04.01"]
package rules.source.submodules_checked

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(undeclared) > 0

verdict := "PASSED" if count(reasons) == 0

undeclared := [reason |
	some submodule in input.source.submodules
	submodule.url == ""
	reason := {
		"what": "a submodule without an address in .gitmodules",
		"where": submodule.path,
		"remedy": "Add it to .gitmodules, or remove the entry.",
		"finding": "",
	}
]

unseen := scan.gaps([gap | some gap in input.source.not_checked; gap.what == "submodule"])

reasons := array.concat(undeclared, unseen)
