"""From where a log is kept to a connection: an SQLite file, or a schema at a PostgreSQL URL."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.core.errors import UsageError
from assay.system.database import Database
from assay.system.sqlite import open_sqlite

_NAME_LENGTH = 24  # of the readable part; PostgreSQL has 63 bytes for all


def connect(location: Path | str, *, origin: str, create: bool) -> Database:
    """Open the database of the log `origin`: the file at a path, or its schema at a URL.

    Raises:
        AbsentError: No such file or schema, and `create` is false.
        UsageError: Not such a URL, or PostgreSQL's client is not installed.
        UnavailableError: It cannot be opened.
        TamperedError: It is damaged.
    """
    if isinstance(location, Path):
        return open_sqlite(location, create=create)
    with _client():
        from assay.system.postgres import open_postgres  # noqa: PLC0415  # slow, and an extra
    return open_postgres(location, schema=schema_name(origin), create=create)


def place_of(location: Path | str) -> str:
    """Return what messages call a location: the URL without user and password.

    Raises:
        UsageError: Not such a URL, or PostgreSQL's client is not installed.
    """
    if isinstance(location, Path):
        return str(location)
    with _client():
        from assay.system.postgresurl import parse_target  # noqa: PLC0415  # slow, and an extra
    return parse_target(location).place


@contextmanager
def _client() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise UsageError(
            "PostgreSQL is asked for, and psycopg is not installed",
            hint="pip install 'assay[postgres]'",
        ) from error


def schema_name(origin: str) -> str:
    """Return the name of the PostgreSQL schema of the log `origin`: readable, and its own."""
    readable = re.sub(r"[^a-z0-9]+", "_", origin.lower())[:_NAME_LENGTH].strip("_")
    return f"assay_{readable}_{hashlib.sha256(origin.encode()).hexdigest()[:16]}"
