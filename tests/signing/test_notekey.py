"""Verifier keys of signed notes."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, UsageError
from assay.signing.notekey import (
    NoteKind,
    cosigner_key,
    is_note_name,
    note_key,
    parse_note_key,
    parse_witness_key,
    render_note_key,
)
from tests.fakes.trust import ALICE, BOB, LOG_KEY

TEXT = render_note_key(LOG_KEY)
NAME, HASH, KEY = TEXT.split("+", 2)


def encoded(typed: bytes) -> str:
    note_id = hashlib.sha256(NAME.encode() + b"\n" + typed).digest()[:4].hex()
    return f"{NAME}+{note_id}+{base64.b64encode(typed).decode()}"


def test_what_is_rendered_is_read_back() -> None:
    assert parse_note_key(TEXT) == LOG_KEY


def test_the_key_id_is_over_name_type_and_key() -> None:
    """C2SP signed-note: `key ID = SHA-256(key name || 0x0A || signature type || public key)[:4]`."""
    raw = LOG_KEY.public.spki[-32:]
    assert encoded(b"\x01" + raw) == TEXT


LARGE = encoded(b"\x06" + b"k" * 32)
RENAMED_ID = note_key(f"x{NAME}", LOG_KEY.public).note_id.hex()
REFUSED = {
    "nothing": ("", "[malformed] '' is no Ed25519 note key"),
    "no-name": (f"+{HASH}+{KEY}", f"[malformed] '+{HASH}+{KEY}' is no Ed25519 note key"),
    "a-space-in-the-name": (
        f"a b+{HASH}+{KEY}",
        f"[malformed] 'a b+{HASH}+{KEY}' is no Ed25519 note key",
    ),
    "not-base64": (f"{NAME}+{HASH}+!", f"[malformed] '{NAME}+{HASH}+!' is no note key: not base64"),
    "another-type": (LARGE, f"[malformed] {LARGE!r} is no Ed25519 note key"),
    "a-short-key": (
        encoded(b"\x01" + b"k" * 31),
        "[malformed] an Ed25519 key of 31 bytes, where 32 are needed",
    ),
    "another-id": (
        f"{NAME}+00000000+{KEY}",
        f"[malformed] key id '00000000', where {HASH!r} belongs",
    ),
    "another-name": (
        f"x{NAME}+{HASH}+{KEY}",
        f"[malformed] key id {HASH!r}, where {RENAMED_ID!r} belongs",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_note_key(text)
    assert str(caught.value) == message


@given(st.text(max_size=60))
def test_any_text_is_read_or_malformed(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_note_key(text)


def test_only_ed25519_signs_a_log() -> None:
    with pytest.raises(UsageError) as caught:
        note_key(NAME, BOB.public)
    assert str(caught.value) == "[usage] a log key of algorithm 'ecdsa-p256' (use ed25519)"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\x1bb"])
def test_a_name_that_a_note_cannot_carry(name: str) -> None:
    assert not is_note_name(name)
    with pytest.raises(UsageError) as caught:
        note_key(name, ALICE.public)
    assert str(caught.value) == f"[usage] {name!r} cannot name a log (no spaces, no +, not empty)"


def test_the_key_of_a_witness() -> None:
    r"""tlog-cosignature: `SHA-256(<name> || "\n" || 0x04 || 32-byte Ed25519 cosigner public key)[:4]`."""
    key = cosigner_key(NAME, LOG_KEY.public)
    assert render_note_key(key) == encoded(b"\x04" + LOG_KEY.public.spki[-32:])
    assert parse_witness_key(render_note_key(key)) == key
    assert key.kind is NoteKind.COSIGNATURE
    assert key.note_id != LOG_KEY.note_id


def test_the_key_of_a_log_is_none_of_a_witness() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_witness_key(TEXT)
    assert str(caught.value) == f"[malformed] {TEXT!r} is no key of a witness (its type is 0x04)"


def test_a_key_has_one_form() -> None:
    with pytest.raises(MalformedError):
        parse_note_key(TEXT + "\n")
