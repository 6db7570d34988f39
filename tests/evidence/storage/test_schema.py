"""The tables of the log, and files that are not a log."""

import sqlite3
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.evidence.store import open_store
from tests.fakes.trust import LOG, NOW, ORIGIN, verified


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "log.db"
    with open_store(made, origin=ORIGIN, create=True) as store:
        store.append([verified({"n": n}) for n in range(50)], log_signer=LOG, at=NOW)
    return made


def message_of(path: Path, *, create: bool = False) -> str:
    with pytest.raises(AssayError) as caught:
        open_store(path, origin=ORIGIN, create=create)
    return str(caught.value)


def run(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_newer_schema(path: Path) -> None:
    run(path, "PRAGMA user_version=3")
    assert message_of(path) == (
        f"[unavailable] schema 3, where this version of Assay reads 2, at {path} "
        "(use a newer version of Assay)"
    )


def test_an_older_schema(path: Path) -> None:
    run(path, "PRAGMA user_version=1")
    assert message_of(path) == (
        f"[unavailable] schema 1, where this version of Assay reads 2, at {path} "
        "(read it with the version that made it, and begin a new log with this one)"
    )


def test_the_database_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    run(path, "CREATE TABLE bookmarks (url TEXT)")
    expected = f"[usage] not an Assay log, at {path} (assay init makes one)"
    assert message_of(path) == message_of(path, create=True) == expected


def test_an_empty_file_is_no_log_until_one_is_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.touch()
    assert message_of(path) == f"[usage] not an Assay log, at {path} (assay init makes one)"
    open_store(path, origin=ORIGIN, create=True).close()
    open_store(path, origin=ORIGIN, create=False).close()


def test_not_a_database(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_bytes(b"Dear diary, " * 1000)
    assert message_of(path) == (
        f"[tampered] not an intact SQLite database: file is not a database, at {path} "
        "(keep the file for the inquiry, and restore a copy that verifies)"
    )


ADDED = {
    "trigger": (
        "CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM subjects; END",
        "[tampered] the schema has another 'quiet', at sqlite_schema row 'quiet'",
    ),
    "view": (
        "CREATE VIEW quiet AS SELECT 1",
        "[tampered] the schema has another 'quiet', at sqlite_schema row 'quiet'",
    ),
    "column": (
        "ALTER TABLE entries ADD COLUMN more TEXT",
        "[tampered] the schema has another 'entries', at sqlite_schema row 'entries'",
    ),
    "index-dropped": (
        "DROP INDEX subjects_by_type",
        (
            "[tampered] the schema has another 'subjects_by_type', "
            "at sqlite_schema row 'subjects_by_type'"
        ),
    ),
}


@pytest.mark.parametrize(("statement", "message"), ADDED.values(), ids=ADDED)
def test_a_changed_schema(path: Path, statement: str, message: str) -> None:
    run(path, statement)
    assert message_of(path) == message


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_cut_off_in_the_middle(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert message_of(path).startswith("[tampered] not an intact SQLite database: ")
