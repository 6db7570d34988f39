"""What tests of the log in a database share: statements, and a database that counts its questions."""

from collections.abc import Sequence
from typing import Final, LiteralString

from assay.system.database import Row
from assay.system.sqlite import SqliteDatabase
from tests.fakes.trust import verified

SAMPLES: Final = tuple(verified({"n": n}) for n in range(9))


class Counted(SqliteDatabase):
    """A database that counts the questions."""

    asked = 0

    def query_each(self, sql: LiteralString, rows: Sequence[Row]) -> Sequence[Row | None]:
        self.asked += len(rows)
        return super().query_each(sql, rows)
