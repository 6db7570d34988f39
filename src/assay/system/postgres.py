"""PostgreSQL, the shared store: the only module that imports `psycopg`, and imported when needed.

* One schema of the database for each log. `search_path` is that schema alone, temporary objects
  last, so that nothing else can stand in for a table.
* Writers queue up at an advisory lock of the schema; what they then read, they read after it.
* A commit is acknowledged when it is on disk: `synchronous_commit` is set for our sessions, and a
  server with `fsync` or `full_page_writes` off is refused, for no session can make up for these.
* A connection that was lost is made again when the next transaction or query begins.
* Nobody writes whose clock and the server's are more than five minutes apart: one of them is wrong,
  and of many machines that append to one log the server's is the one that they all know.
* A server that starts, or recovers from a crash, is waited for as long as another writer is.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, LiteralString, TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import PGconn, Ping, TransactionStatus
from psycopg.rows import TupleRow

from assay.core.clock import ALLOWED_SKEW, Clock, format_time
from assay.core.closing import Closing
from assay.core.errors import AssayError, UnavailableError
from assay.system.clock import now
from assay.system.database import BUSY_SECONDS, AbsentError, Dialect, Row
from assay.system.postgreserrors import answering
from assay.system.postgresurl import Target, parse_target

OLDEST_SERVER: Final = 13_00_00  # with what is older, nothing was tried
_SETTINGS: Final = (
    "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
    " current_setting('server_encoding'), current_setting('server_version_num')::bigint"
)
_SESSION: Final = """SELECT set_config('search_path', %s, false),
    set_config('lock_timeout', %s, false),
    set_config('synchronous_commit', CASE current_setting('synchronous_commit')
        WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false)"""
_WRITING: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"  # each statement sees the last
_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # all statements see one state

_WRITER: Final = """SELECT pg_catalog.pg_advisory_xact_lock(?),
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())::bigint"""

_PAUSE: Final = 0.1  # seconds between two knocks at a server that starts

_Connection = psycopg.Connection[TupleRow]
_Result = TypeVar("_Result")


class PostgresDatabase(Closing):
    """One connection to one schema of a PostgreSQL database."""

    dialect: Final = Dialect.POSTGRESQL

    def __init__(
        self, target: Target, schema: str, *, busy_seconds: float, clock: Clock = now
    ) -> None:
        self.place = target.place
        self._target = target
        self._schema = schema
        self._busy_seconds = busy_seconds
        self._clock = clock
        self._made: _Connection | None = None
        self._inside = False  # of a transaction
        self._lock = int.from_bytes(hashlib.sha256(schema.encode()).digest()[:8], signed=True)

    def execute(self, sql: LiteralString, parameters: Row = ()) -> None:
        """Run one statement whose rows, if any, are of no interest."""
        self._run(lambda connection: connection.execute(_translated(sql), parameters).close())

    def execute_many(self, sql: LiteralString, rows: Iterable[Row]) -> None:
        """Run one statement once for each of `rows`, without waiting for each."""

        def work(connection: _Connection) -> None:
            with connection.cursor() as cursor:
                cursor.executemany(_translated(sql), rows)

        self._run(work)

    def query(self, sql: LiteralString, parameters: Row = ()) -> Sequence[Row]:
        """Return all rows of one statement."""

        def work(connection: _Connection) -> Sequence[Row]:
            with connection.cursor(binary=True) as cursor:
                return cursor.execute(_translated(sql), parameters).fetchall()

        return self._run(work)

    def query_one(self, sql: LiteralString, parameters: Row = ()) -> Row | None:
        """Return the first row of one statement, or None where it has none."""

        def work(connection: _Connection) -> Row | None:
            with connection.cursor(binary=True) as cursor:
                return cursor.execute(_translated(sql), parameters).fetchone()

        return self._run(work)

    def query_each(self, sql: LiteralString, rows: Sequence[Row]) -> Sequence[Row | None]:
        """Return what `query_one` does, for each of `rows`, without waiting for each."""

        def work(connection: _Connection) -> Sequence[Row | None]:
            with connection.cursor(binary=True) as cursor:
                cursor.executemany(_translated(sql), rows, returning=True)
                return [result.fetchone() for result in cursor.results()]

        return self._run(work) if rows else ()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the one right to write; all changes of the block become durable, or none does."""
        with self._until_commit(_WRITING):
            match self.query_one(_WRITER, (self._lock,)):
                case (_, int(seconds)):
                    self._check_clock(datetime.fromtimestamp(seconds, tz=UTC))
                case _:  # a SELECT without FROM has one row
                    raise AssertionError
            yield

    def _check_clock(self, theirs: datetime) -> None:
        """Refuse to write where the clock here or that of the server is wrong."""
        ours = self._clock()
        if abs(ours - theirs) > ALLOWED_SKEW:
            raise UnavailableError(
                f"the clock here says {format_time(ours)}, that of the database server "
                f"{format_time(theirs)}: nothing is recorded while one of them is wrong",
                where=self.place,
                hint="set the one that is wrong; timedatectl tells whether a machine keeps time",
            )

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all queries of the block see one state, whatever others write meanwhile."""
        with self._until_commit(_READING):
            yield

    def close(self) -> None:
        """Close the connection; what a transaction left unfinished is undone."""
        if self._made is not None:
            self._made.close()

    def make_schema(self) -> None:
        """Make the schema, unless it is there."""
        name = sql.Identifier(self._schema)
        with self.transaction():
            if not self.has_schema():
                self._run(lambda made: made.execute(sql.SQL("CREATE SCHEMA {}").format(name)))

    def has_schema(self) -> bool:
        """Tell whether the schema is there."""
        found = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?"
        return self.query_one(found, (self._schema,)) is not None

    @contextmanager
    def _until_commit(self, begin: LiteralString) -> Iterator[None]:
        self._run(lambda connection: connection.execute(begin))
        self._inside = True
        try:
            yield
            done = self._run(lambda connection: connection.execute("COMMIT"))
            if done.statusmessage != "COMMIT":  # what failed in the block was passed over
                raise UnavailableError(
                    "the database undid what it was to commit", where=self.place, hint="try again"
                )
        finally:  # also on Ctrl-C, and when the commit itself failed
            self._inside = False
            self._undo()

    def _undo(self) -> None:
        """Undo what was begun and not committed; where the server cannot be told, hang up."""
        made = self._made
        if made is None or made.info.transaction_status is TransactionStatus.IDLE:
            return
        try:
            made.rollback()
        except psycopg.Error:
            made.close()

    def _run(self, work: Callable[[_Connection], _Result]) -> _Result:
        """Do `work`; outside of a transaction, once more where the connection was lost before."""
        with answering(self.place):
            try:
                return work(self._live())
            except psycopg.OperationalError:
                if self._inside or self._made is None or not self._made.closed:
                    raise
                return work(self._live())

    def _live(self) -> _Connection:
        """Return the connection, made anew where it was lost, but never within a transaction."""
        if self._made is None or (self._made.closed and not self._inside):
            self._made = _connect(self._target, self._schema, busy_seconds=self._busy_seconds)
        return self._made


def open_postgres(
    url: str,
    *,
    schema: str,
    create: bool,
    busy_seconds: float = BUSY_SECONDS,
    clock: Clock = now,
) -> PostgresDatabase:
    """Open `schema` in the database at `url`, made first if `create` and absent.

    Raises:
        UsageError: Not the URL of a PostgreSQL database.
        AbsentError: No such schema, and `create` is false.
        UnavailableError: The server does not answer, refuses, or does not keep what it commits.
    """
    target = parse_target(url)
    database = PostgresDatabase(target, schema, busy_seconds=busy_seconds, clock=clock)
    try:
        if not database.has_schema():
            if not create:
                raise AbsentError(f"no schema {schema!r}", where=database.place)
            database.make_schema()
    except AssayError:
        database.close()
        raise
    return database


def _connect(target: Target, schema: str, *, busy_seconds: float) -> _Connection:
    with answering(target.place, secret=target.secret, connecting=True):
        connection = _await_server(target.conninfo, until=time.monotonic() + busy_seconds)
    try:
        with answering(target.place):
            _demand_durability(connection, target.place)
            connection.execute(_SESSION, (f'"{schema}", pg_temp', f"{int(busy_seconds * 1000)}ms"))
    except AssayError:
        connection.close()
        raise
    return connection


def _await_server(conninfo: str, *, until: float) -> _Connection:
    """Connect; a server that is there, but lets nobody in yet, is tried again until `until`."""
    while True:
        try:
            return psycopg.connect(conninfo, autocommit=True, client_encoding="UTF8")
        except psycopg.OperationalError:
            if time.monotonic() > until or PGconn.ping(conninfo.encode()) != Ping.REJECT:
                break
            time.sleep(_PAUSE)
    # The last word: what refused a moment ago may have begun to accept since.
    return psycopg.connect(conninfo, autocommit=True, client_encoding="UTF8")


def _demand_durability(connection: _Connection, place: str) -> None:
    """Refuse a server that acknowledges what a crash may take back, or that is too old."""
    found = connection.execute(_SETTINGS).fetchone()
    assert found is not None  # noqa: S101  # a SELECT without FROM has one row
    fsync, full_pages, encoding, version = found
    for name, value in (("fsync", fsync), ("full_page_writes", full_pages)):
        if value != "on":
            raise UnavailableError(
                f"{name} is {value!r}: a crash could lose what was acknowledged",
                where=place,
                hint=f"set {name} = on at the server, and restart it",
            )
    if encoding != "UTF8":
        raise UnavailableError(
            f"the database's encoding is {encoding}, where UTF8 is needed",
            where=place,
            hint="make one with: createdb --encoding=UTF8 --template=template0",
        )
    if version < OLDEST_SERVER:
        raise UnavailableError(
            f"PostgreSQL {version // 10000}, where {OLDEST_SERVER // 10000} is needed", where=place
        )


_TRANSLATED: Final = dict[LiteralString, LiteralString]()


def _translated(sql: LiteralString) -> LiteralString:
    """Return a statement with psycopg's sign for a value in the place of `?`."""
    if sql not in _TRANSLATED:
        _TRANSLATED[sql] = sql.replace("%", "%%").replace("?", "%s")
    return _TRANSLATED[sql]
