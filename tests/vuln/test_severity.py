import pytest

from assay.findings.finding import Severity
from assay.vuln.osv import parse_advisory
from assay.vuln.severity import Grade, grade_advisory, worst_of
from tests.vuln.records import affected, encoded

CRITICAL = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
MEDIUM = {"type": "CVSS_V2", "score": "AV:N/AC:M/Au:N/C:N/I:P/A:N"}
NOTHING = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"}
FOUR = {
    "type": "CVSS_V4",
    "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
}
FIVE = {"type": "CVSS_V5", "score": "CVSS:5.0/AV:N"}
BROKEN = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}
HIGH = {"severity": "HIGH"}

GRADES = {
    "CVSS 3": (encoded(severity=[CRITICAL]), Severity.CRITICAL, f"{CRITICAL['score']} (9.8)"),
    "CVSS 3 before 2": (
        encoded(severity=[MEDIUM, CRITICAL]),
        Severity.CRITICAL,
        f"{CRITICAL['score']} (9.8)",
    ),
    "CVSS 2 alone": (encoded(severity=[MEDIUM]), Severity.MEDIUM, f"{MEDIUM['score']} (4.3)"),
    "no impact": (encoded(severity=[NOTHING]), Severity.INFO, f"{NOTHING['score']} (0.0)"),
    "vector before label": (
        encoded(severity=[MEDIUM], database_specific=HIGH),
        Severity.MEDIUM,
        f"{MEDIUM['score']} (4.3)",
    ),
    "another method with a label": (
        encoded(severity=[FIVE], database_specific=HIGH),
        Severity.HIGH,
        "rated 'high'",
    ),
    "CVSS 4 goes first": (
        encoded(severity=[MEDIUM, FOUR]),
        Severity.CRITICAL,
        f"{FOUR['score']} (9.3)",
    ),
    "another method": (
        encoded(severity=[FIVE]),
        Severity.UNKNOWN,
        "CVSS_V5 cannot be scored here",
    ),
    "broken vector": (
        encoded(severity=[BROKEN]),
        Severity.UNKNOWN,
        "'CVSS:3.1/AV:N': no AC of L/H",
    ),
    "broken vector, then CVSS 2": (
        encoded(severity=[BROKEN, MEDIUM]),
        Severity.MEDIUM,
        f"{MEDIUM['score']} (4.3)",
    ),
    "nobody said": (encoded(), Severity.UNKNOWN, "GHSA-aaaa-bbbb-cccc states no severity"),
    "a label that nobody knows": (
        encoded(database_specific={"severity": "spicy"}),
        Severity.UNKNOWN,
        "GHSA-aaaa-bbbb-cccc states no severity",
    ),
    "the package's own rating": (
        encoded(severity=[CRITICAL], affected=[affected() | {"severity": [MEDIUM]}]),
        Severity.MEDIUM,
        f"{MEDIUM['score']} (4.3)",
    ),
    "unmaintained": (
        encoded(affected=[affected() | {"database_specific": {"informational": "unmaintained"}}]),
        Severity.INFO,
        "informational: unmaintained",
    ),
    "unsound is no mere notice": (
        encoded(affected=[affected() | {"database_specific": {"informational": "unsound"}}]),
        Severity.UNKNOWN,
        "GHSA-aaaa-bbbb-cccc states no severity",
    ),
    "malicious": (encoded("MAL-2026-1"), Severity.CRITICAL, "the package is malicious"),
}


@pytest.mark.parametrize(("data", "severity", "reason"), GRADES.values(), ids=GRADES)
def test_grade(data: bytes, severity: Severity, reason: str) -> None:
    advisory = parse_advisory(data)
    assert grade_advisory(advisory, advisory.affected) == Grade(severity=severity, reason=reason)


def _grade(severity: Severity) -> Grade:
    return Grade(severity=severity, reason=severity.value)


def test_the_worst_known_grade_counts() -> None:
    grades = [_grade(s) for s in (Severity.UNKNOWN, Severity.LOW, Severity.HIGH)]
    assert worst_of(grades) == _grade(Severity.HIGH)


def test_unknown_only_where_none_is_known() -> None:
    assert worst_of([_grade(Severity.UNKNOWN)]) == _grade(Severity.UNKNOWN)
    assert worst_of([]) == Grade(severity=Severity.UNKNOWN, reason="nobody stated a severity")
