from datetime import timedelta

import pytest

from assay.assurance.observers import components
from assay.assurance.observers.saying import Sight
from assay.core.clock import format_time
from assay.core.verdict import Verdict
from assay.findings.finding import Severity
from assay.findings.scanreport import ScanReport
from assay.sbom.component import Component, Inventory
from tests.assurance.material import GAP, finding, record_of, report
from tests.fakes.trust import NOW

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
LOCKED = Component(
    purl="pkg:pypi/one@1", name="one", version="1", found_in=("lock",), hashes=("sha256:00",)
)
BARE = Component(purl="pkg:pypi/two@1", name="two", version="1", found_in=("lock",))


def said(sights: tuple[Sight, ...]) -> tuple[Verdict, str]:
    [sight] = sights
    assert sight.statements
    assert sight.observed_at == NOW
    return sight.answer.verdict, sight.answer.reason


def matched(
    *ages: timedelta, findings: int = 0, gaps: bool = False, at_end: str = ""
) -> ScanReport:
    inputs = {f"advisories/{n}/importedAt": format_time(NOW - age) for n, age in enumerate(ages)}
    if at_end:
        inputs["advisories/last/importedAt"] = at_end
    found = tuple(
        finding("osv/X-1", path=f"lock{n}", severity=Severity.LOW, title="X-1 in one 1")
        for n in range(findings)
    )
    return report("vulnerabilities", *found, inputs=inputs, gaps=(GAP,) if gaps else ())


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

SBOM = {
    "there": (
        Inventory(components=(LOCKED, BARE)),
        (
            "seen: a signed SBOM of 2 components, bound to this commit; "
            "not seen: the artifact of a release"
        ),
    ),
    "not-all-read": (
        Inventory(components=(LOCKED,), not_checked=(GAP,)),
        (
            "seen: a signed SBOM of 1 component, bound to this commit; "
            "not seen: file src/odd.py (could not be looked at), the artifact of a release"
        ),
    ),
    "empty": (Inventory(), "the SBOM of this commit lists no component"),
}


@pytest.mark.parametrize(("inventory", "reason"), SBOM.values(), ids=SBOM)
def test_sbom_present_and_bound(inventory: Inventory, reason: str) -> None:
    assert said(components.sbom_present_and_bound(record_of(inventory))) == (UNKNOWN, reason)


PINNING = {
    "no-lock": (
        Inventory(components=(LOCKED,), unlocked=("a.toml", "b.toml"), unpinned=("c: d",)),
        FAILED,
        "2 manifests without a lock, first: a.toml",
    ),
    "not-pinned": (
        Inventory(components=(LOCKED,), unpinned=("req\x1b.txt: one",)),
        FAILED,
        "1 requirement not pinned, first: req\\x1b.txt: one",
    ),
    "nothing": (
        Inventory(),
        UNKNOWN,
        "no dependency of this commit is known, so there is nothing to see",
    ),
    "all-locked": (
        Inventory(components=(LOCKED,)),
        UNKNOWN,
        "seen: 1 component locked; not seen: which sources are allowed",
    ),
    "one-without-a-digest": (
        Inventory(components=(LOCKED, BARE)),
        UNKNOWN,
        "seen: 2 components locked; not seen: a digest of 1 component, which sources are allowed",
    ),
    "not-all-read": (
        Inventory(components=(LOCKED,), not_checked=(GAP,)),
        UNKNOWN,
        (
            "seen: 1 component locked; not seen: file src/odd.py (could not be looked at), "
            "which sources are allowed"
        ),
    ),
}


@pytest.mark.parametrize(("inventory", "verdict", "reason"), PINNING.values(), ids=PINNING)
def test_lock_and_source_pinning(inventory: Inventory, verdict: Verdict, reason: str) -> None:
    assert said(components.lock_and_source_pinning(record_of(inventory))) == (verdict, reason)


MATCH = {
    "known-vulnerabilities": (
        matched(HOUR, findings=2),
        FAILED,
        ("2 vulnerabilities known and without a VEX status, first: X-1 in one 1 in lock0"),
    ),
    "no-advisory-data": (
        matched(),
        UNKNOWN,
        "no advisory data with a date of import, so nothing was matched",
    ),
    "a-date-that-is-none": (
        matched(HOUR, at_end="yesterday"),
        UNKNOWN,
        "no advisory data with a date of import, so nothing was matched",
    ),
    "fetched-within-the-day": (
        matched(HOUR, DAY - SECOND),
        UNKNOWN,
        (
            "seen: no known vulnerability in 12 components, "
            "advisories of 2026-05-31T00:00:01Z; not seen: the SBOM of every supported release"
        ),
    ),
    "fetched-a-day-ago": (
        matched(HOUR, DAY),
        UNKNOWN,
        (
            "the advisories were fetched on 2026-05-31T00:00:00Z, "
            "a day or more before the match of 2026-06-01T00:00:00Z"
        ),
    ),
    "not-all-matched": (
        matched(HOUR, gaps=True),
        UNKNOWN,
        (
            "seen: no known vulnerability in 12 components, advisories of 2026-05-31T23:00:00Z; "
            "not seen: file src/odd.py (could not be looked at), the SBOM of every supported release"
        ),
    ),
}


@pytest.mark.parametrize(("scanned", "verdict", "reason"), MATCH.values(), ids=MATCH)
def test_vulnerability_match_current(scanned: ScanReport, verdict: Verdict, reason: str) -> None:
    assert said(components.vulnerability_match_current(record_of(scanned))) == (verdict, reason)


MONITORING = {
    "fetched": (
        matched(HOUR),
        (
            "seen: advisories fetched on 2026-05-31T23:00:00Z, matched on 2026-06-01T00:00:00Z; "
            "not seen: that no fetch was left out before, "
            "the time from publication to detection, the other supported releases"
        ),
    ),
    "no-advisory-data": (matched(), "no advisory data with a date of import"),
}


@pytest.mark.parametrize(("scanned", "reason"), MONITORING.values(), ids=MONITORING)
def test_advisory_monitoring_timestamps(scanned: ScanReport, reason: str) -> None:
    seen = components.advisory_monitoring_timestamps(record_of(scanned))
    assert said(seen) == (UNKNOWN, reason)


RECORDS = {
    "some": (
        matched(HOUR, findings=1),
        (
            "seen: id, affected component and severity of 1 vulnerability; "
            "not seen: exploitability, exposure, VEX status, owner of the decision"
        ),
    ),
    "none": (
        matched(HOUR),
        "no vulnerability is on record for this commit, so there is nothing to see",
    ),
}


@pytest.mark.parametrize(("scanned", "reason"), RECORDS.values(), ids=RECORDS)
def test_vulnerability_record_completeness(scanned: ScanReport, reason: str) -> None:
    seen = components.vulnerability_record_completeness(record_of(scanned))
    assert said(seen) == (UNKNOWN, reason)


def test_the_worst_vulnerability_is_named_first() -> None:
    mild = finding(severity=Severity.LOW, path="a", title="Mild")
    bad = finding(severity=Severity.CRITICAL, path="b", title="Bad")
    [sight] = components.vulnerability_match_current(
        record_of(report("vulnerabilities", mild, bad))
    )
    assert sight.answer.reason.endswith("first: Bad in b")
