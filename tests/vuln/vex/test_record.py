"""A VEX document as it lies in the log: the bytes as they came, bounded, under their digest."""

from dataclasses import replace

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.record import (
    MAX_DOCUMENT_BYTES,
    MAX_REASON,
    MAX_SIGNATURE_BYTES,
    VexRecord,
    VexWithdrawal,
    parse_vex_record,
)
from tests.vuln.vex.trusted import AT

RECORD = VexRecord(file="a.json", observed_at=AT, content=b"{}", signature=b"-----")


@pytest.mark.parametrize("record", [RECORD, replace(RECORD, signature=b"")])
def test_round_trip(record: VexRecord) -> None:
    assert parse_vex_record(JsonValue(record.as_json())) == record


@pytest.mark.parametrize("name", RECORD.as_json())
def test_every_member_is_needed(name: str) -> None:
    value = RECORD.as_json()
    del value[name]
    with pytest.raises(MalformedError) as caught:
        parse_vex_record(JsonValue(value, "r"))
    assert str(caught.value) == f"[malformed] no {name}, at r.{name}"


CHANGED = {
    "more": ({"author": "Vendor"}, "unknown member 'author', at r.author"),
    "another digest": ({"digest": str(sha256_of(b""))},
                       "the digest is of something else, at r.digest"),
    "no base64": ({"content": "e30"}, "not base64, at r.content"),
    "stray bits": ({"signature": "LS0tLS1="}, "base64 with stray bits, at r.signature"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), CHANGED.values(), ids=CHANGED)
def test_changed(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_vex_record(JsonValue(RECORD.as_json() | change, "r"))
    assert str(caught.value) == f"[malformed] {message}"


REFUSED = {
    "no name": ({"file": ""}, "empty, too long, or cannot be printed, at file"),
    "a name that writes": ({"file": "a\x1b[2J"}, "empty, too long, or cannot be printed, at file"),
    "nothing": ({"content": b""}, "0 bytes, where 1 to 16777216 are read, at content"),
    "huge": ({"content": bytes(MAX_DOCUMENT_BYTES + 1)},
             "16777217 bytes, where 1 to 16777216 are read, at content"),
    "a huge signature": ({"signature": bytes(MAX_SIGNATURE_BYTES + 1)},
                         "65537 bytes, where 65536 are read, at signature"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        replace(RECORD, **change)  # type: ignore[arg-type]  # one member of the table
    assert str(caught.value) == f"[malformed] {message}"


def test_a_withdrawal_says_why() -> None:
    assert VexWithdrawal(document=RECORD.digest, reason="wrong").as_json() == {"reason": "wrong"}
    with pytest.raises(MalformedError) as caught:
        VexWithdrawal(document=RECORD.digest, reason=" ")
    assert str(caught.value) == ("[malformed] a withdrawal without a reason, at reason (say why)")
    with pytest.raises(MalformedError) as caught:
        VexWithdrawal(document=RECORD.digest, reason="x" * 2_001)
    assert str(caught.value) == "[malformed] a reason of over 2000 characters, at reason"


def test_the_longest_reason() -> None:
    reason = "x" * MAX_REASON
    assert VexWithdrawal(document=RECORD.digest, reason=reason).reason == reason
    with pytest.raises(MalformedError):
        VexWithdrawal(document=RECORD.digest, reason=f"{reason}x")
