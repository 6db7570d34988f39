"""The portfolio of this home: which product holds which package, read from the products' logs.

It is in `portfolio.sqlite` in the home, or at the PostgreSQL URL in `ASSAY_PORTFOLIO`. Each use
reads what the logs have gained meanwhile; where a log's trust root changed, or the log is another
one, all of it is read again, because what counted then may not count now.

* A release is a commit with the components of all statements about it that count: what one of them
  lists is in it, whatever another one lacks.
* Current is the newest commit in the log, and besides the newest one on the protected branch, so
  that a look at another branch does not hide what is there.
* A statement that counts no more is a release of which nobody can tell, and no product less.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import AssayError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.evidence.envelope import parse_claims
from assay.evidence.reading import LogEntry
from assay.evidence.storage.connecting import connect
from assay.gates.reading import SBOM_TYPE
from assay.operations.branches import find_branch
from assay.operations.commit_configuration import load_configuration
from assay.operations.home import open_home, state_folder
from assay.operations.inventories import counted_inventories
from assay.operations.ledger import Expected, Ledger, open_ledger
from assay.operations.portfolio_said import load_said
from assay.sbom.component import Component
from assay.source.git import try_git
from assay.source.repository import Repository, open_repository
from assay.source.tree import list_tree
from assay.system.environment import get_variable
from assay.vuln.context import ProductContext
from assay.vuln.portfolio.held import is_named
from assay.vuln.portfolio.release import Release
from assay.vuln.portfolio.store import KnownLog, Portfolio

Listed = tuple[Release, Sequence[Component]]
_LOOKED_BACK: Final = 10_000  # commits of the protected branch, from its tip
_MAX_PROBLEM: Final = 500


def portfolio_location() -> Path | str:
    """Return where the portfolio of this home is, or would be."""
    return get_variable("ASSAY_PORTFOLIO") or open_home().folder / "portfolio.sqlite"


@contextmanager
def open_portfolio() -> Iterator[Portfolio]:
    """Open the portfolio of this home, made first where there is none.

    Raises:
        UsageError: `ASSAY_PORTFOLIO` is no URL of PostgreSQL, or its client is not installed.
        UnavailableError: It cannot be opened.
    """
    with Portfolio(connect(portfolio_location(), origin="portfolio", create=True)) as portfolio:
        yield portfolio


def refresh_portfolio(
    portfolio: Portfolio, given: Iterable[Path], *, at: datetime, anew: bool
) -> tuple[NotChecked, ...]:
    """Read what is new in the logs of `given` repositories, and in all that were read before.

    Returns what could not be read now: answers are then as old as the last reading.

    Raises:
        AssayError: One of `given` has no log, or one that cannot be trusted.
    """
    known = {log.origin: log for log in portfolio.logs()}
    seen = {_read_log(portfolio, path, known, at=at, anew=anew) for path in given}
    gaps: list[NotChecked] = []
    for origin, log in known.items():
        if origin in seen:
            continue
        try:
            found = _read_log(portfolio, Path(log.place), known, at=at, anew=anew, expected=origin)
        except AssayError as error:
            gaps.append(_unread(log, str(error)))
        else:
            seen.add(found)
    return tuple(gaps)


def _unread(log: KnownLog, why: str) -> NotChecked:
    since = f"since it had {log.entries} entries" if log.entries else "by this version"
    return NotChecked(
        what="log",
        where=log.origin,
        why=printable(f"not read {since}: {why}"),
        remedy=printable(f"look at the repository at {log.place}; or name it by --in"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    ledger: Ledger
    repository: Repository
    start: int
    kept: tuple[str, ...] = ()


def _read_log(
    portfolio: Portfolio,
    path: Path,
    known: dict[str, KnownLog],
    *,
    at: datetime,
    anew: bool,
    expected: str = "",
) -> str:
    """Read one log as far as it goes, and return its origin."""
    repository = open_repository(path)
    with open_ledger(repository, at=at) as ledger:
        origin, size = ledger.store.origin, ledger.store.size
        if expected not in {"", origin}:
            raise UsageError(f"the log there is {origin}")
        before = known.get(origin)
        now = KnownLog(
            origin=origin,
            place=str(repository.top),
            entries=size,
            trust=str(ledger.chain.versions[-1].digest),
            read_at=at,
            tip=_protected_tip(repository),
        )
        again = anew or before is None or before.entries > size or before.trust != now.trust
        if before is None or again or replace(now, read_at=before.read_at) != before:
            start = 0 if again or before is None else before.entries
            reading = _Reading(ledger=ledger, repository=repository, start=start)
            commits = _commits(ledger)
            reading = replace(reading, kept=_newest_recorded(reading, commits, now.tip))
            said = {
                str(commit): load_said(ledger, repository, commit)
                for commit in commits
                if commit == commits[-1] or str(commit) in reading.kept
            }
            portfolio.put(now, _releases(reading), anew=again, kept=reading.kept, said=said)
    return origin


def _commits(ledger: Ledger) -> tuple[Digest, ...]:
    """Return the commits that the log lists, each once, the newest last."""
    found: dict[Digest, None] = {}
    for _, subject in _entries(ledger, start=0):
        found.pop(subject, None)
        found[subject] = None
    return tuple(one for one in found if one.algorithm == "gitCommit")


def _protected_tip(repository: Repository) -> str:
    try:
        return find_branch(repository, "").tip
    except UsageError:
        return ""


def _newest_recorded(reading: _Reading, listed: Iterable[Digest], tip: str) -> tuple[str, ...]:
    """Return the first commit from `tip` back, along first parents, that is `listed`."""
    if not tip:
        return ()
    line = f"--max-count={_LOOKED_BACK}"
    done = try_git(reading.repository, "rev-list", "--first-parent", line, tip)
    if done.status:
        return ()
    subjects = frozenset(listed)
    commits = (Digest("gitCommit", word) for word in done.output.decode().split())
    newest = next((str(commit) for commit in commits if commit in subjects), "")
    return (newest,) if newest else ()


def _entries(ledger: Ledger, *, start: int) -> Iterator[tuple[LogEntry, Digest]]:
    entries = ledger.store.entries(log_key=ledger.log_key, predicate_type=SBOM_TYPE)
    for entry in entries:
        if entry.index >= start:
            yield entry, parse_claims(entry.envelope).subjects[0]


def _releases(reading: _Reading) -> Iterator[Listed]:
    """Yield each commit that a new statement is about, with all that counts about it.

    In the order of the newest statements. Only the context of those that may be current is read.
    """
    touched: dict[Digest, LogEntry] = {}
    for entry, subject in _entries(reading.ledger, start=reading.start):
        touched.pop(subject, None)
        touched[subject] = entry
    last = next(reversed(touched), None)
    for subject, entry in touched.items():
        current = subject == last or str(subject) in reading.kept
        yield _listed(reading, subject, entry, current=current)


def _listed(reading: _Reading, subject: Digest, newest: LogEntry, *, current: bool) -> Listed:
    ledger = reading.ledger
    problems: list[str] = []
    components: dict[str, Component] = {}
    for inventory in counted_inventories(ledger, subject, problems):
        components.update({one.identity: one for one in inventory.components})
        gaps = len(inventory.not_checked) + len(inventory.unlocked)
        if gaps:
            problems.append(f"its list of components is incomplete; gaps: {gaps}")
    context = ProductContext()
    try:
        context = _context(reading.repository, subject) if current else context
    except AssayError as error:
        problems.append(f"its assay.toml cannot be read: {error}")
    release = Release(
        log=ledger.store.origin,
        product=_name_at(ledger, newest, subject),
        subject=subject,
        statement=newest.digest,
        recorded_at=ledger.recorded_at(newest.index),
        context=context,
        unnamed=sum(1 for component in components.values() if not is_named(component)),
        problem=printable("; ".join(dict.fromkeys(problems)), limit=_MAX_PROBLEM),
    )
    return release, tuple(components.values())


def _name_at(ledger: Ledger, entry: LogEntry, subject: Digest) -> str:
    """Return what the statement of `entry` calls its subject, as it was believed when recorded."""
    expected = Expected(subject=subject, role="collector", predicate_type=SBOM_TYPE)
    then = ledger.chain.in_force(entry.index)
    verified = ledger.judge(entry, expected) or ledger.judge_under(then, entry, expected)
    return printable(verified.subjects[0].name)


def _context(repository: Repository, subject: Digest) -> ProductContext:
    if subject.algorithm != "gitCommit":
        return ProductContext()
    return load_configuration(repository, list_tree(repository, subject.hex)).context


def own_repository(given: Sequence[Path]) -> Sequence[Path]:
    """Return `given`, or the folder we are in where that is a repository with a log."""
    if given:
        return given
    try:
        repository = open_repository(Path())
    except UsageError:
        return ()
    return (repository.top,) if state_folder(repository).is_dir() else ()
