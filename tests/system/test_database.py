"""The interface of a database, held by SQLite and PostgreSQL alike: the same tests for both."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from assay.core.errors import UnavailableError
from assay.system.database import AbsentError, Database
from assay.system.postgres import PostgresDatabase, open_postgres
from assay.system.sqlite import SqliteDatabase, open_sqlite
from tests.fakes.backends import BACKENDS

if TYPE_CHECKING:
    from tests.fakes.postgres import PostgresServer

Opened = SqliteDatabase | PostgresDatabase
MAKE = {
    "sqlite": "CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB, name TEXT) STRICT",
    "postgresql": "CREATE TABLE t (n bigint PRIMARY KEY, data bytea, name text)",
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a database can be opened, once and again."""

    kind: str
    place: str
    location: Path | str

    @contextmanager
    def open(self, *, create: bool = False, busy_seconds: float = 30.0) -> Iterator[Opened]:
        with self._opened(create=create, busy_seconds=busy_seconds) as opened:
            yield opened

    def _opened(self, *, create: bool, busy_seconds: float) -> Opened:
        if isinstance(self.location, Path):
            return open_sqlite(self.location, create=create, busy_seconds=busy_seconds)
        return open_postgres(
            self.location, schema="assay_test", create=create, busy_seconds=busy_seconds
        )


@pytest.fixture(params=BACKENDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    if request.param == "sqlite":
        path = tmp_path / "t.db"
        return Site(kind="sqlite", place=str(path), location=path)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.url(server.new_database())
    return Site(kind="postgresql", place=url.replace("keeper@", ""), location=url)


@pytest.fixture
def database(site: Site) -> Iterator[Database]:
    with site.open(create=True) as opened:
        opened.execute(MAKE[site.kind])
        yield opened


def count(database: Database) -> int:
    row = database.query_one("SELECT count(*) FROM t")
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]


def put(database: Database, *numbers: int) -> None:
    database.execute_many("INSERT INTO t (n) VALUES (?)", [(n,) for n in numbers])


def test_values_come_back_as_they_were(database: Database) -> None:
    rows = [
        (-(2**63), b"\x00\xff", "ä'\"%s%%?"),
        (0, b"", ""),
        (2**63 - 1, None, None),
    ]
    with database.transaction():
        database.execute_many("INSERT INTO t (n, data, name) VALUES (?, ?, ?)", rows)
    assert list(database.query("SELECT n, data, name FROM t ORDER BY n")) == rows
    assert database.query_one("SELECT name FROM t WHERE n = ?", (0,)) == ("",)
    assert database.query_one("SELECT name FROM t WHERE n = ?", (1,)) is None
    assert list(database.query_each("SELECT data FROM t WHERE n = ?", [(1,), (0,), (1,)])) == [
        None,
        (b"",),
        None,
    ]
    assert list(database.query_each("SELECT data FROM t WHERE n = ?", [])) == []


def test_a_sign_of_percent_is_no_placeholder(database: Database) -> None:
    assert database.query_one("SELECT 'a' LIKE '%', ?", ("b",)) in {(1, "b"), (True, "b")}


def test_nothing_to_insert(database: Database) -> None:
    with database.transaction():
        database.execute_many("INSERT INTO t (n) VALUES (?)", [])
    assert count(database) == 0


class Interrupted(BaseException):
    """Stands for Ctrl-C."""


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def write() -> None:
        with database.transaction():
            put(database, 1)
            raise Interrupted

    with pytest.raises(Interrupted):
        write()
    assert count(database) == 0
    with database.transaction():  # and the connection can go on
        put(database, 1)
    assert count(database) == 1


def test_closing_undoes_what_is_unfinished(site: Site, database: Database) -> None:
    with site.open() as other, ExitStack() as unfinished:
        unfinished.enter_context(other.transaction())
        put(other, 1)
        unfinished.pop_all()
        other.close()
    assert count(database) == 0
    with database.transaction():  # the right to write went with it
        put(database, 1)


def test_writers_wait_for_each_other(site: Site, database: Database) -> None:
    def write() -> None:
        with site.open() as mine:
            for _ in range(20):
                with mine.transaction():
                    row = mine.query_one("SELECT coalesce(max(n), 0) + 1 FROM t")
                    assert row is not None
                    mine.execute("INSERT INTO t (n) VALUES (?)", row)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 60


def test_a_writer_that_does_not_let_go(site: Site, database: Database) -> None:
    with (
        database.transaction(),
        site.open(busy_seconds=0.05) as other,
        pytest.raises(UnavailableError) as caught,
        other.transaction(),
    ):
        pass
    assert str(caught.value) == (
        f"[unavailable] another process holds the database, at {site.place} (try again)"
    )


def test_readers_see_one_state(site: Site, database: Database) -> None:
    with site.open() as reader, reader.snapshot():
        assert count(reader) == 0
        with database.transaction():
            put(database, 1)
        assert count(reader) == 0
    assert count(database) == 1


def test_half_of_a_transaction_is_not_seen(site: Site, database: Database) -> None:
    with site.open() as reader, database.transaction():
        put(database, 1)
        assert count(reader) == 0


def test_there_is_none(site: Site) -> None:
    with pytest.raises(AbsentError) as caught, site.open(create=False):
        pass
    what = "no such file" if site.kind == "sqlite" else "no schema 'assay_test'"
    assert str(caught.value) == f"[usage] {what}, at {site.place}"


def test_opening_again_changes_nothing(site: Site, database: Database) -> None:
    with database.transaction():
        put(database, 1)
    with site.open(create=True) as again:
        assert count(again) == 1
        assert (again.place, again.dialect) == (site.place, database.dialect)


def test_a_broken_rule_of_our_own_is_a_bug(database: Database) -> None:
    for wrong in ("INSERT INTO t (n) VALUES (1), (1)", "SELECT * FROM nowhere"):
        with pytest.raises((sqlite3.Error, psycopg.Error)), database.transaction():
            database.execute(wrong)
    assert count(database) == 0
