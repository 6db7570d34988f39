"""What the log is stored in: one small interface, with SQLite and PostgreSQL behind it.

* SQL is `LiteralString`: a statement built from data does not type-check. Both databases are given
  the same statements, with `?` for a value; what only one of them understands (how a table is
  made, how its catalogue is read) stands beside the schema, by `Dialect`.
* A change is durable when `transaction` has been left, and not before.
* Writers queue up; nobody reads half of a transaction.
* What a database reports becomes an error of this system: damage is `TamperedError`, everything
  that may pass (no room, busy, connection lost) is `UnavailableError`; both say what to do next.
"""

import enum
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Final, LiteralString, Protocol

from assay.core.errors import UsageError

Value = int | str | bytes | None
Row = tuple[Value, ...]

BUSY_SECONDS: Final = 30.0  # how long to wait for another writer, who holds it for milliseconds


class Dialect(enum.Enum):
    """Which database it is, for the few statements that differ."""

    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


class AbsentError(UsageError):
    """There is no database where one was to be opened, and none was to be made."""


class Database(Protocol):
    """One connection to one database. Not for use by several threads at once."""

    @property
    def place(self) -> str:
        """Where it is, for messages; no password is in it."""

    @property
    def dialect(self) -> Dialect:
        """Which database it is."""

    def execute(self, sql: LiteralString, parameters: Row = ()) -> None:
        """Run one statement whose rows, if any, are of no interest."""

    def execute_many(self, sql: LiteralString, rows: Iterable[Row]) -> None:
        """Run one statement once for each of `rows`."""

    def query(self, sql: LiteralString, parameters: Row = ()) -> Sequence[Row]:
        """Return all rows of one statement: the caller bounds how many these can be."""

    def query_one(self, sql: LiteralString, parameters: Row = ()) -> Row | None:
        """Return the first row of one statement, or None where it has none."""

    def query_each(self, sql: LiteralString, rows: Sequence[Row]) -> Sequence[Row | None]:
        """Return what `query_one` does, for each of `rows`."""

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the one right to write; all changes of the block become durable, or none does.

        Raises:
            UnavailableError: Others hold it for too long, the clock here and the server's are too
                far apart, or it cannot be committed. Where the connection was lost over the
                commit, it may have been: the changes are looked for before they are made again.
        """

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all queries of the block see one state, whatever others write meanwhile."""

    def close(self) -> None:
        """Close the connection; what a transaction left unfinished is undone."""
