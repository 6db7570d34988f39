"""SQLite files that others made: asked once, as a copy, and never changed.

The file is an input like any other. Its own views, functions and triggers do nothing
(`trusted_schema` is off), and work and rows are bounded.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final, LiteralString

from assay.core.errors import MalformedError, TamperedError, UnavailableError
from assay.system.database import Row
from assay.system.scratch import scratch_folder
from assay.system.sqlite import open_sqlite

MAX_ROWS: Final = 1_000_000


def query_copy(data: bytes, sql: LiteralString) -> Sequence[Row]:
    """Return the rows that `sql` has in the SQLite file that `data` is.

    Raises:
        MalformedError: It is no SQLite file, or damaged; or it has no such table or column, or over
            `MAX_ROWS` rows.
        UnavailableError: There is no room for the copy.
    """
    with scratch_folder() as folder:
        path = folder / "copy.sqlite"
        try:
            path.write_bytes(data)
        except OSError as error:
            raise UnavailableError(f"cannot write a copy: {error.strerror}") from error
        try:
            with open_sqlite(path, create=False) as database:
                rows = database.query(sql + " LIMIT ?", (MAX_ROWS + 1,))
        except TamperedError as error:  # nothing of ours: nobody promised that it is sound
            raise MalformedError(error.what) from error
        except sqlite3.Error as error:
            raise MalformedError(f"another kind of database: {error}") from error
    if len(rows) > MAX_ROWS:
        raise MalformedError(f"over {MAX_ROWS} rows")
    return rows
