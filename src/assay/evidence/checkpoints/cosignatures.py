"""What witnesses said of the log's checkpoints: rows beside them, append only.

A line is added when the witness's key has verified it. Rows that were edited later show when the
keys of the witnesses are asked about them: a wrong signature by a known witness refuses the note.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.errors import TamperedError
from assay.evidence.checkpoints.note import parse_signature_lines
from assay.system.database import Database

MAX_LINES: Final = 64  # of one checkpoint: a note of 16 large signatures has to be read by others


class Cosignatures:
    """The table `cosignatures` of a log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, size: int, lines: bytes) -> None:
        """Keep signature lines on the checkpoint of `size`; those that are there already stay.

        Raises:
            MalformedError: Not signature lines.
            UnavailableError: They cannot be written.
        """
        with self._database.transaction():
            put_lines(self._database, size, lines)

    def lines(self, size: int) -> bytes:
        """Return all signature lines on the checkpoint of `size`, in the order they came."""
        return b"".join(self._lines(size))

    def sizes(self) -> tuple[int, ...]:
        """Return the sizes of the newest checkpoints with cosignatures, the largest first."""
        sql = "SELECT DISTINCT size FROM cosignatures ORDER BY size DESC LIMIT 1000"
        return tuple(size for (size,) in self._database.query(sql) if isinstance(size, int))

    def sizes_from(self, size: int) -> tuple[int, ...]:
        """Return the sizes of checkpoints with cosignatures, `size` or more, the smallest first."""
        sql = "SELECT DISTINCT size FROM cosignatures WHERE size >= ? ORDER BY size LIMIT 1000"
        found = self._database.query(sql, (size,))
        return tuple(size for (size,) in found if isinstance(size, int))

    def _lines(self, size: int) -> Iterator[bytes]:
        sql = "SELECT line FROM cosignatures WHERE size = ? ORDER BY number"
        for row in self._database.query(sql, (size,)):
            match row:
                case (bytes(line),):
                    yield line
                case _:
                    raise TamperedError("values of another type", where="cosignatures")


def put_lines(database: Database, size: int, lines: bytes) -> None:
    """Add signature lines on the checkpoint of `size`, inside the caller's transaction.

    Raises:
        MalformedError: Not signature lines.
    """
    parse_signature_lines(lines)
    there = set(Cosignatures(database).lines(size).splitlines(keepends=True))
    number = _count(database)
    for line in lines.splitlines(keepends=True):
        if line in there or len(there) >= MAX_LINES:
            continue
        database.execute(
            "INSERT INTO cosignatures (number, size, line) VALUES (?, ?, ?)", (number, size, line)
        )
        there.add(line)
        number += 1


def _count(database: Database) -> int:
    match database.query_one("SELECT max(number) FROM cosignatures"):
        case (int(number),):
            return number + 1
        case _:
            return 0
