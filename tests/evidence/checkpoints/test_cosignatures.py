"""Cosignatures beside the checkpoints of a stored log, in each database."""

import sqlite3
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.evidence.checkpoints.checkpoint import cosign_checkpoint, verify_cosigned
from assay.evidence.checkpoints.cosignatures import MAX_LINES
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import cosigner_key
from tests.fakes.backends import Backend
from tests.fakes.trust import LOG, NOW, verified

WITNESSES = {f"w{n}.example": generate_signer("ed25519") for n in range(3)}
KEYS = tuple(cosigner_key(name, signer.public) for name, signer in WITNESSES.items())


def lines(note: bytes) -> list[bytes]:
    return [cosign_checkpoint(note, name=n, signer=s, at=NOW) for n, s in WITNESSES.items()]


def test_kept_beside_the_checkpoint(backend: Backend) -> None:
    with backend.open(create=True) as store:
        store.append([verified({"n": 1})], log_signer=LOG, at=NOW)
        first = store.latest_checkpoint() or b""
        one, two, three = lines(first)
        store.cosignatures.add(1, one + two)
        store.cosignatures.add(1, two + three)
        assert store.cosignatures.lines(1) == one + two + three
        assert store.cosigned_checkpoint(1) == first + one + two + three
        assert store.latest_checkpoint() == first
        assert store.cosignatures.sizes() == (1,)
    with backend.open(create=False) as store:
        note = store.cosigned_checkpoint(1) or b""
        found = verify_cosigned(note, witnesses=KEYS, quorum=3)
        assert [cosigned.name for cosigned in found] == list(WITNESSES)


def test_none_there(backend: Backend) -> None:
    with backend.open(create=True) as store:
        assert store.cosigned_checkpoint(1) is None
        store.append([verified({"n": 1})], log_signer=LOG, at=NOW)
        assert store.cosigned_checkpoint(1) == store.latest_checkpoint()
        assert store.cosignatures.sizes() == ()
        assert list(store.checkpoint_sizes(since=0)) == [1]
        assert list(store.checkpoint_sizes(since=1)) == []


def test_no_line(backend: Backend) -> None:
    with backend.open(create=True) as store:
        with pytest.raises(MalformedError):
            store.cosignatures.add(1, b"no line\n")
        assert store.cosignatures.lines(1) == b""


def test_all_lines_or_none(tmp_path: Path) -> None:
    """A fault at the second leaves the first away too; a trigger stands for a disk that is full."""
    backend = Backend(kind="sqlite", location=tmp_path / "log.db")
    with backend.open(create=True) as store:
        store.append([verified({"n": 1})], log_signer=LOG, at=NOW)
        backend.edit(  # after it was opened: a log with a trigger is not
            "CREATE TRIGGER full BEFORE INSERT ON cosignatures WHEN NEW.number = 1 "
            "BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        with pytest.raises(sqlite3.IntegrityError):
            store.cosignatures.add(1, b"".join(lines(store.latest_checkpoint() or b"")))
        assert store.cosignatures.lines(1) == b""


def test_lines_are_bounded(backend: Backend) -> None:
    with backend.open(create=True) as store:
        many = "".join(f"— w{n}.example AAAAAAA=\n" for n in range(MAX_LINES + 5)).encode()
        store.cosignatures.add(1, many)
        assert len(store.cosignatures.lines(1).splitlines()) == MAX_LINES
