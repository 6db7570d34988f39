"""The portfolio of this home: which product holds which package, read from the products' logs.

It is in `portfolio.sqlite` in the home, or at the PostgreSQL URL in `ASSAY_PORTFOLIO`. Each use
reads what the logs have gained meanwhile; where a log's trust root changed, or the log is another
one, all of it is read again, because what counted then may not count now.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assay.core.errors import AssayError, MalformedError, UsageError
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement, parse_claims
from assay.evidence.storage.connecting import connect
from assay.gates.reading import SBOM_TYPE
from assay.operations.commit_configuration import load_configuration
from assay.operations.home import open_home, state_folder
from assay.operations.record import Expected, Ledger, open_ledger
from assay.sbom.component import Component
from assay.sbom.cyclonedx import parse_inventory
from assay.source.repository import Repository, open_repository
from assay.source.tree import list_tree
from assay.system.environment import get_variable
from assay.vuln.context import ProductContext
from assay.vuln.portfolio.release import Release
from assay.vuln.portfolio.store import KnownLog, Portfolio

Listed = tuple[Release, Sequence[Component]]


@contextmanager
def open_portfolio() -> Iterator[Portfolio]:
    """Open the portfolio of this home, made first where there is none.

    Raises:
        UsageError: `ASSAY_PORTFOLIO` is no URL of PostgreSQL, or its client is not installed.
        UnavailableError: It cannot be opened.
    """
    location = get_variable("ASSAY_PORTFOLIO") or open_home().folder / "portfolio.sqlite"
    with Portfolio(connect(location, origin="portfolio", create=True)) as portfolio:
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
            _read_log(portfolio, Path(log.place), known, at=at, anew=anew)
        except AssayError as error:
            gaps.append(
                NotChecked(
                    what="log",
                    where=origin,
                    why=f"not read since it had {log.entries} entries: {error}",
                    remedy=f"look at the repository at {log.place}",
                )
            )
    return tuple(gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    ledger: Ledger
    repository: Repository
    start: int


def _read_log(
    portfolio: Portfolio,
    path: Path,
    known: dict[str, KnownLog],
    *,
    at: datetime,
    anew: bool,
) -> str:
    """Read one log as far as it goes, and return its origin."""
    repository = open_repository(path)
    with open_ledger(repository, at=at) as ledger:
        origin, size = ledger.store.origin, ledger.store.size
        trust = str(ledger.chain.versions[-1].digest)
        before = known.get(origin)
        again = anew or before is None or before.entries > size or before.trust != trust
        start = 0 if again or before is None else before.entries
        reading = _Reading(ledger=ledger, repository=repository, start=start)
        log = KnownLog(
            origin=origin, place=str(repository.top), entries=size, trust=trust, read_at=at
        )
        if again or start < size:
            portfolio.put(log, _releases(reading), anew=again)
    return origin


def _releases(reading: _Reading) -> Iterator[Listed]:
    """Yield what each statement lists, the oldest first; the newest with its product's context."""
    ledger = reading.ledger
    entries = ledger.store.entries(log_key=ledger.log_key, predicate_type=SBOM_TYPE)
    statements = [
        (entry.index, statement)
        for entry in entries
        if entry.index >= reading.start
        for subject in parse_claims(entry.envelope).subjects[:1]
        for statement in (
            ledger.judge(
                entry, Expected(subject=subject, role="collector", predicate_type=SBOM_TYPE)
            ),
        )
        if statement is not None
    ]
    newest = {verified.subjects[0].name: index for index, verified in statements}
    for index, verified in statements:
        current = newest[verified.subjects[0].name] == index
        yield _listed(reading, index, verified, current=current)


def _listed(reading: _Reading, index: int, verified: VerifiedStatement, *, current: bool) -> Listed:
    problems: list[str] = []
    components: Sequence[Component] = ()
    try:
        inventory = parse_inventory(verified.predicate())
    except MalformedError as error:
        problems.append(f"its list of components cannot be read: {error}")
    else:
        components = inventory.components
        gaps = len(inventory.not_checked) + len(inventory.unlocked)
        if gaps:
            problems.append(f"its list of components is incomplete; gaps: {gaps}")
    subject = verified.subjects[0]
    context = ProductContext()
    if current:
        try:
            context = _context(reading.repository, subject.digest.hex)
        except AssayError as error:
            problems.append(f"its assay.toml cannot be read: {error}")
    release = Release(
        log=reading.ledger.store.origin,
        product=subject.name,
        subject=subject.digest,
        statement=verified.digest,
        recorded_at=reading.ledger.recorded_at(index),
        context=context,
        unnamed=sum(1 for component in components if not component.purl),
        problem="; ".join(problems),
    )
    return release, components


def _context(repository: Repository, commit: str) -> ProductContext:
    return load_configuration(repository, list_tree(repository, commit)).context


def own_repository(given: Sequence[Path]) -> Sequence[Path]:
    """Return `given`, or the folder we are in where that is a repository with a log."""
    if given:
        return given
    try:
        repository = open_repository(Path())
    except UsageError:
        return ()
    return (repository.top,) if state_folder(repository).is_dir() else ()
