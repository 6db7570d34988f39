# A failure is FAILED also where something else was not looked at, or is not there.
package tests.answers

import rego.v1

secret := {"id": "f1", "title": "a token", "severity": "high", "rank": 1, "where": "a:1", "remedy": "revoke it"}

test_a_failure_beside_a_gap_is_a_failure := {
	"rule": "source.no-secrets",
	"given": {
		"scans": {"secrets": {
			"findings": [secret],
			"not_checked": [{"what": "blob", "where": "b", "why": "too large", "remedy": "", "accepted": ""}],
		}},
		"parameters": {"secrets": {"severity": "medium", "rank": 2}},
	},
	"verdict": "FAILED",
	"reasons": ["high a token", "not checked: blob too large"],
}

test_nothing_known_is_no_pass := {
	"rule": "source.no-secrets",
	"given": {"scans": {}, "parameters": {"secrets": {"severity": "medium", "rank": 2}}},
	"verdict": "UNKNOWN",
	"reasons": ["nothing is known of scans.secrets.findings"],
}

test_a_scan_without_a_threshold_is_no_pass := {
	"rule": "source.code-weaknesses",
	"given": {"scans": {"code": {"findings": [], "not_checked": []}}, "parameters": {}},
	"verdict": "UNKNOWN",
	"reasons": ["nothing is known of parameters.code"],
}
