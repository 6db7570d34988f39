# METADATA
# title: Build workflows resist injection and takeover
# description: >
#   A workflow runs with the project's credentials, on input that strangers can send.
# custom:
#   id: source.workflows-hardened
#   solution: Follow the remedy of each finding in the workflow file that it names.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PO.3.2", "SSDF:PO.5.1", "OSPS:OSPS-AC-04.01", "OSPS:OSPS-BR-01.01"]
package rules.source.workflows_hardened

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(found) > 0

verdict := "PASSED" if count(reasons) == 0

found := scan.worse(input.scans.workflows.findings, input.parameters.workflows)

reasons := array.concat(found, scan.gaps(input.scans.workflows.not_checked))
