# METADATA
# title: Every requirement names one version, with its hash
# description: >
#   A range lets the next build take in a version that nobody has looked at.
# custom:
#   id: source.dependencies-pinned
#   solution: Write the exact version and the hash of each requirement.
#   stage: source
#   severity: medium
#   effect: advise
#   controls: ["SSDF:PW.4.4", "OSPS:OSPS-BR-05.01"]
package rules.source.dependencies_pinned

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(unpinned) > 0

verdict := "PASSED" if count(reasons) == 0

unpinned := [reason |
	some requirement in input.inventory.unpinned
	reason := {
		"what": "a requirement that is not pinned",
		"where": requirement,
		"remedy": "Write the exact version, and its hash where the format has a place for it.",
		"finding": "",
	}
]

reasons := array.concat(unpinned, scan.gaps(input.inventory.not_checked))
