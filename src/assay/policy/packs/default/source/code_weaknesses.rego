# METADATA
# title: No serious weakness in the code
# description: >
#   A weakness that a scanner finds is one that an attacker finds first.
# custom:
#   id: source.code-weaknesses
#   solution: Follow the remedy of each finding in the file that it names.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PW.7.2", "SSDF:PW.5.1", "OSPS:OSPS-VM-06.02"]
package rules.source.code_weaknesses

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(found) > 0

verdict := "PASSED" if count(reasons) == 0

# What Assay runs always, and what `scan.also` adds; those report under their own names.
scans := array.concat([input.scans.code], [one |
	some name in ["ruff", "semgrep"]
	one := input.scans[name]
])

found := [reason | some one in scans; some reason in scan.worse(one.findings, input.parameters.code)]

reasons := array.concat(found, [gap | some one in scans; some gap in scan.gaps(one.not_checked)])
