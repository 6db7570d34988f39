# METADATA
# title: No imported report has a serious finding
# description: >
#   What another tool found counts, whoever ran it: a failure cannot be drowned by not looking. That
#   another tool found nothing does not count; for that, a rule of yours has to trust who imported.
# custom:
#   id: source.imported-scans
#   solution: Follow the remedy of each finding in the file that it names.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PW.7.2", "SSDF:RV.1.2"]
package rules.source.imported_scans

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(reasons) > 0

verdict := "PASSED" if count(reasons) == 0

reasons := [reason |
	some tool in input.imported
	some reason in scan.worse(tool.findings, input.parameters.code)
]
