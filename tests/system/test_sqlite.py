"""SQLite: what it reports becomes an error that says what to do next."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.system.sqlite import SqliteDatabase, open_sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "some?thing#.db"  # names that mean something in a URI


@pytest.fixture
def database(path: Path) -> Iterator[SqliteDatabase]:
    with open_sqlite(path, create=True) as opened:
        opened.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB) STRICT")
        yield opened


def count(database: SqliteDatabase) -> int:
    row = database.query_one("SELECT count(*) FROM t")
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]


def test_rows_in_and_out(database: SqliteDatabase) -> None:
    with database.transaction():
        database.execute_many("INSERT INTO t VALUES (?, ?)", [(1, b"a"), (2, None)])
    assert list(database.query("SELECT n, data FROM t ORDER BY n")) == [(1, b"a"), (2, None)]
    assert database.query_one("SELECT n FROM t WHERE n = ?", (3,)) is None


def test_the_file_is_where_it_was_asked_for(database: SqliteDatabase, path: Path) -> None:
    assert path.is_file()
    assert database.place == str(path)


def test_durable_by_its_settings(database: SqliteDatabase) -> None:
    assert database.query_one("PRAGMA journal_mode") == ("wal",)
    assert database.query_one("PRAGMA synchronous") == (2,)  # FULL
    assert database.query_one("PRAGMA trusted_schema") == (0,)


class Interrupted(BaseException):
    """Stands for Ctrl-C."""


def test_a_transaction_that_fails_leaves_nothing(database: SqliteDatabase) -> None:
    def write() -> None:
        with database.transaction():
            database.execute("INSERT INTO t VALUES (1, NULL)")
            raise Interrupted

    with pytest.raises(Interrupted):
        write()
    assert count(database) == 0
    with database.transaction():  # and the connection can go on
        database.execute("INSERT INTO t VALUES (1, NULL)")
    assert count(database) == 1


def test_a_process_that_dies_leaves_nothing(database: SqliteDatabase, path: Path) -> None:
    child = os.fork()
    if child == 0:  # pragma: no cover  # another process
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO t VALUES (1, NULL)")
        os._exit(9)
    os.waitpid(child, 0)
    assert count(database) == 0
    with database.transaction():
        database.execute("INSERT INTO t VALUES (1, NULL)")


def test_writers_wait_for_each_other(database: SqliteDatabase, path: Path) -> None:
    def write() -> None:
        with open_sqlite(path, create=False) as mine:
            for _ in range(20):
                with mine.transaction():
                    row = mine.query_one("SELECT coalesce(max(n), 0) + 1 FROM t")
                    assert row is not None
                    mine.execute("INSERT INTO t VALUES (?, NULL)", row)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 60


def test_a_writer_that_does_not_let_go(database: SqliteDatabase, path: Path) -> None:
    with database.transaction(), open_sqlite(path, create=False, busy_seconds=0.05) as other:
        with pytest.raises(UnavailableError) as caught, other.transaction():
            pass
        assert str(caught.value) == (
            f"[unavailable] another process holds the database, at {path} (try again)"
        )


def test_readers_see_one_state(database: SqliteDatabase, path: Path) -> None:
    with open_sqlite(path, create=False) as reader, reader.snapshot():
        assert count(reader) == 0
        with database.transaction():
            database.execute("INSERT INTO t VALUES (1, NULL)")
        assert count(reader) == 0
    assert count(database) == 1


def test_no_room(database: SqliteDatabase, path: Path) -> None:
    with database.transaction():
        database.execute("INSERT INTO t VALUES (1, zeroblob(10))")
    pages = database.query_one("PRAGMA page_count")
    assert pages == (2,)
    database.execute("PRAGMA max_page_count=2")

    def write() -> None:
        with database.transaction():
            database.execute("INSERT INTO t VALUES (2, zeroblob(100000))")

    with pytest.raises(UnavailableError) as caught:
        write()
    assert str(caught.value) == (
        f"[unavailable] no room left on the disk, at {path} "
        "(make room; nothing was lost, try again)"
    )
    assert count(database) == 1


def test_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(UsageError) as caught:
        open_sqlite(path, create=False)
    assert str(caught.value) == f"[usage] no such file, at {path}"
    assert not path.exists()


def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_bytes(b"text" * 1000)
    with pytest.raises(TamperedError) as caught:
        open_sqlite(path, create=True)
    assert str(caught.value) == (
        f"[tampered] not an intact SQLite database: file is not a database, at {path} "
        "(keep the file for the inquiry, and restore a copy that verifies)"
    )
    assert path.read_bytes() == b"text" * 1000


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        open_sqlite(tmp_path, create=True)
    assert str(caught.value) == (
        f"[unavailable] the database cannot be opened, at {tmp_path} (check its permissions)"
    )


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError) as caught:
        open_sqlite(tmp_path / "file" / "log.db", create=True)
    assert str(caught.value) == (
        f"[unavailable] cannot make the folder: File exists, at {tmp_path / 'file'}"
    )


def test_a_page_that_was_overwritten(database: SqliteDatabase, path: Path) -> None:
    with database.transaction():
        database.execute_many(
            "INSERT INTO t VALUES (?, zeroblob(1000))", [(n,) for n in range(100)]
        )
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    damaged = bytearray(path.read_bytes())
    damaged[2 * 4096 : 20 * 4096] = b"\xff" * (18 * 4096)
    path.write_bytes(damaged)
    with open_sqlite(path, create=False) as again, pytest.raises(TamperedError) as caught:
        list(again.query("SELECT * FROM t"))
    assert caught.value.what == "not an intact SQLite database: database disk image is malformed"


def test_a_broken_rule_of_our_own_is_a_bug(database: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.IntegrityError), database.transaction():
        database.execute("INSERT INTO t VALUES (1, 'text')")
    with pytest.raises(sqlite3.OperationalError):
        database.execute("SELECT * FROM nowhere")
