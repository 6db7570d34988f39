"""The rows of the log's tables in the order of their keys, taken page by page.

No statement stays open between two pages: memory is bounded, nothing holds an old state in view,
and both databases do the same. As the log only grows, pages that are read one after the other
belong together; for the check of the whole log they are read in one snapshot.
"""

from collections.abc import Iterator
from typing import Final, LiteralString

from assay.system.database import Database, Row

LOWEST: Final = -(2**63)  # what a 64-bit column can hold: rows that were put in may be anywhere
HIGHEST: Final = 2**63 - 1
PAGE: Final = 256  # rows; of envelopes, up to 16 MiB

# A page leaves out the large envelopes that are in the database: some of them fill the memory.
ENTRIES: Final = """SELECT number, digest, CASE WHEN length(envelope) < 65536 THEN envelope END
    FROM entries WHERE number >= ? ORDER BY number LIMIT ?"""
ENTRY: Final = """SELECT number, digest, CASE WHEN length(envelope) < 65536 THEN envelope END
    FROM entries WHERE number = ?"""
NODES: Final = "SELECT place, hash FROM nodes WHERE place >= ? ORDER BY place LIMIT ?"
CHECKPOINTS: Final = """SELECT number, size, note FROM checkpoints
    WHERE number >= ? ORDER BY number LIMIT ?"""
COSIGNATURES: Final = """SELECT number, size, line FROM cosignatures
    WHERE number >= ? ORDER BY number LIMIT ?"""
SUBJECTS: Final = """SELECT entry, position, subject, predicate_type FROM subjects
    WHERE (entry, position) >= (?, ?) ORDER BY entry, position LIMIT ?"""


def rows_by_key(
    database: Database, sql: LiteralString, *, keys: int = 1, start: int = LOWEST
) -> Iterator[Row]:
    """Yield the rows of `sql`, whose first `keys` columns are its key, from the key `start` on."""
    key: tuple[int, ...] | None = (start, *(LOWEST,) * (keys - 1))
    while key is not None:
        page = database.query(sql, (*key, PAGE))
        yield from page
        key = _after(page[-1][:keys]) if len(page) == PAGE else None


def _after(key: Row) -> tuple[int, ...] | None:
    """Return the next key in order, or None where there is none."""
    *front, last = (part for part in key if isinstance(part, int))
    return (*front, last + 1) if last < HIGHEST else None  # no row of ours is there
