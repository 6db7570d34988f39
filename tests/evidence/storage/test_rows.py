"""Rows in the order of their keys, page by page: each once, none left out, wherever they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.evidence.storage.rows import (
    CHECKPOINTS,
    COSIGNATURES,
    ENTRIES,
    ENTRY,
    HIGHEST,
    LOWEST,
    NODES,
    PAGE,
    SUBJECTS,
    rows_by_key,
)
from assay.evidence.storage.schema import prepare_schema
from assay.system.sqlite import SqliteDatabase, open_sqlite


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    made = open_sqlite(tmp_path / "log.db", create=True)
    prepare_schema(made, create=True)
    yield made
    made.close()


def fill(database: SqliteDatabase, *places: int) -> None:
    database.execute_many("INSERT INTO nodes VALUES (?, ?)", [(place, b"h") for place in places])


def places_from(database: SqliteDatabase, start: int = LOWEST) -> list[object]:
    return [place for place, _ in rows_by_key(database, NODES, start=start)]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1])
def test_each_once_and_in_order(database: SqliteDatabase, count: int) -> None:
    fill(database, *reversed(range(count)))
    assert places_from(database) == [*range(count)]
    assert places_from(database, start=3) == [*range(3, count)]


def test_from_one_end_of_what_fits_to_the_other(database: SqliteDatabase) -> None:
    """Rows that somebody put in may be anywhere."""
    fill(database, LOWEST, -1, 0, 1, HIGHEST)
    assert places_from(database) == [LOWEST, -1, 0, 1, HIGHEST]
    assert places_from(database, start=0) == [0, 1, HIGHEST]


def test_the_last_page_may_end_at_the_highest_key(database: SqliteDatabase) -> None:
    """There is no key after it to ask for."""
    keys = [*range(PAGE - 2), HIGHEST - 1, HIGHEST]
    fill(database, *keys)
    assert places_from(database) == keys


def test_a_page_that_ends_just_before_it(database: SqliteDatabase) -> None:
    keys = [*range(PAGE - 1), HIGHEST - 1, HIGHEST]
    fill(database, *keys)
    assert places_from(database) == keys


def test_keys_of_two_columns(database: SqliteDatabase) -> None:
    """A page may end in the middle of an entry."""
    keys = [
        (-1, HIGHEST),
        *((entry, position) for entry in range(5) for position in range(100)),
        (7, LOWEST),
    ]
    database.execute_many(
        "INSERT INTO subjects VALUES (?, ?, 'sha256:ab', 'urn:a')", list(reversed(keys))
    )
    found = list(rows_by_key(database, SUBJECTS, keys=2))
    assert [row[:2] for row in found] == keys
    assert found[0][2:] == ("sha256:ab", "urn:a")


def test_a_page_holds_no_statement_open(database: SqliteDatabase) -> None:
    """Whoever reads slowly keeps nobody from writing, and sees what is written behind."""
    fill(database, *range(PAGE))
    reading = rows_by_key(database, NODES)
    assert next(reading)[0] == 0
    fill(database, PAGE)
    assert [row[0] for row in reading] == [*range(1, PAGE + 1)]


def test_what_the_rows_are(database: SqliteDatabase) -> None:
    database.execute("INSERT INTO checkpoints VALUES (0, 2, x'6e')")
    database.execute("INSERT INTO cosignatures VALUES (0, 2, x'6c')")
    assert list(rows_by_key(database, CHECKPOINTS)) == [(0, 2, b"n")]
    assert list(rows_by_key(database, COSIGNATURES)) == [(0, 2, b"l")]


def test_a_page_leaves_large_envelopes_out(database: SqliteDatabase) -> None:
    """256 of those that are left are 16 MiB at most."""
    small, large = b"x" * (2**16 - 1), b"x" * 2**16
    for number, envelope in enumerate((small, large, None)):
        database.execute("INSERT INTO entries VALUES (?, ?, ?)", (number, b"%d" % number, envelope))
    expected = [(0, b"0", small), (1, b"1", None), (2, b"2", None)]
    assert list(rows_by_key(database, ENTRIES)) == expected
    assert [database.query_one(ENTRY, (number,)) for number in range(3)] == expected
