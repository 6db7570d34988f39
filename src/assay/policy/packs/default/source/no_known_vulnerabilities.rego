# METADATA
# title: No dependency has a serious known vulnerability
# description: >
#   A published flaw in a dependency is a way in that everybody can look up.
# custom:
#   id: source.no-known-vulnerabilities
#   solution: Update each component to a version without the flaw.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PW.4.4", "SSDF:RV.1.1", "OSPS:OSPS-VM-05.03"]
package rules.source.no_known_vulnerabilities

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(found) > 0

verdict := "PASSED" if count(reasons) == 0

found := scan.worse(input.scans.vulnerabilities.findings, input.parameters.vulnerabilities)

reasons := array.concat(found, scan.gaps(input.scans.vulnerabilities.not_checked))
