# METADATA
# title: Every advisory feed still speaks
# description: >
#   A feed that publishes nothing for weeks is more likely broken than without news: importing it
#   every day brings nothing, and looks fresh.
# custom:
#   id: source.feeds-alive
#   solution: Look at the feed's source; import the advisories from another copy of it.
#   obtain: Run `assay vulns update`, or `assay vulns import` with a copy of the data.
#   stage: source
#   severity: medium
#   effect: advise
#   answers: [PASSED, UNKNOWN]
#   controls: ["SSDF:RV.1.1"]
package rules.source.feeds_alive

import rego.v1

# 30 days: every ecosystem that is in use has had news more often.
longest_silence_hours := 720

default verdict := "UNKNOWN"

verdict := "PASSED" if {
	count(input.advisories.feeds) > 0
	count(reasons) == 0
}

reasons := [reason |
	some feed in input.advisories.feeds
	feed.silent_hours >= longest_silence_hours
	reason := {
		"what": concat(" ", ["no new advisory for", format_int(feed.silent_hours / 24, 10), "days"]),
		"where": feed.name,
		"remedy": "Look at the feed's source; import the advisories from another copy of it.",
		"finding": "",
	}
]
