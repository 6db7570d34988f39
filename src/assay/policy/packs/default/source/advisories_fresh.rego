# METADATA
# title: The advisory data are fresh
# description: >
#   What was published after the last import is invisible to the scan. Old data do not prove that
#   something is wrong, so the answer is "could not tell", and importing newer data mends it.
# custom:
#   id: source.advisories-fresh
#   solution: Run `assay vulns update`, or import a fresh copy with `assay vulns import`.
#   stage: source
#   severity: high
#   effect: enforce
#   answers: [PASSED, UNKNOWN]
#   controls: ["SSDF:RV.1.1"]
package rules.source.advisories_fresh

import rego.v1

default verdict := "UNKNOWN"

verdict := "PASSED" if count(reasons) == 0

reasons := array.concat(never, old)

never := [reason |
	not input.advisories.imported
	reason := {
		"what": "no advisory data were ever imported",
		"where": "advisories",
		"remedy": "Run `assay vulns update`, or `assay vulns import` with a copy of the data.",
		"finding": "",
	}
]

old := [reason |
	input.advisories.imported
	age := input.advisories.age_hours
	age >= input.parameters.advisory_max_age_hours
	reason := {
		"what": concat(" ", ["the oldest advisory data were imported", format_int(age, 10), "hours ago"]),
		"where": "advisories",
		"remedy": "Run `assay vulns update`, or `assay vulns import` with a fresh copy.",
		"finding": "",
	}
]
