"""Waiver without end, for everything, renewed silently; accepted in the code, or by a machine.

Adversary, People: "Waiver without end, for everything, renewed silently."
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.waiver import parse_waiver
from assay.findings.waiveraccount import WaiverAccount
from assay.gates.waivers import waivers_in_force, without_waived
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT
from tests.findings.test_waiver import ACCOUNT, AT, RECORDED, WAIVER


def test_a_waiver_without_end_is_none() -> None:
    endless = WAIVER.as_json() | {"expires": "9999-12-31T23:59:59Z"}
    with pytest.raises(MalformedError) as caught:
        parse_waiver(JsonValue(endless), accepted_by=("ana",))
    assert str(caught.value) == (
        "[malformed] it would end on 9999-12-31T23:59:59Z, at expires "
        "(after now, and within 366 days)"
    )


@pytest.mark.parametrize("name", ["", "*", "weakness/v1:", "weakness/v1:0a2", "weakness"])
def test_a_waiver_is_of_one_finding(name: str) -> None:
    """No pattern, prefix, kind or nothing at all stands for a finding."""
    assert not WAIVER.covers(name, at=AT)


def test_a_waiver_does_not_renew_itself() -> None:
    """An account that goes on telling of it does not prolong it."""
    later = replace(ACCOUNT, observed_at=WAIVER.expires + timedelta(days=1))
    assert waivers_in_force((ACCOUNT, later), at=WAIVER.expires) == {}


def test_an_older_and_kinder_account_does_not_count() -> None:
    ended = WaiverAccount(observed_at=AT + timedelta(hours=1))
    assert waivers_in_force((ACCOUNT, ended), at=AT + timedelta(hours=2)) == {}
    assert waivers_in_force((ended, ACCOUNT), at=AT + timedelta(hours=2)) == {}


def test_an_account_in_which_nobody_signed_is_refused() -> None:
    unsigned = replace(RECORDED, waiver=replace(WAIVER, accepted_by=()))
    with pytest.raises(MalformedError) as caught:
        WaiverAccount(observed_at=AT, waivers=(unsigned,))
    assert str(caught.value) == "[malformed] a waiver that nobody signed, at waivers"


def test_a_comment_in_the_code_accepts_nothing() -> None:
    """It is a note at the place; only a statement takes a finding away, and says so."""
    note = replace(FINDING.locations[0], note="suppressed in the source: nosec B602")
    report = replace(REPORT, findings=(replace(FINDING, locations=(note,)),))
    assert without_waived(report, {}) == report
