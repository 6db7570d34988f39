# METADATA
# title: Images and deployments are not open to takeover
# description: >
#   A Dockerfile, a Compose file or a pipeline decides what runs, with which rights, and from whom
#   it came. What is wrong there is wrong in everything that is built by it.
# custom:
#   id: source.configuration-hardened
#   solution: Follow the remedy of each finding in the file that it names.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PW.9.1", "SSDF:PO.5.2", "SSDF:PW.6.2"]
package rules.source.configuration_hardened

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(found) > 0

verdict := "PASSED" if count(reasons) == 0

# What Assay runs always, and what `scan.also` adds; those report under their own names.
scans := array.concat([input.scans.configuration], [one |
	some name in ["checkov"]
	one := input.scans[name]
])

found := [reason |
	some one in scans
	some reason in scan.worse(one.findings, input.parameters.configuration)
]

reasons := array.concat(found, [gap | some one in scans; some gap in scan.gaps(one.not_checked)])
