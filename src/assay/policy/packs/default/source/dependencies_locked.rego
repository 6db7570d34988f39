# METADATA
# title: Every dependency manifest has a lock file
# description: >
#   Without a lock file two builds of one commit can take in different code, and nobody can say
#   which components were examined.
# custom:
#   id: source.dependencies-locked
#   solution: Create the lock file with the package manager, and commit it.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PW.4.1", "SSDF:PW.4.4", "OSPS:OSPS-QA-02.01"]
package rules.source.dependencies_locked

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(unlocked) > 0

verdict := "PASSED" if count(reasons) == 0

unlocked := [reason |
	some path in input.inventory.unlocked
	reason := {
		"what": "a manifest without a lock file",
		"where": path,
		"remedy": "Create the lock file with the package manager, and commit it beside the manifest.",
		"finding": "",
	}
]

reasons := array.concat(unlocked, scan.gaps(input.inventory.not_checked))
