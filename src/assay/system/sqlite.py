"""SQLite, the embedded store: the only module that imports `sqlite3`.

A change is durable when `transaction` has been left: WAL journal, `synchronous=FULL`. Writers queue
up with `BEGIN IMMEDIATE` and a busy timeout.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, LiteralString

from assay.core.closing import Closing
from assay.core.errors import AssayError, TamperedError, UnavailableError
from assay.system.database import BUSY_SECONDS, AbsentError, Dialect, Row

OLDEST_SQLITE: Final = (3, 37)  # the first with STRICT tables

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_ANSWERS: Final = {
    sqlite3.SQLITE_FULL: ("no room left on the disk", "make room; nothing was lost, try again"),
    sqlite3.SQLITE_BUSY: ("another process holds the database", "try again"),
    sqlite3.SQLITE_LOCKED: ("another process holds the database", "try again"),
    sqlite3.SQLITE_READONLY: ("the database cannot be written", "check its permissions"),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", "check its permissions"),
    sqlite3.SQLITE_PERM: ("the database cannot be opened", "check its permissions"),
    sqlite3.SQLITE_IOERR: ("the disk does not answer as it should", "check the disk and its quota"),
}


class SqliteDatabase(Closing):
    """One connection to one SQLite file."""

    dialect: Final = Dialect.SQLITE

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self.place = place
        self._connection = connection

    def execute(self, sql: LiteralString, parameters: Row = ()) -> None:
        """Run one statement whose rows, if any, are of no interest."""
        with _answering(self.place):
            self._connection.execute(sql, parameters).close()

    def execute_many(self, sql: LiteralString, rows: Iterable[Row]) -> None:
        """Run one statement once for each of `rows`."""
        with _answering(self.place):
            self._connection.executemany(sql, rows).close()

    def query(self, sql: LiteralString, parameters: Row = ()) -> Sequence[Row]:
        """Return all rows of one statement."""
        with _answering(self.place):
            rows: list[Row] = self._connection.execute(sql, parameters).fetchall()
            return rows

    def query_one(self, sql: LiteralString, parameters: Row = ()) -> Row | None:
        """Return the first row of one statement, or None where it has none."""
        return self.query_each(sql, (parameters,))[0]

    def query_each(self, sql: LiteralString, rows: Sequence[Row]) -> Sequence[Row | None]:
        """Return what `query_one` does, for each of `rows`."""
        found = list[Row | None]()
        with _answering(self.place):
            cursor = self._connection.cursor()
            for parameters in rows:
                first: Row | None = cursor.execute(sql, parameters).fetchone()
                found.append(first)
            cursor.close()  # a statement left in the middle would keep the old state in view
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the one right to write; all changes of the block become durable, or none does."""
        with _answering(self.place):
            self._connection.execute("BEGIN IMMEDIATE")
        with self._until_commit():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all queries of the block see one state, whatever others write meanwhile."""
        with _answering(self.place):
            self._connection.execute("BEGIN")
        with self._until_commit():
            yield

    def close(self) -> None:
        """Close the connection; what a transaction left unfinished is undone."""
        self._connection.close()

    @contextmanager
    def _until_commit(self) -> Iterator[None]:
        try:
            yield
            with _answering(self.place):
                self._connection.execute("COMMIT")
        finally:  # also on Ctrl-C, and when the commit itself failed
            if self._connection.in_transaction:
                self._connection.rollback()


def open_sqlite(path: Path, *, create: bool, busy_seconds: float = BUSY_SECONDS) -> SqliteDatabase:
    """Open the SQLite file `path`, made first if `create` and absent.

    Raises:
        AbsentError: There is no such file, and `create` is false.
        UnavailableError: It cannot be opened, or this SQLite is too old.
        TamperedError: It is not an SQLite file, or it is damaged.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise UnavailableError(
            f"SQLite {sqlite3.sqlite_version}, where 3.37 is needed", hint="use a newer Python"
        )
    if create:
        _make_folder(path.parent)
    elif not path.exists():
        raise AbsentError("no such file", where=str(path))
    with _answering(str(path)):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,  # transactions are begun and ended here, never by the driver
            check_same_thread=False,  # one thread at a time is enough; whoever shares it sees to it
        )
    try:
        with _answering(str(path)):
            _configure(connection, seconds=busy_seconds)
    except AssayError:
        connection.close()
        raise
    return SqliteDatabase(connection, str(path))


def _configure(connection: sqlite3.Connection, *, seconds: float) -> None:
    connection.execute("PRAGMA trusted_schema=OFF")  # the file's own functions and views do nothing
    connection.execute("PRAGMA cell_size_check=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")  # the pages of the index: a third of its cost
    connection.execute("PRAGMA wal_autocheckpoint=16000")  # they change often: write them together
    deadline = time.monotonic() + seconds
    while True:  # the busy timeout does not cover this one statement
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"cannot make the folder: {error.strerror}", where=str(folder)
        ) from error


@contextmanager
def _answering(place: str) -> Iterator[None]:
    """Turn what SQLite reports into an error that says what to do next."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a constraint of our own schema broken by our own statement: a bug
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extension
        if code in _DAMAGED:
            raise TamperedError(
                f"not an intact SQLite database: {error}",
                where=place,
                hint="keep the file for the inquiry, and restore a copy that verifies",
            ) from error
        if code not in _ANSWERS:
            raise
        what, hint = _ANSWERS[code]
        raise UnavailableError(what, where=place, hint=hint) from error
