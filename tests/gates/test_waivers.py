from dataclasses import replace
from datetime import timedelta

from assay.findings.finding import Severity
from assay.findings.waiveraccount import RecordedWaiver, WaiverAccount
from assay.gates.waivers import waivers_in_force, without_waived
from tests.fakes.reliances import relied
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT
from tests.findings.test_waiver import ACCOUNT, AT, HOUR, WAIVER

OURS = replace(WAIVER, finding=FINDING.identity)


def account(*waivers: object, hours: float = 0) -> WaiverAccount:
    recorded = (replace(OURS, finding=str(name)) for name in waivers)
    return WaiverAccount(
        observed_at=AT + hours * HOUR,
        waivers=tuple(RecordedWaiver(waiver=w, reliance=relied(b"w")) for w in recorded),
    )


def test_no_account_no_waiver() -> None:
    assert waivers_in_force((), at=AT) == {}


def test_a_waiver_ends_whatever_the_account_says() -> None:
    assert waivers_in_force((ACCOUNT,), at=AT) == {WAIVER.finding: WAIVER}
    assert waivers_in_force((ACCOUNT,), at=WAIVER.expires) == {}


def test_the_newest_account_counts() -> None:
    """A waiver that was ended early does not live on in an older account."""
    told = (account("a", "b"), account("a", hours=1))
    assert set(waivers_in_force(told, at=AT)) == {"a"}
    assert set(waivers_in_force(told[::-1], at=AT)) == {"a"}


def test_accounts_of_one_moment_have_to_agree() -> None:
    longer = replace(OURS, finding="a", expires=OURS.expires + timedelta(days=9))
    other = replace(account(), waivers=(RecordedWaiver(waiver=longer, reliance=relied(b"o")),))
    for told in ((account("a", "b"), other), (other, account("a", "b"))):
        assert waivers_in_force(told, at=AT) == {"a": replace(OURS, finding="a")}


def test_what_is_waived_is_told_and_does_not_count() -> None:
    other = replace(FINDING, identity="weakness/v1:1", severity=Severity.LOW)
    report = replace(REPORT, findings=(FINDING, other), not_checked=())
    left = without_waived(report, {OURS.finding: OURS})
    assert left.findings == (other,)
    (gap,) = left.not_checked
    assert str(gap) == (
        "finding, a.py:3: high A shell runs text (weakness/v1:0) is accepted by ana (Use a list.); "
        "accepted: only a test, until 2026-06-03T12:00:00Z"
    )
    assert gap.accepted == "only a test, until 2026-06-03T12:00:00Z"


def test_a_waiver_of_another_finding_changes_nothing() -> None:
    assert without_waived(REPORT, {WAIVER.finding: WAIVER}) == REPORT
