"""The time of record: what the first checkpoint over an entry says, and no other."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from assay.core.errors import (
    SignatureInvalidError,
    TamperedError,
    UnavailableError,
    UsageError,
)
from assay.evidence.store import LogStore, open_store
from assay.signing.notekey import note_key
from tests.evidence.stores import SAMPLES, Counted
from tests.fakes.backends import Backend
from tests.fakes.trust import (
    LOG,
    LOG_KEY,
    MALLORY,
    NOW,
    ORIGIN,
)


def test_the_time_of_record(store: LogStore) -> None:
    """The first checkpoint over an entry says when; later ones change nothing about it."""
    for minutes, sample in enumerate(SAMPLES[:3]):
        store.append([sample], log_signer=LOG, at=NOW + timedelta(minutes=minutes))
    times = [store.recorded_at(index, log_key=LOG_KEY) for index in range(3)]
    assert times == [NOW + timedelta(minutes=minutes) for minutes in range(3)]
    for index in (-1, 3):
        with pytest.raises(UsageError) as caught:
            store.recorded_at(index, log_key=LOG_KEY)
        assert str(caught.value) == f"[usage] no entry {index}, at {store.place}"


def test_appending_again_keeps_the_first_time(store: LogStore) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    store.append(SAMPLES[:2], log_signer=LOG, at=NOW + timedelta(hours=1))
    assert store.recorded_at(0, log_key=LOG_KEY) == NOW


def test_a_clock_that_was_set_back(store: LogStore) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    with pytest.raises(UnavailableError) as caught:
        store.append(SAMPLES[1:2], log_signer=LOG, at=NOW - timedelta(minutes=5, seconds=1))
    assert str(caught.value) == (
        "[unavailable] the clock says 2026-05-31T23:54:59Z, and the newest checkpoint, of size 1, "
        "is dated 2026-06-01T00:00:00Z: a log does not go back in time (set the clock of "
        "this machine, if it is behind. If it is right, the clock of whoever recorded last was "
        "ahead: wait until that time has come, or put a backup from before in its place: "
        "assay log restore FILE --accept-loss REASON)"
    )
    assert store.size == 1
    store.append(SAMPLES[1:2], log_signer=LOG, at=NOW - timedelta(minutes=5))
    assert store.recorded_at(1, log_key=LOG_KEY) == NOW


def test_the_time_of_record_under_another_key(store: LogStore) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    with pytest.raises(SignatureInvalidError):
        store.recorded_at(0, log_key=note_key(ORIGIN, MALLORY.public))


def test_a_checkpoint_that_dated_an_entry_is_taken_out(store: LogStore, backend: Backend) -> None:
    """The entry would look younger than it is, and the numbers may be closed up behind it."""
    for sample in SAMPLES[:4]:
        store.append([sample], log_signer=LOG, at=NOW)
    message = "[tampered] the checkpoint before it is another one, at checkpoints row {}"
    backend.edit("DELETE FROM checkpoints WHERE number = 1")
    with pytest.raises(TamperedError) as caught:
        store.recorded_at(1, log_key=LOG_KEY)
    assert str(caught.value) == message.format(2)
    for number in (1, 2):
        with backend.editor() as run:
            run("UPDATE checkpoints SET number = ? WHERE number = ?", (number, number + 1))
    for asked in (
        lambda: store.recorded_at(1, log_key=LOG_KEY),
        lambda: store.verify(log_key=LOG_KEY),
    ):
        with pytest.raises(TamperedError) as closed_up:
            asked()
        assert str(closed_up.value) == message.format(1)
    assert store.recorded_at(3, log_key=LOG_KEY) == NOW


def test_the_first_checkpoint_is_taken_out(store: LogStore, backend: Backend) -> None:
    for sample in SAMPLES[:2]:
        store.append([sample], log_signer=LOG, at=NOW)
    backend.edit("DELETE FROM checkpoints WHERE number = 0", "UPDATE checkpoints SET number = 0")
    with pytest.raises(TamperedError) as caught:
        store.recorded_at(0, log_key=LOG_KEY)
    assert str(caught.value) == (
        "[tampered] the checkpoint before it is another one, at checkpoints row 0"
    )


def test_a_checkpoint_that_dated_an_entry_is_stored_as_a_smaller_one(
    store: LogStore, backend: Backend
) -> None:
    """It is there, and named by the next one; but its last entry would look as young as that."""
    for hours, start in enumerate((0, 2)):
        at = NOW + timedelta(hours=hours)
        store.append(SAMPLES[start : start + 2], log_signer=LOG, at=at)
    backend.edit("UPDATE checkpoints SET size = 1 WHERE number = 0")
    with pytest.raises(TamperedError) as caught:
        store.recorded_at(1, log_key=LOG_KEY)
    assert str(caught.value) == ("[tampered] size 1, where 2 is signed, at checkpoints row 0")


def test_times_are_remembered(tmp_path: Path) -> None:
    """What a checkpoint said once is not asked again: a subject has many entries."""
    path = tmp_path / "log.db"
    with open_store(path, origin=ORIGIN, create=True) as store:
        for start in (0, 4, 8):
            at = NOW + timedelta(minutes=start)
            store.append(SAMPLES[start : start + 4], log_signer=LOG, at=at)
    with Counted(sqlite3.connect(path, isolation_level=None), str(path)) as database:
        store = LogStore(database, ORIGIN, None)
        times = [store.recorded_at(n, log_key=LOG_KEY) for n in (8, 0, 5, 3, 4, 7, 1, 8)]
        minutes = [8, 0, 4, 0, 4, 4, 0, 8]
        assert times == [NOW + timedelta(minutes=minute) for minute in minutes]
        assert database.asked == 2 * 3
