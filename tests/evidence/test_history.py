"""When an entry was recorded: what is read from stored checkpoints, and what is remembered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import SignatureInvalidError, TamperedError, UsageError
from assay.evidence import merkle
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.history import Head, History, Signed, stored_head
from assay.evidence.storage.schema import prepare_schema
from assay.signing.notekey import NoteKey, note_key
from assay.system.database import Row
from assay.system.sqlite import SqliteDatabase, open_sqlite
from tests.fakes.askedkey import AskedKey
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, ORIGIN

HOUR = timedelta(hours=1)
EMPTY = Checkpoint(origin=ORIGIN, size=0, root=merkle.EMPTY_ROOT)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    made = open_sqlite(tmp_path / "log.db", create=True)
    prepare_schema(made, create=True)
    yield made
    made.close()


def sign(database: SqliteDatabase, *sizes: int) -> list[bytes]:
    """Store a checkpoint over each of `sizes` entries, an hour after the one before it."""
    notes: list[bytes] = []
    for number, size in enumerate(sizes):
        checkpoint = Checkpoint(
            origin=ORIGIN,
            size=size,
            root=sha256_of(b"%d" % size).raw,
            previous=sha256_of(notes[-1]).raw if notes else None,
        )
        notes.append(sign_checkpoint(checkpoint, signer=LOG, at=NOW + number * HOUR))
        database.execute("INSERT INTO checkpoints VALUES (?, ?, ?)", (number, size, notes[-1]))
    return notes


def test_before_the_first_one(database: SqliteDatabase) -> None:
    history = History(database, ORIGIN)
    head = history.head()
    assert head == Head(-1, 0, b"")
    assert head.digest is None
    assert history.signed(head, LOG_KEY) == Signed(checkpoint=EMPTY, at=None)
    assert list(history.all()) == []
    assert history.sized(1) == head


def test_what_is_stored(database: SqliteDatabase) -> None:
    notes = sign(database, 2, 3, 7)
    history = History(database, ORIGIN)
    heads = [Head(0, 2, notes[0]), Head(1, 3, notes[1]), Head(2, 7, notes[2])]
    assert list(history.all()) == heads
    assert history.head() == heads[2]
    assert [history.sized(size) for size in (2, 3, 7)] == heads
    assert [history.over(index).number for index in range(7)] == [0, 0, 1, 2, 2, 2, 2]
    assert heads[1].digest == sha256_of(notes[1]).raw
    assert history.signed(heads[1], LOG_KEY).at == NOW + HOUR


@pytest.mark.parametrize("index", [-1, 2, 3])
def test_no_such_entry(database: SqliteDatabase, index: int) -> None:
    sign(database, 2)
    history = History(database, ORIGIN)
    message = f"[usage] no entry {index}, at {database.place}"
    with pytest.raises(UsageError) as caught:
        history.over(index)
    assert str(caught.value) == message
    with pytest.raises(UsageError) as caught:
        history.recorded_at(index, log_key=LOG_KEY)
    assert str(caught.value) == message


def test_the_time_of_record_in_any_order(database: SqliteDatabase) -> None:
    sign(database, 2, 3, 7)
    expected = [NOW + hours * HOUR for hours in (0, 0, 1, 2, 2, 2, 2)]
    for order in (range(7), reversed(range(7)), (3, 0, 6, 2, 1, 5, 4)):
        history = History(database, ORIGIN)
        for index in order:
            assert history.recorded_at(index, log_key=LOG_KEY) == expected[index]


def test_each_span_is_read_once(database: SqliteDatabase) -> None:
    """A checkpoint once stored never changes, so what was found is found without the database."""
    sign(database, 2, 3, 7)
    history = History(database, ORIGIN)
    for index in (1, 2, 5):
        history.recorded_at(index, log_key=LOG_KEY)
    database.execute("DELETE FROM checkpoints")
    times = [history.recorded_at(index, log_key=LOG_KEY) for index in range(7)]
    assert times == [NOW + hours * HOUR for hours in (0, 0, 1, 2, 2, 2, 2)]


def test_what_is_remembered_is_remembered_for_one_key(database: SqliteDatabase) -> None:
    sign(database, 2)
    history = History(database, ORIGIN)
    history.recorded_at(0, log_key=LOG_KEY)
    with pytest.raises(SignatureInvalidError):
        history.recorded_at(0, log_key=note_key(ORIGIN, MALLORY.public))


def test_the_same_bytes_are_verified_once(database: SqliteDatabase) -> None:
    sign(database, 2, 3)
    counting = AskedKey(LOG.public)
    key = replace(LOG_KEY, public=counting)
    history = History(database, ORIGIN)
    first = history.sized(2)
    assert history.signed(first, key) == history.signed(first, LOG_KEY)
    once = len(counting.log)
    assert once > 0
    history.signed(first, key)
    assert len(counting.log) == once
    history.signed(history.sized(3), key)
    assert len(counting.log) == 2 * once


def test_no_more_than_256_are_remembered(database: SqliteDatabase) -> None:
    """They are forgotten together, as nobody reads a log so long in one process."""
    sign(database, *range(1, 258))
    counting = AskedKey(LOG.public)
    key = replace(LOG_KEY, public=counting)
    history = History(database, ORIGIN)
    heads = list(history.all())

    def verified(head: Head) -> bool:
        before = len(counting.log)
        history.signed(head, key)
        return len(counting.log) > before

    assert all(map(verified, heads[:256]))
    assert not any(map(verified, heads[:256]))
    assert verified(heads[256])
    assert verified(heads[0])
    assert not verified(heads[256])


CHAIN = "[tampered] the checkpoint before it is another one, at checkpoints row {}"


def test_one_is_missing(database: SqliteDatabase) -> None:
    sign(database, 2, 3, 7)
    database.execute("DELETE FROM checkpoints WHERE number = 1")
    with pytest.raises(TamperedError) as caught:
        History(database, ORIGIN).recorded_at(2, log_key=LOG_KEY)
    assert str(caught.value) == CHAIN.format(2)


@pytest.mark.parametrize("number", [0, 1])
def test_one_is_stored_with_another_size(database: SqliteDatabase, number: int) -> None:
    """Also the one before: entries that it covers would look younger."""
    sign(database, 2, 4)
    signed = (2, 4)[number]
    database.execute("UPDATE checkpoints SET size = ? WHERE number = ?", (signed - 1, number))
    with pytest.raises(TamperedError) as caught:
        History(database, ORIGIN).recorded_at(2, log_key=LOG_KEY)
    assert str(caught.value) == (
        f"[tampered] size {signed - 1}, where {signed} is signed, at checkpoints row {number}"
    )


def test_a_key_of_another_log(database: SqliteDatabase) -> None:
    sign(database, 2)
    other: NoteKey = note_key("other.example/log", LOG.public)
    with pytest.raises(SignatureInvalidError):
        History(database, ORIGIN).recorded_at(0, log_key=other)


@pytest.mark.parametrize("row", [("0", 1, b"n"), (0, None, b"n"), (0, 1, "n"), (0, 1)])
def test_a_row_that_is_none(row: Row) -> None:
    with pytest.raises(TamperedError) as caught:
        stored_head(row)
    assert str(caught.value) == "[tampered] values of another type, at checkpoints"
