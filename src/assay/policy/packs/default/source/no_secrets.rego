# METADATA
# title: No secrets in the code or its history
# description: >
#   Whoever can read the repository can use a credential that was ever committed to it; deleting
#   the line later does not take it back. What is low is no credential in use: a password that
#   anybody would guess, a token whose checksum is wrong, a test key.
# custom:
#   id: source.no-secrets
#   solution: Revoke each credential at its issuer, then take it out of the code and the history.
#   stage: source
#   severity: critical
#   effect: enforce
#   controls: ["SSDF:PS.1.1", "SSDF:PO.5.2", "OSPS:OSPS-BR-07.01"]
package rules.source.no_secrets

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(found) > 0

verdict := "PASSED" if count(reasons) == 0

found := scan.worse(input.scans.secrets.findings, input.parameters.secrets)

reasons := array.concat(found, scan.gaps(input.scans.secrets.not_checked))
