"""Checkpoints as signed notes."""

import base64
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, RejectedError, UsageError
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_dated,
    verify_time,
)
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.evidence.merkle import Frontier, leaf_hash
from assay.signing.notekey import note_key, parse_note_key
from tests.fakes.trust import ALICE, BOB, LOG, LOG_KEY, MALLORY, NOW, ORIGIN

HEAD = Checkpoint(origin=ORIGIN, size=5, root=b"r" * 32)
GOOD = sign_checkpoint(HEAD, signer=LOG, at=NOW)
ROOT = base64.b64encode(HEAD.root).decode()


def note(text: str, *, name: str = ORIGIN) -> bytes:
    """Return `text`, signed by the log."""
    signature = base64.b64encode(LOG_KEY.note_id + LOG.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n".encode()


def test_what_is_signed_verifies() -> None:
    assert verify_checkpoint(GOOD, log_key=LOG_KEY) == HEAD


def test_the_form() -> None:
    text, blank, lines = GOOD.decode().partition("\n\n")
    assert (text, blank) == (f"{ORIGIN}\n5\n{ROOT}", "\n\n")
    signed, dated, end = lines.split("\n")
    assert note(f"{text}\n").decode() == f"{text}\n\n{signed}\n"
    assert dated.startswith(f"— {ORIGIN} ")
    assert end == ""


def test_the_form_of_the_date() -> None:
    """tlog-cosignature: key id, big-endian POSIX time, signature on header, time and text."""
    text, _, lines = GOOD.partition(b"\n\n")
    value = base64.b64decode(lines.split(b"\n")[1].split()[-1])
    seconds = int(NOW.timestamp())
    typed = b"\x04" + LOG.public.spki[-32:]
    assert value[:4] == hashlib.sha256(ORIGIN.encode() + b"\n" + typed).digest()[:4]
    assert value[4:12] == seconds.to_bytes(8, "big")
    LOG.public.verify(b"cosignature/v1\ntime %d\n%s\n" % (seconds, text), value[12:])


def test_public_log(shared_data: Path) -> None:
    """Every checkpoint of the public test log verifies, and has the root of its entries."""
    facts = json.loads((shared_data / "vectors/tlog/log.json").read_bytes())
    key = parse_note_key(facts["verifier_key"])
    entries = [entry.encode() for entry in facts["entries"]]
    with zipfile.ZipFile(shared_data / "vectors/tlog/log.zip") as archive:
        notes = {n: archive.read(n) for n in archive.namelist() if "checkpoint" in n}
        tile = archive.read(f"log/tile/0/000.p/{len(entries)}")
    assert tile == b"".join(leaf_hash(entry) for entry in entries)
    roots, tree = [Frontier().root()], Frontier()
    for entry in entries:
        tree.push(leaf_hash(entry))
        roots.append(tree.root())
    assert len(notes) == len(roots) + 1
    for name, signed in notes.items():
        head = verify_checkpoint(signed, log_key=key)
        assert head.origin == facts["origin"]
        assert head.root == roots[head.size], name
        assert name in {"log/checkpoint", f"log/checkpoint.{head.size}"}


def test_public_tiles(shared_data: Path) -> None:
    """Each partial tile holds the leaves of the entry bundle beside it."""
    with zipfile.ZipFile(shared_data / "vectors/tlog/log.zip") as archive:
        names = [n for n in archive.namelist() if n.startswith("log/tile/0/")]
        assert names
        for name in names:
            bundle = archive.read(name.replace("tile/0/", "tile/entries/"))
            assert archive.read(name) == b"".join(map(leaf_hash, unbundled(bundle))), name


def unbundled(bundle: bytes) -> list[bytes]:
    """C2SP tlog-tiles: each entry after its length, a big-endian uint16."""
    entries = []
    while bundle:
        end = 2 + int.from_bytes(bundle[:2])
        entries.append(bundle[2:end])
        bundle = bundle[end:]
    return entries


def test_signatures_by_others_are_ignored() -> None:
    witness = sign_checkpoint(
        Checkpoint(origin="witness.example", size=5, root=b"w" * 32), signer=ALICE, at=NOW
    )
    line = witness.decode().split("\n\n")[1]
    assert verify_checkpoint(GOOD + line.encode(), log_key=LOG_KEY) == HEAD


def test_extension_lines_are_not_used() -> None:
    assert verify_checkpoint(note(f"{ORIGIN}\n5\n{ROOT}\nextension\n"), log_key=LOG_KEY) == HEAD


OTHER_KEY = note_key(ORIGIN, MALLORY.public)
BAD_LINE = f"— {ORIGIN} {base64.b64encode(LOG_KEY.note_id + b's' * 64).decode()}\n".encode()
REFUSED = {
    "size-changed": (
        GOOD.replace(b"\n5\n", b"\n6\n"),
        f"[signature-invalid] not a signature by key {LOG.public.key_id[:16]}",
    ),
    "a-second-signature-of-the-log-that-is-none": (
        GOOD + BAD_LINE,
        f"[signature-invalid] not a signature by key {LOG.public.key_id[:16]}",
    ),
    "signed-by-another-key-of-that-name": (
        sign_checkpoint(HEAD, signer=MALLORY, at=NOW),
        f"[signature-invalid] not signed by {ORIGIN!r}, at checkpoint",
    ),
    "signed-by-that-key-under-another-name": (
        note(f"{ORIGIN}\n5\n{ROOT}\n", name="other.example"),
        f"[signature-invalid] not signed by {ORIGIN!r}, at checkpoint",
    ),
    "of-another-log": (
        note(f"other.example\n5\n{ROOT}\n"),
        (
            f"[proof-invalid] a checkpoint of 'other.example', where one of {ORIGIN!r} is needed, "
            "at checkpoint"
        ),
    ),
    "no-signature": (
        f"{ORIGIN}\n5\n{ROOT}\n".encode(),
        "[malformed] not a signed note, at checkpoint",
    ),
    "no-last-newline": (GOOD[:-1], "[malformed] not a signed note, at checkpoint"),
    "a-carriage-return": (
        GOOD.replace(b"\n", b"\r\n", 1),
        "[malformed] not a signed note, at checkpoint",
    ),
    "not-utf-8": (b"\xff" + GOOD, "[malformed] a note that is not UTF-8, at checkpoint"),
    "a-hyphen-for-the-dash": (
        note(f"{ORIGIN}\n5\n{ROOT}\n") + b"- x AAAAAAA=\n",
        "[malformed] '- x AAAAAAA=' is no signature line, at checkpoint",
    ),
    "a-signature-that-is-not-base64": (
        f"x\n\n— {ORIGIN} ###\n".encode(),
        "[malformed] not base64, at checkpoint",
    ),
    "a-signature-of-a-key-id-only": (
        f"x\n\n— {ORIGIN} AAAAAA==\n".encode(),
        "[malformed] a signature without a key id, at checkpoint",
    ),
    "too-large": (
        b"x" * (MAX_NOTE_BYTES + 1),
        "[malformed] 262145 bytes, where at most 262144 are read",
    ),
    "two-lines": (
        note(f"{ORIGIN}\n5\n"),
        "[malformed] not an origin, a size and a root, at checkpoint",
    ),
    "an-empty-line": (
        note(f"{ORIGIN}\n5\n{ROOT}\n\nextension\n"),
        "[malformed] not an origin, a size and a root, at checkpoint",
    ),
    "a-size-with-a-leading-zero": (
        note(f"{ORIGIN}\n05\n{ROOT}\n"),
        "[malformed] a tree of '05' entries, at checkpoint",
    ),
    "a-size-in-other-digits": (
        note(f"{ORIGIN}\n\u0665\n{ROOT}\n"),
        "[malformed] a tree of '\u0665' entries, at checkpoint",
    ),
    "a-size-beyond-64-bits": (
        note(f"{ORIGIN}\n9223372036854775808\n{ROOT}\n"),
        "[malformed] a tree of '9223372036854775808' entries, at checkpoint",
    ),
    "a-short-root": (
        note(f"{ORIGIN}\n5\nAAAA\n"),
        "[malformed] a root of 3 bytes, at checkpoint",
    ),
    "a-root-that-is-not-base64": (
        note(f"{ORIGIN}\n5\nroot!\n"),
        "[malformed] not base64, at checkpoint",
    ),
}


@pytest.mark.parametrize(("signed", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(signed: bytes, message: str) -> None:
    with pytest.raises(RejectedError) as caught:
        verify_checkpoint(signed, log_key=LOG_KEY)
    assert str(caught.value) == message


def test_the_signature_is_checked_before_the_text_is_read() -> None:
    with pytest.raises(AssayError) as caught:
        verify_checkpoint(f"nonsense\n{BAD_LINE.decode()}".encode(), log_key=LOG_KEY)
    assert caught.value.code == "malformed"
    with pytest.raises(AssayError) as caught:
        verify_checkpoint(b"nonsense\n\n" + BAD_LINE, log_key=LOG_KEY)
    assert caught.value.code == "signature-invalid"


def test_sixteen_signatures_are_read() -> None:
    """C2SP signed-note: "but MUST accept at least up to 16 signatures"."""
    line = f"— w.example {base64.b64encode(b's' * 5_000).decode()}\n".encode()
    assert verify_checkpoint(GOOD + line * 16, log_key=LOG_KEY) == HEAD


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_every_changed_byte_is_refused(place: int, change: int) -> None:
    signed = note(f"{ORIGIN}\n5\n{ROOT}\n")
    changed = bytearray(signed)
    changed[place % len(signed)] ^= change
    with pytest.raises(RejectedError):
        verify_checkpoint(bytes(changed), log_key=LOG_KEY)


@given(st.integers(GOOD.rindex("—".encode()), len(GOOD) - 1), st.integers(1, 255))
def test_every_changed_byte_of_the_date_is_refused(place: int, change: int) -> None:
    changed = bytearray(GOOD)
    changed[place] ^= change
    with pytest.raises(RejectedError):
        verify_time(bytes(changed), log_key=LOG_KEY)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(RejectedError):
        verify_checkpoint(data, log_key=LOG_KEY)


def test_only_ed25519_signs() -> None:
    with pytest.raises(UsageError):
        sign_checkpoint(HEAD, signer=BOB, at=NOW)


def test_the_checkpoint_before_is_named() -> None:
    head = Checkpoint(origin=ORIGIN, size=2, root=b"r" * 32, previous=b"p" * 32)
    signed = sign_checkpoint(head, signer=LOG, at=NOW)
    assert signed.split(b"\n")[3] == b"previous " + base64.b64encode(b"p" * 32)
    assert verify_dated(signed, log_key=LOG_KEY) == (head, NOW)


def test_two_checkpoints_before() -> None:
    line = "previous " + base64.b64encode(b"p" * 32).decode()
    with pytest.raises(AssayError) as caught:
        verify_checkpoint(note(f"{ORIGIN}\n2\n{ROOT}\n{line}\n{line}\n"), log_key=LOG_KEY)
    assert str(caught.value) == "[malformed] more than one checkpoint before, at checkpoint"


def test_a_checkpoint_without_a_date_is_not_dated() -> None:
    undated = note(f"{ORIGIN}\n2\n{ROOT}\n")
    assert verify_checkpoint(undated, log_key=LOG_KEY).size == 2
    with pytest.raises(AssayError) as caught:
        verify_dated(undated, log_key=LOG_KEY)
    assert str(caught.value) == f"[signature-invalid] not dated by {ORIGIN!r}, at checkpoint"
