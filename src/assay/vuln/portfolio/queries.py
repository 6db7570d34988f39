"""Questions about many packages or releases at once: one statement, however many they are.

The numbers travel as a JSON array, which both databases can unfold; how, differs.
"""

from collections.abc import Iterable, Sequence
from typing import Final, LiteralString

from assay.core.strictjson import render_canonical_json
from assay.system.database import Database, Dialect, Row
from assay.vuln.portfolio.release import REPLACED

_UNFOLDED: Final[dict[Dialect, LiteralString]] = {
    Dialect.SQLITE: "(SELECT value FROM json_each(?))",
    Dialect.POSTGRESQL: "(SELECT value::integer FROM json_array_elements_text(CAST(? AS json)))",
}
_COUNTED_ALL: Final[LiteralString] = (
    "SELECT package, place < ?, COUNT(*) FROM portfolio_holdings WHERE package IN "
    "(SELECT value::integer FROM json_array_elements_text(CAST(? AS json))) GROUP BY 1, 2"
)
# SQLite counts a stretch of the index many times faster than it groups it.
_COUNTED_ONE: Final[LiteralString] = (
    "SELECT COUNT(*) FROM portfolio_holdings WHERE package = ? AND place < ?"
)
_REPLACED_ONE: Final[LiteralString] = (
    "SELECT COUNT(*) FROM portfolio_holdings WHERE package = ? AND place = ?"
)
_RELEASES: Final[LiteralString] = (
    "SELECT number, log, product, subject, statement, recorded_at, context, unnamed, problem "
    "FROM portfolio_releases WHERE number IN "
)
_FIRST_OF_ONE: Final[LiteralString] = (
    "SELECT place, release, package FROM portfolio_holdings WHERE package = ? AND place <= ? "
    "ORDER BY place, release LIMIT ?"
)
# Each package's stretch of the index is read as far as the limit, and not all of all of them.
_FIRST_OF_EACH: Final[LiteralString] = (
    "SELECT h.place, h.release, h.package "
    "FROM json_array_elements_text(CAST(? AS json)) AS asked CROSS JOIN LATERAL ("
    "SELECT place, release, package FROM portfolio_holdings "
    "WHERE package = asked.value::integer AND place <= ? ORDER BY place, release LIMIT ?) h"
)


def count_holdings(database: Database, packages: Iterable[int]) -> Sequence[Row]:
    """Return (package, whether it is by current releases, how many) for those that are held."""
    if database.dialect is Dialect.POSTGRESQL:
        return database.query(_COUNTED_ALL, (REPLACED, _array(packages)))
    asked: list[Row] = [(one, REPLACED) for one in packages]
    return [
        (*row[:1], current, *(count or ()))
        for current, sql in ((1, _COUNTED_ONE), (0, _REPLACED_ONE))
        for row, count in zip(asked, database.query_each(sql, asked), strict=True)
    ]


def first_holdings(
    database: Database, packages: Sequence[int], *, last: int, most: int
) -> Sequence[Row]:
    """Return (place, release, package), of each package the first `most` up to the place `last`."""
    if database.dialect is Dialect.POSTGRESQL:
        return database.query(_FIRST_OF_EACH, (_array(packages), last, most))
    return [row for one in packages for row in database.query(_FIRST_OF_ONE, (one, last, most))]


def find_releases(database: Database, numbers: Iterable[int]) -> Sequence[Row]:
    """Return number, log, product, subject, statement, time, context and gaps of releases."""
    sql: LiteralString = _RELEASES + _UNFOLDED[database.dialect]
    return database.query(sql, (_array(numbers),))


def _array(numbers: Iterable[int]) -> str:
    return render_canonical_json(sorted(numbers)).decode()
