"""From an advisory to everybody who is affected, over rows that are made here.

The limit is 10 ms for the lookup of one advisory, whatever the number of rows: thirty million is
the aim, a hundredth of them the default. Releases hold 300 packages each. How many releases hold a
name falls with its rank: the first is in 30 % of them, the hundredth in 7 %, the last in 0.1 %.
Each name has 12 versions, of which an advisory affects the lower half.

* `lookup` finds the places: it judges the versions, counts all holders, and reads the 100 that are
  shown. `all` reads every holder, as `--json` does.
* Three kinds of names are asked for: `typical` are drawn from all names alike, as advisories are;
  `held` are drawn as holdings are, so that what many have comes often; `top` are the first ten.
* Processor time is that of this process. With PostgreSQL the server's is not in it, so the time
  on the clock is printed too; both depend on what else the machine does, which is printed.

Run `python -m bench.affected [--rows N] [--postgresql URL]`.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assay.core.digest import sha256_of
from assay.evidence.storage.connecting import connect, schema_name
from assay.system.database import Database, Row
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.osv import parse_advisory
from assay.vuln.portfolio.asking import Question, Vulnerability, find_affected
from assay.vuln.portfolio.graph import render_graph
from assay.vuln.portfolio.store import ALL, Portfolio

LIMIT: Final = 10.0  # ms
HELD: Final = 300  # packages of one release, on average
VERSIONS: Final = 12
SHOWN: Final = 100
AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
ASKED: Final = 200
PLACE: Final = 7
CVE: Final = "CVE-2026-1"
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
                "INSERT INTO portfolio_packages VALUES (?, ?, ?, ?)",
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


def postgres_writer(url: str, origin: str) -> Writer:
    """Return what copies all, and makes the index afterwards."""
    import psycopg  # noqa: PLC0415  # an extra

    def write(rows: Iterator[tuple[int, int, int]]) -> None:
        with psycopg.connect(url) as made:
            made.execute("SELECT set_config('search_path', %s, false)", (schema_name(origin),))
            made.execute("ALTER TABLE portfolio_holdings DROP CONSTRAINT portfolio_holdings_pkey")
            with made.cursor().copy("COPY portfolio_holdings FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            made.execute("SET maintenance_work_mem = '512MB'")
            made.execute("ALTER TABLE portfolio_holdings ADD PRIMARY KEY (package, place, release)")
        with psycopg.connect(url, autocommit=True) as made:
            made.execute("SELECT set_config('search_path', %s, false)", (schema_name(origin),))
            made.execute("VACUUM ANALYZE portfolio_holdings")

    return write


def advisories_about(name: str) -> AdvisorySet:
    """Return one advisory about half of the versions of a package."""
    record = (
        f'{{"id":"{CVE}","modified":"2026-10-01T00:00:00Z","affected":[{{"package":'
        f'{{"ecosystem":"PyPI","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":'
        f'[{{"introduced":"0"}},{{"fixed":"{VERSIONS // 2}.0"}}]}}]}}]}}'
    ).encode()
    feed = Feed(
        ecosystem="PyPI",
        digest=sha256_of(record),
        advisories=1,
        unreadable=0,
        imported_at=AT,
        newest_modified=AT,
        source="bench",
    )
    return AdvisorySet(feeds={"PyPI": feed}, advisories={("PyPI", name): (parse_advisory(record),)})


def ask(portfolio: Portfolio, rank: int, most: int) -> tuple[float, float, int]:
    """Return processor time and time on the clock in ms, and how many releases are affected."""
    question = Question(
        portfolio=portfolio,
        advisories=advisories_about(f"package-{rank}"),
        at=AT,
        current=True,
        most=most,
    )
    asked = Vulnerability(identifier=CVE, names=frozenset({CVE}))
    begin, clock = time.process_time(), time.perf_counter()
    found = find_affected(question, asked)
    end, late = time.process_time(), time.perf_counter()
    return (end - begin) * 1e3, (late - clock) * 1e3, found.total


def measure(portfolio: Portfolio, kind: str, ranks: list[int], most: int) -> None:
    """Ask about each name twice, and print how long the first and the second time took."""
    for turn in ("first", "again"):
        asked = [ask(portfolio, rank, most) for rank in ranks]
        processor, clock = sorted(one[0] for one in asked), sorted(one[1] for one in asked)
        found = sorted(one[2] for one in asked)
        late = int(len(asked) * 0.99)
        print(
            f"{kind:<8} {turn}  {'lookup' if most < ALL else 'all':<6}  {len(asked)} advisories; "
            f"releases affected: median {statistics.median(found):,.0f}, most {found[-1]:,}; "
            f"processor ms: median {statistics.median(processor):.2f}, 99 % {processor[late]:.2f}; "
            f"clock ms: median {statistics.median(clock):.2f}, 99 % {clock[late]:.2f}; "
            f"median is {statistics.median(clock) / LIMIT:.2f} x the limit",
            flush=True,
        )


def _measure_all(portfolio: Portfolio, counts: list[int]) -> None:
    draw = random.Random(9)  # noqa: S311  # a fixed seed, no secret
    typical = draw.sample(range(len(counts)), min(ASKED, len(counts)))
    measure(portfolio, "typical", typical, SHOWN)
    held = draw.choices(range(len(counts)), weights=counts, k=ASKED)
    measure(portfolio, "held", held, SHOWN)
    measure(portfolio, "top", list(range(10)), SHOWN)
    measure(portfolio, "typical", typical, ALL)
    measure(portfolio, "top", list(range(10)), ALL)


def _size(database: Database, location: Path | str) -> int:
    if isinstance(location, Path):
        return sum(path.stat().st_size for path in location.parent.glob(f"{location.name}*"))
    row = database.query_one("SELECT pg_database_size(current_database())")
    return int(str(row[0])) if row else 0


def main() -> None:
    """Fill the tables, ask, and print how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--postgresql", default="")
    parser.add_argument("--again", default="", help="ask what a run filled that printed this name")
    given = parser.parse_args()
    origin = given.again or f"bench {time.time_ns()}"
    releases = max(10, given.rows // HELD)
    counts = names_for(releases)
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        url: str = given.postgresql
        location = url or Path(folder) / "portfolio.sqlite"
        database = connect(location, origin=origin, create=True)
        with Portfolio(database) as portfolio:
            begin, used = time.perf_counter(), time.process_time()
            write = postgres_writer(url, origin) if url else sqlite_writer(database)
            if not given.again:
                fill(database, counts, releases, write)
            print(
                f"{origin} in {database.dialect.value}: {sum(counts):,} rows, "
                f"{releases:,} releases, "
                f"{len(counts):,} names, {len(counts) * VERSIONS:,} packages; written in "
                f"{time.perf_counter() - begin:.0f} s ({time.process_time() - used:.0f} s here); "
                f"{_size(database, location) / 2**20:,.0f} MiB; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            _measure_all(portfolio, counts)


if __name__ == "__main__":
    main()
