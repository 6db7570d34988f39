"""Where a log can be kept, for tests that must hold on each: SQLite and PostgreSQL.

An `editor` is what an attacker has who can write to the database and knows no key.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg
import pytest

from assay.evidence.storage.blobs import BlobStore
from assay.evidence.storage.connecting import schema_name
from assay.evidence.store import LogStore, open_store
from assay.system.database import Row
from tests.fakes.trust import ORIGIN

if TYPE_CHECKING:
    from tests.fakes.postgres import PostgresServer

BACKENDS: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One place for logs, empty at first."""

    kind: str
    location: Path | str
    server: "PostgresServer | None" = None

    @property
    def place(self) -> str:
        """What messages call it."""
        text = str(self.location)
        return text if self.kind == "sqlite" else text.replace("keeper@", "")

    def open(
        self, *, create: bool = True, origin: str = ORIGIN, blobs: BlobStore | None = None
    ) -> LogStore:
        """Open the log in it."""
        return open_store(self.location, origin=origin, create=create, blobs=blobs)

    def copy(self, folder: Path) -> "Backend":
        """Return a copy as a backup makes it; nobody may have the log open."""
        if isinstance(self.location, Path):
            shutil.copytree(self.location.parent, folder)
            return Backend(kind=self.kind, location=folder / self.location.name)
        assert self.server is not None
        name = self.location.partition("/test")[2].partition("?")[0]
        copied = self.server.new_database(template=f"test{name}")
        return Backend(kind=self.kind, location=self.server.url(copied), server=self.server)

    def edit(self, *statements: LiteralString, origin: str = ORIGIN) -> None:
        """Change the database by hand: `x'00'` is a byte on both."""
        with self.editor(origin=origin) as run:
            for sql in statements:
                run(sql, ())

    @contextmanager
    def editor(
        self, *, origin: str = ORIGIN
    ) -> Iterator[Callable[[LiteralString, Row], Sequence[Row]]]:
        """Return what runs a statement, with `?` for a value, and returns its rows."""
        if isinstance(self.location, Path):
            connection = sqlite3.connect(self.location, isolation_level=None)
            yield lambda sql, values: list(connection.execute(sql, values))
            connection.close()
            return
        with psycopg.connect(self.location, autocommit=True) as made:
            made.execute("SELECT set_config('search_path', %s, false)", (schema_name(origin),))

            def run(sql: LiteralString, values: Row) -> Sequence[Row]:
                cursor = made.execute(_bytes(sql).replace("?", "%s"), values)
                return [] if cursor.description is None else cursor.fetchall()

            yield run


def _bytes(sql: LiteralString) -> LiteralString:
    """Write SQLite's bytes as PostgreSQL does."""
    return (
        sql.replace(" x'", r" '\x")
        .replace("(x'", r"('\x")
        .replace("zeroblob(32)", "decode(repeat('00', 32), 'hex')")
    )


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Return an empty place for logs, of each kind in turn."""
    if request.param == "sqlite":
        return Backend(kind="sqlite", location=tmp_path / "state" / "log.db")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Backend(kind="postgresql", location=server.url(server.new_database()), server=server)
