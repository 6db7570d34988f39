"""From an advisory to everybody who is affected, and from a change to everybody who is told.

The limit is 10 ms for the lookup of one advisory, whatever the number of rows (`bench._portfolio`
says how they are made): thirty million is the aim, a hundredth of them the default.

* `lookup` finds the places: it judges the versions, counts all holders, and reads the 100 that are
  shown. `all` reads every holder, as `--json` does. `question` is `assay affected --as-read` from
  opening the portfolio to the report, with ways, reach and VEX, over a mirror of these advisories
  alone.
* Three kinds of names are asked for: `typical` are drawn from all names alike, as advisories are;
  `held` are drawn as holdings are, so that what many have comes often; `top` are the first ten.
* `push` holds so many new advisories against the rows: what changed, who is told, and the messages
  put into the outbox. What is recorded in the logs, and sent, is not in it.
* Processor time is that of this process, and `reads` how often it read from a file (a page of 4 KiB
  each with SQLite), whether that was in memory or not. With PostgreSQL the server's work is in
  neither, so the time on the clock is printed too: it depends on what else the machine does.

Run `python -m bench.affected [--rows N] [--postgresql URL] [--keep FOLDER]`. What is at a URL, or
in a folder that was kept, is asked again.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assay.core.digest import sha256_of
from assay.evidence.storage.connecting import connect
from assay.operations.alerts import Pushed, find_alerts
from assay.operations.find_affected import AffectedRequest, ask_affected
from assay.operations.note_alerts import note_alerts
from assay.operations.notifysettings import Target
from assay.system.database import Database
from assay.vuln.advisory import AdvisorySet, Feed
from assay.vuln.mirror import import_advisories
from assay.vuln.osv import parse_advisory
from assay.vuln.portfolio.asking import Question, Vulnerability, find_affected
from assay.vuln.portfolio.baseline import Difference
from assay.vuln.portfolio.changes import find_changes
from assay.vuln.portfolio.store import ALL, Portfolio
from bench._portfolio import (
    HELD,
    ORIGIN,
    VERSIONS,
    fill,
    names_for,
    postgres_writer,
    size_of,
    sqlite_writer,
)

if TYPE_CHECKING:
    from assay.operations.notification import Alert

LIMIT: Final = 10.0  # ms
SHOWN: Final = 100
AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
ASKED: Final = 200
PUSHED: Final = (1, 10, 100)  # advisories; of a day, a few hundred about all ecosystems


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one question cost: ms of processor, ms on the clock, reads; and how many it found."""

    processor: float
    clock: float
    reads: int
    found: int


def measured(ask: Callable[[], int]) -> Cost:
    """Return what `ask` cost, which returns how many it found."""
    before = reads_so_far()
    begin, clock = time.process_time(), time.perf_counter()
    found = ask()
    end, late = time.process_time(), time.perf_counter()
    return Cost(
        processor=(end - begin) * 1e3,
        clock=(late - clock) * 1e3,
        reads=reads_so_far() - before - 1,  # the file that tells it is one
        found=found,
    )


def reads_so_far() -> int:
    """Return how often this process has read from a file; 1 less each time where nobody tells."""
    try:
        told = Path("/proc/self/io").read_text()
    except OSError:
        return 0
    return int(told.partition("syscr: ")[2].split()[0])


def record_about(rank: int) -> bytes:
    """Return one advisory about half of the versions of a package."""
    return (
        f'{{"id":"CVE-2026-{rank + 1}","modified":"2026-10-01T00:00:00Z","affected":[{{"package":'
        f'{{"ecosystem":"PyPI","name":"package-{rank}"}},"ranges":[{{"type":"ECOSYSTEM","events":'
        f'[{{"introduced":"0"}},{{"fixed":"{VERSIONS // 2}.0"}}]}}]}}]}}'
    ).encode()


def advisories_about(rank: int) -> AdvisorySet:
    """Return what is known of a package: one advisory."""
    record = record_about(rank)
    feed = Feed(
        ecosystem="PyPI",
        digest=sha256_of(record),
        advisories=1,
        unreadable=0,
        imported_at=AT,
        newest_modified=AT,
        source="bench",
    )
    known = (parse_advisory(record),)
    return AdvisorySet(feeds={"PyPI": feed}, advisories={("PyPI", f"package-{rank}"): known})


def ask(portfolio: Portfolio, rank: int, most: int) -> Cost:
    """Return what it costs to look up who is affected."""
    advisories = advisories_about(rank)
    question = Question(portfolio=portfolio, advisories=advisories, at=AT, current=True, most=most)
    name = f"CVE-2026-{rank + 1}"
    asked = Vulnerability(identifier=name, names=frozenset({name}))
    return measured(lambda: find_affected(question, asked).total)


def ask_whole(rank: int) -> Cost:
    """Return what the whole question costs."""
    request = AffectedRequest(query=f"CVE-2026-{rank + 1}", as_read=True, most=SHOWN)
    return measured(lambda: sum(ask_affected(request, clock=lambda: AT).counts.values()))


def show(kind: str, what: str, costs: Sequence[Cost]) -> None:
    """Print what questions of a kind cost."""
    late = int(len(costs) * 0.99)

    def said(values: list[float]) -> str:
        return f"median {statistics.median(values):.2f}, 99 % {sorted(values)[late]:.2f}"

    clock = [one.clock for one in costs]
    print(
        f"{kind:<8} {what:<14} {len(costs)} advisories; releases affected: "
        f"{said([one.found for one in costs])}; processor ms: "
        f"{said([one.processor for one in costs])}; clock ms: {said(clock)}; reads: "
        f"{said([one.reads for one in costs])}; median is "
        f"{statistics.median(clock) / LIMIT:.2f} x the limit",
        flush=True,
    )


def measure_lookups(portfolio: Portfolio, counts: list[int], home: Path) -> None:
    """Ask about each name twice, and print what the first and the second time cost."""
    draw = random.Random(9)  # noqa: S311  # a fixed seed, no secret
    typical = draw.sample(range(len(counts)), min(ASKED, len(counts)))
    held = draw.choices(range(len(counts)), weights=counts, k=ASKED)
    top = list(range(10))
    for kind, ranks in (("typical", typical), ("held", held), ("top", top)):
        for turn in ("first", "again"):
            show(kind, f"lookup {turn}", [ask(portfolio, rank, SHOWN) for rank in ranks])
    for kind, ranks in (("typical", typical), ("top", top)):
        show(kind, "all", [ask(portfolio, rank, ALL) for rank in ranks])
    make_mirror(home / "advisories", sorted({*typical, *top}))
    for kind, ranks in (("typical", typical), ("top", top)):
        show(kind, "question", [ask_whole(rank) for rank in ranks])


def measure_pushes(portfolio: Portfolio, database: Database, counts: list[int], home: Path) -> None:
    """Print what it costs to hold new advisories against the rows, and to note what is told."""
    draw = random.Random(4)  # noqa: S311  # a fixed seed, no secret
    for number in PUSHED:
        ranks = draw.sample(range(len(counts)), min(number, len(counts)))
        forget_told(database)
        _push(portfolio, "typical", ranks, home / f"typical-{number}")
    forget_told(database)
    _push(portfolio, "top", [0], home / "top")


def forget_told(database: Database) -> None:
    """Let nothing be told yet: what was told before costs less."""
    with database.transaction():
        database.execute("DELETE FROM portfolio_told")
        database.execute("DELETE FROM portfolio_outbox")


def _push(portfolio: Portfolio, kind: str, ranks: list[int], folder: Path) -> None:
    old, new = folder / "old", folder / "new"
    make_mirror(new, ranks)
    target = Target(name="bench", kind="file", where=str(folder / "told"))
    told: list[Alert] = []

    def push() -> int:
        changes = find_changes(old, new, likely=None)
        difference = Difference(old=old, new=new)
        pushed = Pushed(
            portfolio=portfolio, difference=difference, changes=changes, at=AT, unread=frozenset()
        )
        told.extend(find_alerts(pushed))
        return len(told)

    show(f"push {kind}", f"{len(ranks)} found", [measured(push)])

    def note() -> int:
        note_alerts(portfolio, (target,), told, AT)
        return len(told)

    show(f"push {kind}", f"{len(ranks)} noted", [measured(note)])


def make_mirror(mirror: Path, ranks: list[int]) -> None:
    """Write a mirror with one advisory about each name."""
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        for rank in ranks:
            (Path(folder) / f"CVE-2026-{rank + 1}.json").write_bytes(record_about(rank))
        import_advisories(Path(folder), mirror, at=AT)


def main() -> None:
    """Fill the tables, ask, push, and print what that cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--postgresql", default="", help="a database of its own")
    parser.add_argument("--keep", type=Path, help="where the rows stay, or were left")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        home = Path(folder)
        kept: Path = given.keep or home
        kept.mkdir(parents=True, exist_ok=True)
        os.environ |= {"ASSAY_HOME": str(kept), "ASSAY_PORTFOLIO": given.postgresql}
        _run(given.postgresql or kept / "portfolio.sqlite", kept, given.rows)


def _run(location: Path | str, home: Path, wanted: int) -> None:
    releases = max(10, wanted // HELD)
    counts = names_for(releases)
    database = connect(location, origin=ORIGIN, create=True)
    with Portfolio(database) as portfolio:
        begin, used = time.perf_counter(), time.process_time()
        there = database.query_one("SELECT COUNT(*) FROM portfolio_releases")
        if there == (0,):
            write = postgres_writer(location) if isinstance(location, str) else None
            fill(database, counts, releases, write or sqlite_writer(database))
        elif there != (releases,):
            raise SystemExit(f"another portfolio is there, of {there} releases")
        print(
            f"{database.dialect.value}: {sum(counts):,} rows, {releases:,} releases, "
            f"{len(counts):,} names, {len(counts) * VERSIONS:,} packages; written in "
            f"{time.perf_counter() - begin:.0f} s ({time.process_time() - used:.0f} s here); "
            f"{size_of(database, location) / 2**20:,.0f} MiB; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        measure_lookups(portfolio, counts, home)
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            measure_pushes(portfolio, database, counts, Path(folder))


if __name__ == "__main__":
    main()
