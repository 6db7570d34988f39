# Tests of lib.scan; `assay.policy.tester` says how they are run.
package tests.scan

import data.lib.scan
import rego.v1

finding(rank) := {
	"id": "f1",
	"title": "a title",
	"severity": "high",
	"rank": rank,
	"where": "a:1",
	"remedy": "mend it",
}

gap(accepted) := {"what": "file", "where": "a", "why": "too large", "remedy": "", "accepted": accepted}

test_a_reason_says_what_where_and_what_to_do if {
	scan.reason(finding(1)) == {"what": "high a title", "where": "a:1", "remedy": "mend it", "finding": "f1"}
}

test_at_the_threshold_counts if count(scan.worse([finding(2)], {"rank": 2})) == 1

test_below_the_threshold_does_not_count if count(scan.worse([finding(3)], {"rank": 2})) == 0

test_no_findings_no_reasons if scan.worse([], {"rank": 2}) == []

test_a_gap_that_nobody_accepted_is_a_reason if {
	[reason] := scan.gaps([gap(""), gap("samples")])
	reason.what == "not checked: file too large"
	startswith(reason.remedy, "Make it readable")
}

test_a_gap_says_its_own_remedy if scan.remedy("split it") == "split it"
