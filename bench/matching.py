"""Matching 500,000 component rows against all public advisories; importing and loading the mirror.

Each figure is the processor's time, with the clock's beside it, and a multiple of a limit that was
measured in the same run: unpacking and bare `json.loads` of the same records for importing and
loading, a bare dict lookup for each row for matching. Nothing is remembered from one figure to the
next: the keys of versions and the scores of vectors are worked out again each time.

The rows are made here, from a fixed seed, out of packages that have advisories and of ones that
have none, with versions from the advisories' own ranges and lists; like in a real portfolio most
rows repeat a package that other rows have.
"""

import json
import os
import random
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet
from assay.vuln.index import AdvisoryIndex
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories, load_all_advisories
from assay.vuln.ranges import Answer
from assay.vuln.severity import forget_grades
from assay.vuln.versions import scheme_key

ROWS = 500_000
DISTINCT = 50_000
ASKED = 300  # components of one service
AT = datetime(2026, 11, 1, tzinfo=UTC)
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "osv"
TYPES = {"PyPI": "pypi", "Go": "golang", "crates.io": "cargo"}
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Generic[Result]):
    """What a piece of work returned, and the seconds that it took."""

    result: Result
    processor: float
    clock: float

    def __str__(self) -> str:
        """Return both."""
        return f"{self.processor:.2f} s of the processor, {self.clock:.2f} s by the clock"

    def beside(self, limit: float) -> str:
        """Return it as a multiple of a limit in seconds of the processor."""
        return f"{self}, {self.processor / limit:.1f} x the limit"


def timed(work: Callable[[], Result]) -> Timed[Result]:
    """Return what `work` took and returned, with nothing remembered from before."""
    scheme_key.cache_clear()
    forget_grades()
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return Timed(
        result=result,
        processor=time.process_time() - processor,
        clock=time.perf_counter() - clock,
    )


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
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as folder:
        mirror = Path(folder)
        measure_import(mirror)
        advisories = measure_loading(mirror)
        rows = make_rows(make_purls(advisories, count=DISTINCT))
        measure_service(mirror, rows)
        measure_portfolio(advisories, rows)


def measure_import(mirror: Path) -> None:
    """Import all archives, beside unpacking them and parsing each record alone."""
    limit = timed(unpack_and_parse)
    taken = timed(lambda: import_advisories(SHARED, mirror, at=AT))
    count = sum(feed.advisories + feed.unreadable for feed in taken.result)
    print(f"limit: {limit.result} records unpacked and parsed, {limit}")
    print(f"import: {count} advisories, {taken.beside(limit.processor)}")
    for feed in taken.result:
        print(f"  {feed.ecosystem}: {feed.advisories}, {feed.digest}")


def unpack_and_parse() -> int:
    """Return how many records there are."""
    count = 0
    for path in sorted(SHARED.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                json.loads(archive.read(name))
                count += 1
    return count


def measure_loading(mirror: Path) -> AdvisorySet:
    """Load the whole mirror, beside parsing its lines alone."""
    files = sorted(mirror.glob("*.advisories"))
    limit = timed(lambda: [parse_lines(file) for file in files])
    taken = timed(lambda: load_all_advisories(mirror))
    print(f"load all of them: {taken.beside(limit.processor)} ({sum(limit.result)} lines parsed)")
    return taken.result


def parse_lines(file: Path) -> int:
    """Return how many lines about packages a file of the mirror has."""
    lines = [line for line in file.read_bytes().split(b"\n") if line.startswith(b"p:")]
    return len([json.loads(line.partition(b"\t")[2]) for line in lines])


def measure_service(mirror: Path, rows: list[Component]) -> None:
    """One `assay check`: load what one service needs, and match it."""
    service = rows[:ASKED]
    taken = timed(lambda: match_components(service, load_advisories(mirror, service), at=AT))
    print(f"one service of {ASKED} components, mirror opened and matched: {taken}")


def measure_portfolio(advisories: AdvisorySet, rows: list[Component]) -> None:
    """All rows at once, cold and warm, against the bare lookup."""
    distinct = {row.purl: Answer.UNKNOWN for row in rows}
    limit = timed(lambda: [distinct[row.purl] for row in rows])
    index = AdvisoryIndex(advisories=advisories, at=AT)
    cold = timed(lambda: [index.answer(purl) for purl in distinct])
    warm = timed(lambda: [index.answer(row.purl) for row in rows])
    affected = sum(1 for answer in warm.result if answer.answer is Answer.AFFECTED)
    print(f"limit: {len(rows)} dict lookups, {limit}; {len(distinct)} distinct packages")
    print(f"each distinct package judged, nothing prepared before: {cold}")
    print(f"rows answered: {warm.beside(limit.processor)}; {affected} rows affected")
    whole = timed(lambda: match_components(rows, advisories, at=AT))
    print(
        f"whole matching with findings: {whole.beside(limit.processor)}, "
        f"{len(whole.result.findings)} findings, {len(whole.result.not_checked)} not checked"
    )


if __name__ == "__main__":
    main()
