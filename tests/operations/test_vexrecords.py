"""A record of VEX as people and programs read it: what counts, and why it does not."""

from dataclasses import replace

import pytest

from assay.core.notchecked import NotChecked
from assay.operations.record_vex import VexRecorded, VexWithdrawn
from assay.operations.vexrecords import RecordedVex
from tests.vuln.vex.trusted import AT, author, own, signed, statement_of
from tests.vuln.vex.vexes import openvex

SIGNED = signed(openvex(own(), own(status="perhaps")), author(), author("bob"))
RECORD = RecordedVex(
    index=7,
    statement=statement_of("one"),
    file="vex.json",
    recorded_at=AT,
    recorded_by=("ci",),
    signed=SIGNED,
    why="",
)
UNHEARD = replace(RECORD, signed=None, why="its author did not sign it")
JSON = {
    "entry": 7,
    "statement": str(statement_of("one")),
    "file": "vex.json",
    "recordedAt": "2026-06-02T00:00:00Z",
    "recordedBy": ["ci"],
    "author": "Example Ltd",
    "id": "https://example.com/vex/1",
    "format": "OpenVEX 0.2.0",
    "statements": 1,
    "unread": 1,
    "signedBy": ["Example Ltd", "bob"],
    "vouched": False,
    "withdrawn": False,
    "why": "",
}
NOBODY: dict[str, object] = {
    "author": "",
    "id": "",
    "format": "",
    "statements": 0,
    "unread": 0,
    "signedBy": [],
    "why": "its author did not sign it",
}


def test_what_a_program_reads() -> None:
    assert RECORD.as_json() == JSON
    assert UNHEARD.as_json() == JSON | NOBODY
    withdrawn = VexWithdrawn(document=RECORD, reason="wrong", index=9)
    assert withdrawn.as_json() == {
        "document": JSON,
        "reason": "wrong",
        "entry": 9,
        "notChecked": [],
    }


@pytest.mark.parametrize("how", ["ended", "withdrawn"])
def test_what_was_withdrawn(how: str) -> None:
    taken = replace(SIGNED, ended=how == "ended", withdrawn=how == "withdrawn")
    assert replace(RECORD, signed=taken).as_json() == JSON | {"withdrawn": True}


def test_what_was_recorded_and_does_not_count_is_not_checked() -> None:
    recorded = VexRecorded(recorded=UNHEARD)
    gap = NotChecked(
        what="VEX",
        where=str(statement_of("one")),
        why="vex.json is not applied: its author did not sign it",
        remedy="See the documents and whose word counts: assay vex list, assay trust show.",
    )
    assert recorded.not_checked == (gap,)
    assert recorded.as_json() == {"document": JSON | NOBODY, "notChecked": [gap.as_json()]}


def test_what_counts_and_cannot_be_read_whole_is_not_checked() -> None:
    assert VexRecorded(recorded=RECORD).not_checked == SIGNED.document.not_checked
    assert SIGNED.document.not_checked != ()
