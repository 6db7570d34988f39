# METADATA
# title: The forge knows of a review of the commit
# description: >
#   An approval counts if it is of the last commit of the change, and by a reviewer of the trust root
#   who neither wrote nor pushed any of it. A forge's word corroborates a review; what shows one is a
#   review that its author signed.
# custom:
#   id: source.review-corroborated
#   solution: Have somebody else approve the last commit of the change, and run `assay forge record`.
#   obtain: Run `assay forge record`, where the repository is on a forge.
#   stage: source
#   severity: low
#   effect: advise
#   controls: ["SSDF:PW.7.2", "OSPS:OSPS-QA-07.01"]
package rules.source.review_corroborated

import rego.v1

default verdict := "UNKNOWN"

verdict := "FAILED" if count(alone) > 0

verdict := "PASSED" if {
	count(input.forge.accounts) > 0
	count(reasons) == 0
}

reasons := array.concat(array.concat(array.concat(alone, untold), unrequested), unasked)

alone := [reason |
	some account in input.forge.accounts
	some request in account.requests
	request.verdict == "FAILED"
	reason := {
		"what": concat(" ", ["nobody else approved the last commit of request", format_int(request.number, 10)]),
		"where": account.repository,
		"remedy": "Have somebody else look at it.",
		"finding": "",
	}
]

untold := [reason |
	some account in input.forge.accounts
	some request in account.requests
	request.verdict == "UNKNOWN"
	some why in array.concat([one.why | some one in request.unknown], request.doubts)
	reason := {
		"what": concat("", ["whether two people agreed to request ", format_int(request.number, 10), ": ", why]),
		"where": account.repository,
		"remedy": "Name the accounts of people in the trust root, or have a second person approve it.",
		"finding": "",
	}
]

unrequested := [reason |
	some account in input.forge.accounts
	account.requests == []
	reason := {
		"what": "the forge knows of no request with this commit",
		"where": account.repository,
		"remedy": "Bring changes in by request.",
		"finding": "",
	}
]

unasked := [reason |
	some account in input.forge.accounts
	account.requests == null
	reason := {
		"what": "the forge was not asked about this commit",
		"where": account.repository,
		"remedy": "Run `assay forge record` on this commit.",
		"finding": "",
	}
]
