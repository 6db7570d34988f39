"""Times and cosignatures on checkpoints: tlog-cosignature, and who is counted."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, MalformedError
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    Cosigned,
    add_cosignatures,
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosigned,
    verify_time,
)
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.signing.notekey import NoteKey, cosigner_key, note_key
from tests.fakes.trust import ALICE, END, EPOCH, GATE, LOG, LOG_KEY, MALLORY, NOW, ORIGIN

HEAD = Checkpoint(origin=ORIGIN, size=5, root=b"r" * 32)
NOTE = sign_checkpoint(HEAD, signer=LOG, at=NOW)
W1 = cosigner_key("w1.example", ALICE.public)
W2 = cosigner_key("w2.example", GATE.public)
BY_W1 = cosign_checkpoint(NOTE, name="w1.example", signer=ALICE, at=NOW)
BY_W2 = cosign_checkpoint(NOTE, name="w2.example", signer=GATE, at=END)
BOTH = add_cosignatures(NOTE, BY_W1 + BY_W2)


def cosigned(note: bytes, *witnesses: NoteKey, quorum: int = 0) -> tuple[Cosigned, ...]:
    return verify_cosigned(note, witnesses=witnesses, quorum=quorum)


def test_the_log_says_when() -> None:
    assert verify_time(NOTE, log_key=LOG_KEY) == NOW


def test_of_several_dates_the_earliest_counts() -> None:
    """It existed then; that it was signed again later changes nothing."""
    for other in (EPOCH, END):
        line = sign_checkpoint(HEAD, signer=LOG, at=other).split(b"\n")[-2] + b"\n"
        note = add_cosignatures(NOTE, line)
        assert verify_time(note, log_key=LOG_KEY) == min(NOW, other)
        assert verify_checkpoint(note, log_key=LOG_KEY) == HEAD


def test_the_index_is_signed_along() -> None:
    head = Checkpoint(origin=ORIGIN, size=5, root=b"r" * 32, index_root=b"i" * 32)
    note = sign_checkpoint(head, signer=LOG, at=NOW)
    assert verify_checkpoint(note, log_key=LOG_KEY) == head
    assert note.split(b"\n")[3] == b"index " + base64.b64encode(b"i" * 32)


@pytest.mark.parametrize("line", ["index", "index AAAA", "indexes", "other index"])
def test_other_extension_lines_are_opaque(line: str) -> None:
    text = f"{ORIGIN}\n5\n{base64.b64encode(HEAD.root).decode()}\n{line}\n"
    signature = base64.b64encode(LOG_KEY.note_id + LOG.sign(text.encode())).decode()
    note = f"{text}\n— {ORIGIN} {signature}\n".encode()
    assert verify_checkpoint(note, log_key=LOG_KEY) == HEAD


def test_two_index_roots_are_refused() -> None:
    root = base64.b64encode(b"i" * 32).decode()
    text = f"{ORIGIN}\n5\n{root}\nindex {root}\nindex {root}\n"
    signature = base64.b64encode(LOG_KEY.note_id + LOG.sign(text.encode())).decode()
    with pytest.raises(MalformedError) as caught:
        verify_checkpoint(f"{text}\n— {ORIGIN} {signature}\n".encode(), log_key=LOG_KEY)
    assert str(caught.value) == "[malformed] more than one index root, at checkpoint"


def test_those_who_cosigned() -> None:
    expected = (Cosigned(name="w1.example", at=NOW), Cosigned(name="w2.example", at=END))
    assert cosigned(BOTH, W1, W2, quorum=2) == expected


def test_unknown_witnesses_neither_pass_nor_veto() -> None:
    assert [c.name for c in cosigned(BOTH, W2, quorum=1)] == ["w2.example"]
    stranger = b"\xe2\x80\x94 w3.example " + base64.b64encode(b"x" * 76) + b"\n"
    assert len(cosigned(add_cosignatures(BOTH, stranger), W1, W2)) == 2


def test_one_key_under_two_names_is_one_witness() -> None:
    again = cosigner_key("w1-again.example", ALICE.public)
    line = cosign_checkpoint(NOTE, name="w1-again.example", signer=ALICE, at=NOW)
    note = add_cosignatures(NOTE, BY_W1 + line)
    assert len(cosigned(note, W1, again)) == 1


def test_one_name_with_two_keys_is_one_witness() -> None:
    new = cosigner_key("w1.example", GATE.public)
    line = cosign_checkpoint(NOTE, name="w1.example", signer=GATE, at=NOW)
    assert len(cosigned(add_cosignatures(NOTE, BY_W1 + line), W1, new)) == 1


def test_a_line_twice_is_one_witness() -> None:
    assert add_cosignatures(BOTH, BY_W1) == BOTH
    assert len(cosigned(BOTH + BY_W1, W1, W2)) == 2


OTHER_TEXT = sign_checkpoint(Checkpoint(origin=ORIGIN, size=6, root=b"r" * 32), signer=LOG, at=NOW)
FORGED = cosign_checkpoint(OTHER_TEXT, name="w1.example", signer=ALICE, at=NOW)
SHORT = b"\xe2\x80\x94 w1.example " + base64.b64encode(W1.note_id + b"x" * 8) + b"\n"
FAR = b"\xe2\x80\x94 w1.example " + base64.b64encode(W1.note_id + b"\x7f" + b"x" * 71) + b"\n"
PLAIN = note_key("w1.example", ALICE.public)
REFUSED: dict[str, tuple[bytes, tuple[NoteKey, ...], int, str]] = {
    "too-few": (
        BOTH,
        (W1,),
        2,
        "[signature-invalid] 1 known witnesses cosigned, 2 needed, at checkpoint",
    ),
    "none": (
        NOTE,
        (W1, W2),
        1,
        "[signature-invalid] 0 known witnesses cosigned, 1 needed, at checkpoint",
    ),
    "of-another-checkpoint": (
        NOTE + FORGED,
        (W1,),
        0,
        f"[signature-invalid] not a signature by key {ALICE.public.key_id[:16]}",
    ),
    "a-good-one-and-a-wrong-one": (
        BOTH + FORGED,
        (W1,),
        1,
        f"[signature-invalid] not a signature by key {ALICE.public.key_id[:16]}",
    ),
    "no-signature-after-the-time": (
        NOTE + SHORT,
        (W1,),
        1,
        "[signature-invalid] no time in a cosignature by 'w1.example'",
    ),
    "a-time-beyond-all-times": (
        NOTE + FAR,
        (W1,),
        1,
        "[signature-invalid] no time in a cosignature by 'w1.example'",
    ),
    "a-key-that-signs-no-times": (
        NOTE,
        (PLAIN,),
        1,
        "[usage] the key 'w1.example' signs no times (its type is 0x04)",
    ),
    "a-negative-quorum": (NOTE, (W1,), -1, "[usage] a quorum of -1 witnesses"),
}


@pytest.mark.parametrize(("note", "witnesses", "quorum", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(note: bytes, witnesses: tuple[NoteKey, ...], quorum: int, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        verify_cosigned(note, witnesses=witnesses, quorum=quorum)
    assert str(caught.value) == message


def undated(note: bytes) -> bytes:
    return b"".join(line + b"\n" for line in note.split(b"\n")[:-2])


UNDATED = {
    "not-dated": (undated(NOTE), f"[signature-invalid] not dated by {ORIGIN!r}, at checkpoint"),
    "dated-by-another": (
        undated(NOTE) + sign_checkpoint(HEAD, signer=MALLORY, at=NOW).split(b"\n")[-2] + b"\n",
        f"[signature-invalid] not dated by {ORIGIN!r}, at checkpoint",
    ),
    "dated-elsewhere": (
        undated(NOTE) + OTHER_TEXT.split(b"\n")[-2] + b"\n",
        f"[signature-invalid] not a signature by key {LOG.public.key_id[:16]}",
    ),
}


@pytest.mark.parametrize(("note", "message"), UNDATED.values(), ids=UNDATED)
def test_without_a_date(note: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        verify_time(note, log_key=LOG_KEY)
    assert str(caught.value) == message


def test_a_forged_date_refuses_the_checkpoint() -> None:
    forged = undated(NOTE) + OTHER_TEXT.split(b"\n")[-2] + b"\n"
    with pytest.raises(AssayError) as caught:
        verify_checkpoint(forged, log_key=LOG_KEY)
    assert str(caught.value).startswith("[signature-invalid] not a signature by key ")


@given(st.integers(0, len(BY_W1) - 1), st.integers(1, 255))
def test_every_changed_byte_of_a_cosignature_counts_for_nobody(place: int, change: int) -> None:
    line = bytearray(BY_W1)
    line[place] ^= change
    with pytest.raises(AssayError):
        verify_cosigned(NOTE + bytes(line), witnesses=(W1,), quorum=1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"", "[malformed] no whole signature line, at checkpoint"),
        (BY_W1[:-1], "[malformed] no whole signature line, at checkpoint"),
        (b"x\n", "[malformed] 'x' is no signature line, at checkpoint"),
        (
            b"x" * (MAX_NOTE_BYTES + 1),
            f"[malformed] {MAX_NOTE_BYTES + 1} bytes, where at most {MAX_NOTE_BYTES} are read",
        ),
        (
            b"".join(b"\xe2\x80\x94 w%d.example AAAAAAA=\n" % n for n in range(11_000)),
            None,
        ),
    ],
)
def test_no_lines_to_add(lines: bytes, message: str | None) -> None:
    with pytest.raises(MalformedError) as caught:
        add_cosignatures(NOTE, lines)
    assert message is None or str(caught.value) == message


def test_a_time_before_1970_is_not_signed() -> None:
    with pytest.raises(AssayError) as caught:
        sign_checkpoint(HEAD, signer=LOG, at=EPOCH.replace(year=1969))
    assert str(caught.value) == (
        "[usage] a cosignature at 1969-01-01T00:00:00+00:00 (set the clock)"
    )
