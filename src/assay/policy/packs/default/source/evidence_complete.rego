# METADATA
# title: Every expected collector reported
# description: >
#   A collector that never ran, or ran long ago, finds nothing. Without its signed statement
#   about this commit nothing can be concluded from its silence.
# custom:
#   id: source.evidence-complete
#   solution: Run `assay check` with every collector on this commit.
#   stage: source
#   severity: high
#   effect: enforce
#   answers: [PASSED, UNKNOWN]
#   controls: ["SSDF:PO.3.3", "SSDF:PO.4.2"]
package rules.source.evidence_complete

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "PASSED" if count(reasons) == 0

expected := array.concat(
	["source", "secrets", "code", "workflows", "configuration", "sbom", "vulnerabilities"],
	input.parameters.scanners,
)

reasons := array.concat(array.concat(missing, stale), unseen)

missing := [reason |
	some name in expected
	not input.collectors[name]
	reason := {
		"what": concat(" ", ["no evidence from the collector", name]),
		"where": name,
		"remedy": "Run `assay check` again; look at its messages if this collector stays silent.",
		"finding": "",
	}
]

stale := [reason |
	some name in expected
	age := input.collectors[name].age_hours
	age >= input.parameters.evidence_max_age_hours
	reason := {
		"what": concat(" ", ["the evidence from", name, "is", format_int(age, 10), "hours old"]),
		"where": name,
		"remedy": "Run `assay check` again.",
		"finding": "",
	}
]

# What the repository's own facts leave open, and no other rule speaks of.
unseen := scan.gaps([gap |
	some gap in input.source.not_checked
	not gap.what in ["history", "submodule", "symlink"]
])
