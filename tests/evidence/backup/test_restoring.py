"""A log put back: every row as it was, or nothing at all, whatever is wrong with the record."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import AssayError, ProofError
from assay.evidence.backup.record import BackedUp
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from assay.evidence.merkle import leaf_hash
from assay.evidence.storage.blobs import FolderBlobs
from assay.evidence.store import LogStore, open_store
from tests.fakes.backends import Backend
from tests.fakes.trust import BOB, LOG, LOG_KEY, MALLORY, NOW, ORIGIN, verified

HOUR = timedelta(hours=1)
LARGE = verified({"text": "x" * 2**16})
SAMPLES = (verified({"n": 0}), verified({"n": 1}, by=BOB), LARGE, verified({"n": 3}))
TABLES = (
    "SELECT number, digest, envelope FROM entries ORDER BY number",
    "SELECT place, hash FROM nodes ORDER BY place",
    "SELECT entry, position, subject, predicate_type FROM subjects ORDER BY entry, position",
    "SELECT place, page FROM index_pages ORDER BY place",
    "SELECT number, size, note FROM checkpoints ORDER BY number",
    "SELECT number, size, line FROM cosignatures ORDER BY number",
)


def accept(_newest: Checkpoint) -> None:
    """Find nothing wrong with the newest checkpoint."""


def open_at(folder: Path) -> LogStore:
    return open_store(folder / "log.db", origin=ORIGIN, create=True)


def rows(folder: Path) -> list[object]:
    with Backend(kind="sqlite", location=folder / "log.db").editor() as run:
        return [run(sql, ()) for sql in TABLES]


@pytest.fixture
def record(tmp_path: Path) -> tuple[BackedUp, ...]:
    """Three checkpoints over four entries, the second one with what a witness said."""
    with open_at(tmp_path / "first") as store:
        store.append(SAMPLES[:2], log_signer=LOG, at=NOW)
        store.append(SAMPLES[2:3], log_signer=LOG, at=NOW + HOUR)
        note = store.latest_checkpoint() or b""
        line = cosign_checkpoint(note, name="w.example", signer=MALLORY, at=NOW + HOUR)
        store.cosignatures.add(3, line)
        store.append(SAMPLES[3:], log_signer=LOG, at=NOW + HOUR)  # at the same time: no later
        return tuple(store.backed_up())


def test_every_row_is_as_it_was(record: tuple[BackedUp, ...], tmp_path: Path) -> None:
    seen: list[Checkpoint] = []
    with open_at(tmp_path / "second") as store:
        newest = store.restore(record, log_keys=(LOG_KEY,), check=seen.append)
        assert newest == verify_checkpoint(record[-1].note, log_key=LOG_KEY)
        assert seen == [newest]
        assert store.verify(log_key=LOG_KEY) == newest
        assert store.append(SAMPLES[:1], log_signer=LOG, at=NOW + HOUR)[0].index == 0
    assert rows(tmp_path / "second") == rows(tmp_path / "first")


def test_into_each_kind_of_database(record: tuple[BackedUp, ...], backend: Backend) -> None:
    """All that follows from the record is computed again there, and the log goes on."""
    with backend.open() as store:
        newest = store.restore(record, log_keys=(LOG_KEY,), check=accept)
        assert store.verify(log_key=LOG_KEY) == newest
        assert tuple(store.backed_up()) == record
        [receipt] = store.append([verified({"n": 4})], log_signer=LOG, at=NOW + HOUR)
        assert receipt.index == newest.size


def test_what_is_refused_leaves_nothing_in_either(
    record: tuple[BackedUp, ...], backend: Backend
) -> None:
    with backend.open() as store:
        for change, _ in REFUSED.values():
            with pytest.raises(AssayError):
                store.restore(change(record), log_keys=(LOG_KEY,), check=accept)
            assert store.size == 0
            assert store.verify(log_key=LOG_KEY) is None
        store.restore(record, log_keys=(LOG_KEY,), check=accept)
        assert store.size == len(SAMPLES)


def test_large_envelopes_lie_where_the_new_log_keeps_them(
    record: tuple[BackedUp, ...], tmp_path: Path
) -> None:
    """Beside the rows, or in them: the tree is the same."""
    blobs = FolderBlobs(tmp_path / "elsewhere")
    location = tmp_path / "second" / "log.db"
    with open_store(location, origin=ORIGIN, create=True, blobs=blobs) as store:
        store.restore(record, log_keys=(LOG_KEY,), check=accept)
    assert blobs.get(LARGE.digest) == LARGE.envelope
    stored = [p for p in (tmp_path / "elsewhere").rglob("*") if p.is_file()]
    assert len(stored) == 1


def shift(note: bytes, *, by: timedelta) -> bytes:
    """Return the same checkpoint, dated otherwise."""
    return sign_checkpoint(verify_checkpoint(note, log_key=LOG_KEY), signer=LOG, at=NOW + by)


def of_nothing() -> BackedUp:
    """Return what only the log's key can have made: an entry that is none."""
    root = leaf_hash(b"{}")
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=1, root=root), signer=LOG, at=NOW)
    return BackedUp(envelopes=(b"{}",), note=note, lines=b"")


Change = Callable[[Sequence[BackedUp]], list[BackedUp]]
FOREIGN = verified({"n": 9}).envelope
NOT_THEM = "[tampered] the entries are not those that were signed, at checkpoint {}"
REFUSED: dict[str, tuple[Change, str]] = {
    "an-entry-of-another-log": (
        lambda heads: [replace(heads[0], envelopes=(FOREIGN, *heads[0].envelopes[1:])), *heads[1:]],
        NOT_THEM.format(0),
    ),
    "entries-exchanged": (
        lambda heads: [replace(heads[0], envelopes=heads[0].envelopes[::-1]), *heads[1:]],
        NOT_THEM.format(0),
    ),
    "an-entry-too-many": (
        lambda heads: [heads[0], replace(heads[1], envelopes=(*heads[1].envelopes, FOREIGN))],
        NOT_THEM.format(1),
    ),
    "an-entry-twice": (
        lambda heads: [heads[0], replace(heads[1], envelopes=heads[0].envelopes[:1])],
        NOT_THEM.format(1),
    ),
    "a-checkpoint-is-missing": (
        lambda heads: [
            heads[0],
            replace(heads[2], envelopes=(*heads[1].envelopes, *heads[2].envelopes)),
        ],
        NOT_THEM.format(1),
    ),
    "a-checkpoint-twice": (
        lambda heads: [heads[0], replace(heads[0], envelopes=())],
        NOT_THEM.format(1),
    ),
    "no-entries": (lambda heads: [replace(heads[0], envelopes=())], NOT_THEM.format(0)),
    "no-statement, and not signed": (
        lambda heads: [replace(heads[0], envelopes=(b"{}",))],
        NOT_THEM.format(0),  # it was not even looked at
    ),
    "no-statement": (
        lambda _heads: [of_nothing()],
        "[tampered] no statement: no signatures, at checkpoint 0",
    ),
    "dated-before-the-one-before": (
        lambda heads: [
            replace(heads[0], note=shift(heads[0].note, by=HOUR)),
            replace(heads[1], note=shift(heads[1].note, by=HOUR - timedelta(seconds=1))),
        ],
        "[tampered] dated before the one before, at checkpoint 1",
    ),
    "not-signed": (
        lambda heads: [heads[0], replace(heads[1], note=heads[1].note.replace(b"\n3\n", b"\n4\n"))],
        f"[signature-invalid] not a signature by key {LOG.public.key_id[:16]}, at checkpoint 1",
    ),
    "nothing": (lambda _heads: [], "[usage] a backup of an empty log, at {}"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(
    record: tuple[BackedUp, ...], tmp_path: Path, change: Change, message: str
) -> None:
    with open_at(tmp_path / "second") as store:
        with pytest.raises(AssayError) as caught:
            store.restore(change(record), log_keys=(LOG_KEY,), check=accept)
        assert str(caught.value) == message.format(store.place)
    assert rows(tmp_path / "second") == [[] for _ in TABLES]


def test_an_entry_with_its_index_left_out(record: tuple[BackedUp, ...], tmp_path: Path) -> None:
    """A checkpoint of the same tree that commits to no index is not the one that follows."""
    checkpoint = verify_checkpoint(record[0].note, log_key=LOG_KEY)
    bare = sign_checkpoint(replace(checkpoint, index_root=None), signer=LOG, at=NOW)
    with open_at(tmp_path / "second") as store, pytest.raises(AssayError) as caught:
        store.restore([replace(record[0], note=bare)], log_keys=(LOG_KEY,), check=accept)
    assert str(caught.value) == NOT_THEM.format(0)


def test_what_the_check_refuses_leaves_nothing(
    record: tuple[BackedUp, ...], tmp_path: Path
) -> None:
    def refuse(newest: Checkpoint) -> None:
        raise ProofError(f"{newest.size} are not enough")

    with open_at(tmp_path / "second") as store, pytest.raises(AssayError) as caught:
        store.restore(record, log_keys=(LOG_KEY,), check=refuse)
    assert str(caught.value) == "[proof-invalid] 4 are not enough"
    assert rows(tmp_path / "second") == [[] for _ in TABLES]


def test_a_log_that_is_there_stays(record: tuple[BackedUp, ...], tmp_path: Path) -> None:
    with open_at(tmp_path / "second") as store:
        store.append(SAMPLES[3:], log_signer=LOG, at=NOW)
        with pytest.raises(AssayError) as caught:
            store.restore(record, log_keys=(LOG_KEY,), check=accept)
        assert str(caught.value) == (
            f"[usage] there is a log already, at {store.place} (move it away first)"
        )
        assert [entry.digest for entry in store.all_entries()] == [SAMPLES[3].digest]
    assert sha256_of(SAMPLES[3].envelope) == SAMPLES[3].digest
