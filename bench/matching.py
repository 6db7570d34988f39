"""Matching 500,000 component rows against all public advisories; importing and loading the mirror.

The limit is a bare dict lookup for each row, made in the same run: no matching can be faster.
The rows are made here, from a fixed seed, out of packages that have advisories and of ones that
have none, with versions from the advisories' own ranges and lists; like in a real portfolio most
rows repeat a package that other rows have.
"""

import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet
from assay.vuln.index import AdvisoryIndex
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories, load_all_advisories
from assay.vuln.ranges import Answer

ROWS = 500_000
DISTINCT = 50_000
ASKED = 300  # components of one service
AT = datetime(2026, 11, 1, tzinfo=UTC)
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "osv"
TYPES = {"PyPI": "pypi", "Go": "golang", "crates.io": "cargo"}
Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds that `work` took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def make_purls(advisories: AdvisorySet, *, count: int) -> list[str]:
    """Return `count` package URLs, about two thirds of them of packages with advisories."""
    draw = random.Random(7)  # noqa: S311  # a fixed seed, no secret
    known = []
    for (ecosystem, name), records in sorted(advisories.advisories.items()):
        if ecosystem in TYPES:
            versions = {
                event.version
                for record in records
                for item in record.affected
                for entry in item.ranges
                if entry.type != "GIT"
                for event in entry.events
            }
            listed = {v for record in records for item in record.affected for v in item.versions}
            known.append((f"pkg:{TYPES[ecosystem]}/{name}", sorted(versions | listed)))
    purls: set[str] = set()
    while len(purls) < count:
        if draw.random() < 2 / 3:
            package, versions_of = draw.choice(known)
            version = draw.choice(versions_of).replace("+", "%2B")
            purls.add(
                f"{package}@{version if draw.random() < 0.7 else f'{version}.{draw.randrange(40)}'}"
            )
        else:
            number = draw.randrange(10**6)
            purls.add(f"pkg:pypi/package-{number}@{number % 9}.{number % 13}.{number % 5}")
    return sorted(purls)


def make_rows(purls: list[str]) -> list[Component]:
    """Return the rows of a portfolio: few packages are everywhere, most are rare."""
    draw = random.Random(11)  # noqa: S311  # a fixed seed, no secret
    order = draw.sample(purls, len(purls))
    rows = []
    for number in range(ROWS):
        purl = order[min(int(draw.paretovariate(0.5)) - 1, draw.randrange(len(order)))]
        name, _, version = purl.partition("/")[2].partition("@")
        service = (f"service-{number // ASKED}/lock",)
        rows.append(Component(purl=purl, name=name, version=version, found_in=service))
    return rows


def main() -> None:
    """Measure, and print one line for each figure."""
    if not SHARED.is_dir():
        print("skipped: the public advisories are not at ../shared/data/osv")
        return
    with tempfile.TemporaryDirectory() as folder:
        mirror = Path(folder)
        seconds, feeds = timed(lambda: import_advisories(SHARED, mirror, at=AT))
        count = sum(feed.advisories + feed.unreadable for feed in feeds)
        print(f"import: {count} advisories in {seconds:.2f} s, {count / seconds:,.0f} per second")
        for feed in feeds:
            print(f"  {feed.ecosystem}: {feed.advisories}, {feed.digest}")
        loading, advisories = timed(lambda: load_all_advisories(mirror))
        print(f"load all of them: {loading:.2f} s")
        rows = make_rows(make_purls(advisories, count=DISTINCT))
        measure_service(mirror, rows)
        measure_portfolio(advisories, rows)


def measure_service(mirror: Path, rows: list[Component]) -> None:
    """One `assay check`: load what one service needs, and match it."""
    service = rows[:ASKED]
    seconds, _ = timed(lambda: match_components(service, load_advisories(mirror, service), at=AT))
    print(f"one service of {ASKED} components, mirror opened and matched: {seconds:.3f} s")


def measure_portfolio(advisories: AdvisorySet, rows: list[Component]) -> None:
    """All rows at once, cold and warm, against the bare lookup."""
    distinct = {row.purl: Answer.UNKNOWN for row in rows}
    limit, _ = timed(lambda: [distinct[row.purl] for row in rows])
    index = AdvisoryIndex(advisories=advisories, at=AT)
    cold, _ = timed(lambda: [index.answer(purl) for purl in distinct])
    warm, answers = timed(lambda: [index.answer(row.purl) for row in rows])
    affected = sum(1 for answer in answers if answer.answer is Answer.AFFECTED)
    print(f"limit: {len(rows)} dict lookups in {limit:.3f} s; {len(distinct)} distinct packages")
    print(f"index built and each distinct package judged: {cold:.2f} s")
    print(f"rows answered: {warm:.3f} s, {warm / limit:.1f} x the limit; {affected} rows affected")
    total, result = timed(lambda: match_components(rows, advisories, at=AT))
    print(
        f"whole matching with findings: {total:.2f} s, {total / limit:.0f} x the limit, "
        f"{len(result.findings)} findings, {len(result.not_checked)} not checked"
    )


if __name__ == "__main__":
    main()
