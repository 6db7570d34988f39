"""Rows for a portfolio of any size: releases of 300 packages each, over names of falling rank.

How many releases hold a name falls with its rank: the first is in 30 % of them, the hundredth in
7 %, the last in 0.1 %. Each name has 12 versions.
"""

import random
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from assay.evidence.storage.connecting import schema_name
from assay.system.database import Database, Row
from assay.vuln.portfolio.graph import render_graph

HELD: Final = 300  # packages of one release, on average
VERSIONS: Final = 12
PLACE: Final = 7
ORIGIN: Final = "portfolio"
_CHUNK: Final = 500_000


def names_for(releases: int) -> list[int]:
    """Return, by rank, how many releases hold each name: `releases * HELD` in all."""
    counts: list[int] = []
    left = releases * HELD
    while left > 0:
        share = max(1, round(0.3 * releases / (1 + len(counts) / 10) ** 0.6))
        counts.append(min(share, left))
        left -= counts[-1]
    return counts


def holdings(counts: list[int], releases: int) -> Iterator[tuple[int, int]]:
    """Yield package and release of each row, in the order of the index."""
    draw = random.Random(5)  # noqa: S311  # a fixed seed, no secret
    for name, count in enumerate(counts):
        holders = draw.sample(range(1, releases + 1), count)
        for version in range(VERSIONS):
            package = 1 + name * VERSIONS + version
            for release in sorted(holders[version::VERSIONS]):
                yield package, release


def fill(database: Database, counts: list[int], releases: int, write: "Writer") -> None:
    """Write the packages, the releases and what they hold."""
    with database.transaction():
        for start in range(0, len(counts), 10_000):
            database.execute_many(
                "INSERT INTO portfolio_packages VALUES (?, ?, '', ?, ?)",
                [
                    (1 + n * VERSIONS + v, f"pkg:pypi/package-{n}@{v}.0", "PyPI", f"package-{n}")
                    for n in range(start, min(start + 10_000, len(counts)))
                    for v in range(VERSIONS)
                ],
            )
    held = [array("I") for _ in range(releases + 1)]

    def rows() -> Iterator[tuple[int, int, int]]:
        for package, release in holdings(counts, releases):
            held[release].append(package)
            yield package, PLACE, release

    write(rows())
    with database.transaction():
        database.execute("UPDATE portfolio_size SET products = ?", (releases,))
    for start in range(1, releases + 1, 2000):
        numbers = range(start, min(start + 2000, releases + 1))
        with database.transaction():
            database.execute_many(
                "INSERT INTO portfolio_releases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_release(number) for number in numbers],
            )
            database.execute_many(
                "INSERT INTO portfolio_graphs VALUES (?, ?)",
                [(number, _graph(held[number])) for number in numbers],
            )


def _release(number: int) -> Row:
    context = f'{{"deployed":true,"mission-impact":"support","owner":"team {number % 200}"}}'
    return (
        *(number, f"log-{number}", "", f"product-{number}", f"gitCommit:{number:040x}"),
        *(f"sha256:{number:064x}", "2026-10-01T00:00:00Z", context, 0, "", PLACE),
    )


def _graph(held: "array[int]") -> bytes:
    """Say that each package was pulled in by the one a third of the way down, the first by none."""
    return render_graph({one: held[at // 3] if at else 0 for at, one in enumerate(held)})


Writer = Callable[[Iterator[tuple[int, int, int]]], None]


def sqlite_writer(database: Database) -> Writer:
    """Return what writes in large transactions."""

    def write(rows: Iterator[tuple[int, int, int]]) -> None:
        done = False
        while not done:
            chunk = [row for row, _ in zip(rows, range(_CHUNK), strict=False)]
            done = len(chunk) < _CHUNK
            with database.transaction():
                database.execute_many("INSERT INTO portfolio_holdings VALUES (?, ?, ?)", chunk)

    return write


def postgres_writer(url: str) -> Writer:
    """Return what copies all, and makes the index afterwards."""
    import psycopg  # noqa: PLC0415  # an extra

    def write(rows: Iterator[tuple[int, int, int]]) -> None:
        with psycopg.connect(url) as made:
            made.execute("SELECT set_config('search_path', %s, false)", (schema_name(ORIGIN),))
            made.execute("ALTER TABLE portfolio_holdings DROP CONSTRAINT portfolio_holdings_pkey")
            with made.cursor().copy("COPY portfolio_holdings FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            made.execute("SET maintenance_work_mem = '512MB'")
            made.execute("ALTER TABLE portfolio_holdings ADD PRIMARY KEY (package, place, release)")
        with psycopg.connect(url, autocommit=True) as made:
            made.execute("SELECT set_config('search_path', %s, false)", (schema_name(ORIGIN),))
            made.execute("VACUUM ANALYZE portfolio_holdings")

    return write


def size_of(database: Database, location: Path | str) -> int:
    """Return the bytes that the rows take."""
    if isinstance(location, Path):
        return sum(path.stat().st_size for path in location.parent.glob(f"{location.name}*"))
    row = database.query_one("SELECT pg_database_size(current_database())")
    return int(str(row[0])) if row else 0
