"""The entries as they are stored: each compared with its digest, wherever its bytes lie."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.core.digest import Digest, sha256_of
from assay.core.errors import AssayError
from assay.evidence.index.trie import IndexedEntry, type_key
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.merkle import inclusion_path, node_hash
from assay.evidence.reading import LogEntry, StoredEntries
from assay.evidence.storage.blobs import FolderBlobs
from assay.evidence.storage.rows import PAGE
from assay.evidence.storage.schema import prepare_schema
from assay.system.sqlite import SqliteDatabase, open_sqlite
from tests.fakes.trust import COMMIT, OTHER_COMMIT

SMALL = b"small"
LARGE = b"x" * 2**16
LEAF = b"l" * 32


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    made = open_sqlite(tmp_path / "log.db", create=True)
    prepare_schema(made, create=True)
    yield made
    made.close()


def put(database: SqliteDatabase, number: int, envelope: bytes, *, inline: bool = True) -> LogEntry:
    digest = sha256_of(envelope)
    row = (number, digest.raw, envelope if inline else None)
    database.execute("INSERT INTO entries VALUES (?, ?, ?)", row)
    return LogEntry(index=number, digest=digest, envelope=envelope)


def file_under(database: SqliteDatabase, *rows: tuple[int, int, Digest, str]) -> None:
    database.execute_many(
        "INSERT INTO subjects VALUES (?, ?, ?, ?)",
        [(entry, position, str(subject), kind) for entry, position, subject, kind in rows],
    )


def message(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


def test_small_and_large_ones(database: SqliteDatabase) -> None:
    entries = StoredEntries(database, None)
    put_in = [put(database, 0, SMALL), put(database, 1, LARGE)]
    assert list(entries.all_entries()) == put_in
    assert [entries.entry(index) for index in (0, 1)] == put_in
    assert [entries.find(entry.digest) for entry in put_in] == put_in
    assert entries.find(sha256_of(b"nothing")) is None
    assert list(entries.stored_rows()) == [(e.index, e.digest.raw, e.envelope) for e in put_in]


def test_one_that_lies_in_a_blob(database: SqliteDatabase, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.put(LARGE)
    entry = put(database, 0, LARGE, inline=False)
    entries = StoredEntries(database, blobs)
    assert entries.entry(0) == entry
    assert list(entries.all_entries()) == [entry]
    assert list(entries.stored_rows()) == [(0, entry.digest.raw, LARGE)]


def test_one_that_lies_nowhere(database: SqliteDatabase, tmp_path: Path) -> None:
    entry = put(database, 0, LARGE, inline=False)
    folder = tmp_path / "blobs"
    assert message(lambda: StoredEntries(database, None).entry(0)) == (
        "[tampered] no envelope, and no blob store, at entries row 0"
    )
    assert message(lambda: StoredEntries(database, FolderBlobs(folder)).entry(0)) == (
        f"[unavailable] no blob {entry.digest}, at entries row 0, in {folder} "
        "(restore it from a backup of the log)"
    )
    database.execute("UPDATE entries SET digest = x'00'")
    assert message(lambda: StoredEntries(database, FolderBlobs(folder)).entry(0)) == (
        "[tampered] no digest, at entries row 0"
    )


def test_another_envelope(database: SqliteDatabase) -> None:
    put(database, 0, SMALL)
    database.execute("UPDATE entries SET envelope = x'00'")
    entries = StoredEntries(database, None)
    expected = "[tampered] the envelope has another digest, at entries row 0"
    assert message(lambda: entries.entry(0)) == expected
    assert message(lambda: list(entries.all_entries())) == expected
    assert message(lambda: entries.find(sha256_of(SMALL))) == expected
    assert list(entries.stored_rows()) == [(0, sha256_of(SMALL).raw, b"\0")]  # the check's matter


def test_an_entry_has_a_number_from_0_on(database: SqliteDatabase) -> None:
    """What somebody puts in below it is in no entry; the check of the whole log names it."""
    put(database, -1, b"below")
    entry = put(database, 0, SMALL)
    entries = StoredEntries(database, None)
    assert list(entries.all_entries()) == [entry]
    assert [row[0] for row in entries.stored_rows()] == [-1, 0]


def test_no_such_entry(database: SqliteDatabase) -> None:
    entries = StoredEntries(database, None)
    assert message(lambda: entries.entry(7)) == f"[usage] no entry 7, at {database.place}"


def named(entry: LogEntry, leaf: bytes = b"") -> IndexedEntry:
    """Return what the index says of an entry."""
    found = leaf or envelope_leaf_hash(entry.envelope)
    return IndexedEntry(number=entry.index, leaf=found, type_key=type_key("urn:a"))


def test_those_that_the_index_names(database: SqliteDatabase) -> None:
    """More than are read at once, in the order of the index."""
    made = [put(database, number, b"%d" % number) for number in range(PAGE + 2)]
    entries = StoredEntries(database, None)
    assert list(entries.listed([named(entry) for entry in made])) == made
    assert list(entries.listed([named(made[5]), named(made[3])])) == [made[5], made[3]]
    assert list(entries.listed([])) == []
    gone = LogEntry(index=PAGE + 2, digest=made[0].digest, envelope=b"gone")
    assert message(lambda: list(entries.listed([named(gone)]))) == (
        f"[tampered] the row is missing, at entries row {PAGE + 2}"
    )
    assert message(lambda: list(entries.listed([named(made[0]), named(made[1], LEAF)]))) == (
        "[tampered] another envelope, at entries row 1"
    )


def test_nodes(database: SqliteDatabase) -> None:
    hashes = {0: b"a" * 32, 1: b"b" * 32, 2: node_hash(b"a" * 32, b"b" * 32), 3: b"c" * 32}
    database.execute_many("INSERT INTO nodes VALUES (?, ?)", list(hashes.items()))
    entries = StoredEntries(database, None)
    assert entries.node(0, 1) == hashes[1]
    assert entries.node(1, 0) == hashes[2]
    assert entries.leaves([2, 0, 7]) == [hashes[3], hashes[0], b""]
    assert entries.path(lambda node: inclusion_path(0, 3, node)) == (hashes[1], hashes[3])
    assert message(lambda: entries.node(0, 3)) == "[tampered] the row is missing, at nodes row 4"
    assert message(lambda: entries.path(lambda node: inclusion_path(0, 4, node))) == (
        "[tampered] the row is missing, at nodes row 5"
    )


def test_what_entries_are_filed_under(database: SqliteDatabase) -> None:
    file_under(
        database,
        (0, 0, OTHER_COMMIT, "urn:a"),
        (0, 1, COMMIT, "urn:a"),
        (3, 0, COMMIT, "urn:b"),
    )
    entries = StoredEntries(database, None)
    assert list(entries.listing()) == [
        (0, OTHER_COMMIT, "urn:a"),
        (0, COMMIT, "urn:a"),
        (3, COMMIT, "urn:b"),
    ]
    assert (entries.subject_of(0), entries.subject_of(3)) == (OTHER_COMMIT, COMMIT)
    assert [entries.newest_of(kind) for kind in ("urn:a", "urn:b", "urn:c")] == [0, 3, None]
    assert [entries.newest_about(one) for one in (OTHER_COMMIT, COMMIT)] == [0, 3]
    assert entries.newest_about(sha256_of(b"")) is None
    assert message(lambda: entries.subject_of(1)) == f"[usage] no entry 1, at {database.place}"
