# METADATA
# title: The whole history is here, and is the real one
# description: >
#   What is not in the clone cannot be searched; replace refs and grafts show people another history
#   than the one that was examined.
# custom:
#   id: source.history-complete
#   solution: Fetch the whole history (git fetch --unshallow, no --filter) and remove grafts and replace refs.
#   stage: source
#   severity: high
#   effect: enforce
#   answers: [PASSED, UNKNOWN]
#   controls: ["SSDF:PS.1.1", "SLSA:history", "OSPS:OSPS-QA-01.02"]
package rules.source.history_complete

import data.lib.scan
import rego.v1

default verdict := "UNKNOWN"

verdict := "PASSED" if count(reasons) == 0

reasons := array.concat(scan.gaps(missing), bent)

missing := [gap | some gap in input.source.not_checked; gap.what == "history"]

bent := [reason |
	some fault in [
		{
			"found": input.source.shallow,
			"what": "the clone is shallow",
			"remedy": "Run git fetch --unshallow.",
		},
		{
			"found": input.source.partial,
			"what": "the clone is partial",
			"remedy": "Clone without --filter.",
		},
		{
			"found": input.source.grafts,
			"what": "grafts show another history",
			"remedy": "Remove the file info/grafts from the Git folder.",
		},
		{
			"found": input.source.replace_refs > 0,
			"what": "replace refs show other objects",
			"remedy": "Remove them: git replace --list, git replace --delete.",
		},
	]
	fault.found
	reason := {"what": fault.what, "where": "history", "remedy": fault.remedy, "finding": ""}
]
