"""From an advisory to everybody who is affected, over rows that are made here.

The limit is 10 ms for one advisory, whatever the number of rows: thirty million is the aim, a
hundredth of them the default. Releases hold 300 packages each; a few packages are in most
releases, and most are in few, as in real portfolios.

Run `python -m bench.affected [ROWS] [POSTGRESQL-URL]`.
"""

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assay.core.digest import sha256_of
from assay.evidence.storage.connecting import connect
from assay.system.database import Database
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.osv import parse_advisory
from assay.vuln.portfolio.asking import Question, find_affected
from assay.vuln.portfolio.store import Portfolio

LIMIT: Final = 10.0  # ms
HELD: Final = 300  # packages of one release
NAMES: Final = 20_000
VERSIONS: Final = 12
AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
ASKED: Final = 200


def fill(database: Database, rows: int) -> None:
    """Write releases with `HELD` packages each until there are `rows` holdings."""
    draw = random.Random(5)  # noqa: S311  # a fixed seed, no secret
    packages = [
        (1 + name * VERSIONS + v, f"pkg:pypi/package-{name}@{v}.0", "PyPI", f"package-{name}")
        for name in range(NAMES)
        for v in range(VERSIONS)
    ]
    with database.transaction():
        database.execute_many("INSERT INTO portfolio_packages VALUES (?, ?, ?, ?)", packages)
    releases = rows // HELD
    for start in range(0, releases, 1000):
        numbers = range(start + 1, min(start + 1000, releases) + 1)
        with database.transaction():
            database.execute_many(
                "INSERT INTO portfolio_releases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        number,
                        f"log-{number % 1000}",
                        f"product-{number}",
                        f"gitCommit:{number:040x}",
                        f"sha256:{number:064x}",
                        "2026-10-01T00:00:00Z",
                        "{}",
                        0,
                        "",
                        1,
                    )
                    for number in numbers
                ],
            )
            held = [row for number in numbers for row in _holdings(number, draw)]
            database.execute_many("INSERT INTO portfolio_holdings VALUES (?, ?, ?)", sorted(held))


def _holdings(release: int, draw: random.Random) -> list[tuple[int, int, int]]:
    chosen: dict[int, int] = {}
    above = 0
    while len(chosen) < HELD:
        name = min(int(draw.paretovariate(0.25)) - 1, draw.randrange(NAMES))
        package = 1 + name * VERSIONS + draw.randrange(VERSIONS)
        if package not in chosen:
            chosen[package] = above
            above = package if draw.random() < 2 / 3 else 0
    return [(package, release, parent) for package, parent in chosen.items()]


def advisories_about(name: str) -> AdvisorySet:
    """Return one advisory about half of the versions of a package."""
    record = (
        f'{{"id":"CVE-2026-1","modified":"2026-10-01T00:00:00Z","affected":[{{"package":'
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
    advisory = parse_advisory(record)
    return AdvisorySet(feeds={"PyPI": feed}, advisories={("PyPI", name): (advisory,)})


def ask(portfolio: Portfolio, name: str) -> tuple[float, int]:
    """Return the processor time of one question in ms, and how many releases are affected."""
    advisories = advisories_about(name)
    question = Question(portfolio=portfolio, advisories=advisories, at=AT, current=True)
    begin = time.process_time()
    found = find_affected(question, "CVE-2026-1")
    return (time.process_time() - begin) * 1e3, len(found)


def main() -> None:
    """Fill the tables, ask, and print how long that took."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        location = sys.argv[2] if len(sys.argv) > 2 else Path(folder) / "portfolio.sqlite"
        database = connect(location, origin=f"bench {time.time_ns()}", create=True)
        with Portfolio(database) as portfolio:
            begin = time.perf_counter()
            fill(database, rows)
            print(f"{rows:,} rows written in {time.perf_counter() - begin:.1f} s")
            draw = random.Random(9)  # noqa: S311  # a fixed seed, no secret
            rare = [f"package-{draw.randrange(1000, NAMES)}" for _ in range(ASKED)]
            asked = [ask(portfolio, name) for name in rare]
            times = sorted(milliseconds for milliseconds, _ in asked)
            affected = statistics.mean(found for _, found in asked)
            median, late = statistics.median(times), times[int(len(times) * 0.99)]
            print(
                f"{ASKED} advisories, {affected:.0f} releases affected by each on average: "
                f"median {median:.2f} ms, 99 % below {late:.2f} ms; limit {LIMIT} ms, "
                f"{median / LIMIT:.2f} x the limit"
            )
            for name in ("package-0", "package-30"):
                milliseconds, found = ask(portfolio, name)
                print(
                    f"{name}, in many: {found} releases in {milliseconds:.1f} ms, "
                    f"{milliseconds / max(found, 1) * 1e3:.0f} µs for each"
                )


if __name__ == "__main__":
    main()
