"""VEX on a terminal: whose word it is, what it does, and why the rest is not applied."""

from dataclasses import replace

import pytest

from assay.core.notchecked import NotChecked
from assay.operations.list_vex import VexListing
from assay.operations.record_vex import VexRecorded, VexWithdrawn
from assay.operations.vexrecords import RecordedVex
from assay.reports.vexrecordtext import print_listing, print_recorded, print_withdrawn
from assay.vuln.vex.account import UNREAD
from assay.vuln.vex.judging import NOTHING, VexJudgement, VexSetAside
from tests.vuln.vex.test_account import WORD
from tests.vuln.vex.trusted import AT, DAY, FINDING, author, own, signed, statement_of
from tests.vuln.vex.vexes import openvex

OURS = RecordedVex(
    index=7,
    statement=statement_of("one"),
    file="a.json",
    recorded_at=AT,
    recorded_by=("local",),
    signed=signed(openvex(own(), own(status="perhaps", justification=None))),
    why="",
)
STRANGERS = replace(OURS, index=8, file="b.json", signed=None, why="nobody signed it")
GAP = NotChecked(what="VEX", where="x", why="b.json is not applied: nobody signed it")


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_what_counts(capsys: pytest.CaptureFixture[str]) -> None:
    print_recorded(VexRecorded(recorded=OURS))
    first, whose, unread, last = printed(capsys)
    assert first == "Recorded a.json, entry 7 of the log"
    assert whose == "  OpenVEX 0.2.0 by Example Ltd, signed by Example Ltd: 1 statement"
    assert unread.startswith("  • VEX statement, statements[1]")
    assert last == "Next: assay check; assay vex list tells what it comes to."


def test_what_somebody_answers_for(capsys: pytest.CaptureFixture[str]) -> None:
    ana = author("ana", authors=("Example Ltd",))
    vouched = replace(OURS, signed=signed(openvex(own()), ana, vouched=True))
    print_recorded(VexRecorded(recorded=vouched))
    assert printed(capsys)[1] == ("  OpenVEX 0.2.0 by Example Ltd, on the word of ana: 1 statement")


def test_what_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    print_recorded(VexRecorded(recorded=STRANGERS))
    assert printed(capsys) == [
        "Recorded b.json, entry 8 of the log",
        "  brought in by local",
        "It is not applied: nobody signed it",
        "  Whose word counts: assay trust show. The owners name others: assay trust update.",
    ]


def test_what_is_nobodys_word_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    strange = replace(OURS, signed=signed(openvex(own(), author="Somebody")))
    done = VexRecorded(recorded=strange)
    print_recorded(done)
    why = "the trust root does not let Example Ltd speak for 'Somebody'"
    assert printed(capsys)[-2] == f"It is not applied: {why}"
    assert [gap.why for gap in done.not_checked] == [f"a.json is not applied: {why}"]


def test_what_was_withdrawn_before_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert OURS.signed is not None
    ended = replace(OURS, signed=replace(OURS.signed, ended=True))
    print_recorded(VexRecorded(recorded=ended))
    assert printed(capsys)[-2] == "It is not applied: it was withdrawn"


def test_a_withdrawal(capsys: pytest.CaptureFixture[str]) -> None:
    print_withdrawn(VexWithdrawn(document=OURS, reason="wrong", index=9))
    assert printed(capsys) == [
        "Withdrew a.json, entry 7",
        "  Reason: wrong",
        "Entry 9 of the log. Next: assay check",
    ]


def listing(judged: VexJudgement, *documents: RecordedVex, gaps: int = 0) -> VexListing:
    return VexListing(
        commit="c0ffee" * 7,
        documents=documents,
        judged=judged,
        titles={FINDING.identity: FINDING.title},
        not_checked=(GAP,) * gaps,
    )


def test_nothing_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing(listing(NOTHING))
    assert printed(capsys) == ["VEX: 0 documents", "", "In force at c0ffeec0ffee: 0"]


def test_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    taken = VexSetAside(word=WORD, expires=AT + DAY)
    judged = VexJudgement(
        set_aside={FINDING.identity: taken},
        confirmed={"vulnerability/v1:1": replace(WORD, status=UNREAD)},
        not_checked=(),
    )
    ended = replace(OURS, index=9, signed=replace(signed(openvex(own())), ended=True))
    print_listing(listing(judged, OURS, STRANGERS, ended, gaps=1))
    assert printed(capsys) == [
        "VEX: 3 documents",
        "  entry 7: a.json",
        "    OpenVEX 0.2.0 by Example Ltd, signed by Example Ltd: 1 statement",
        "  entry 8: b.json  not applied",
        "    brought in by local",
        "  entry 9: a.json  withdrawn",
        "    OpenVEX 0.2.0 by Example Ltd, signed by Example Ltd: 1 statement",
        "",
        "In force at c0ffeec0ffee: 1",
        "  CVE-2026-1000 in a 1.2.3 is not_affected, says Example Ltd",
        "    not_affected: vulnerable_code_not_in_execute_path: Never called., until 2026-06-03",
        "",
        "Kept in the count: 1",
        "  vulnerability/v1:1: Example Ltd has an entry that cannot be read",
        "",
        "Not applied: 1",
        "  • b.json is not applied: nobody signed it",
    ]


def test_a_long_list_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing(listing(NOTHING, gaps=21))
    assert printed(capsys)[-1] == "  and 1 more; see --json"
