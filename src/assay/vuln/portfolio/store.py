"""The portfolio in a database: releases put in, and asked for by package.

A question costs what it finds: the holders of a package lie together, and a product's older
releases are left out by a mark. Numbers stand for packages and releases, so that a row of the
thirty million has three of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.closing import Closing
from assay.core.digest import parse_digest
from assay.core.errors import MalformedError, TamperedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.sbom.component import Component
from assay.system.database import Database, Row, Value
from assay.vuln.context import ProductContext, parse_context
from assay.vuln.package import parse_package
from assay.vuln.portfolio.release import ROOT, Holding, Release, parents_of
from assay.vuln.portfolio.tables import prepare_tables

MAX_CONTEXT: Final = 2**16  # bytes
MAX_PATH: Final = 64  # steps of a way through the graph
_ROOT_NUMBER: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLog:
    """How far a log was read, when, and under which trust root (by its digest)."""

    origin: str
    place: str
    entries: int
    trust: str
    read_at: datetime


class Portfolio(Closing):
    """The tables in one database, which is closed with it."""

    def __init__(self, database: Database) -> None:
        prepare_tables(database)
        self._database = database

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def logs(self) -> tuple[KnownLog, ...]:
        """Return the logs that were read, by origin."""
        rows = self._database.query(
            "SELECT origin, place, entries, trust, read_at FROM portfolio_logs ORDER BY origin"
        )
        return tuple(
            KnownLog(
                origin=_text(row[0]),
                place=_text(row[1]),
                entries=_number(row[2]),
                trust=_text(row[3]),
                read_at=parse_time(_text(row[4])),
            )
            for row in rows
        )

    def put(
        self,
        log: KnownLog,
        releases: Iterable[tuple[Release, Sequence[Component]]],
        *,
        anew: bool,
    ) -> None:
        """Add what was read from a log, in the order of its time; all before goes if `anew`.

        The newest release of each product of the log becomes its current one.
        """
        with self._database.transaction():
            if anew:
                self._forget(log.origin)
            for release, components in releases:
                self._add(release, components)
            self._database.execute("DELETE FROM portfolio_logs WHERE origin = ?", (log.origin,))
            self._database.execute(
                "INSERT INTO portfolio_logs (origin, place, entries, trust, read_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (log.origin, log.place, log.entries, log.trust, format_time(log.read_at)),
            )

    def versions_of(self, ecosystem: str, name: str) -> Mapping[int, str]:
        """Return the purls under which a package is held anywhere, by their numbers."""
        rows = self._database.query(
            "SELECT number, purl FROM portfolio_packages WHERE ecosystem = ? AND name = ? "
            "ORDER BY purl",
            (ecosystem, name),
        )
        return {_number(number): _text(purl) for number, purl in rows}

    def holders_of(self, package: int, *, current: bool) -> tuple[tuple[Holding, Release], ...]:
        """Return the releases that hold a package; only the newest of each product if `current`."""
        rows = self._database.query(
            "SELECT h.release, r.log, r.product, r.subject, r.statement, r.recorded_at, "
            "r.context, r.unnamed, r.problem FROM portfolio_holdings h "
            "JOIN portfolio_releases r ON r.number = h.release "
            "WHERE h.package = ? AND r.current >= ? ORDER BY r.log, r.product, r.number",
            (package, int(current)),
        )
        return tuple(
            (Holding(package=package, release=_number(row[0])), _release(row[1:])) for row in rows
        )

    def path_to(self, holding: Holding) -> tuple[str, ...]:
        """Return the purls from what the product depends on to the package; empty if not known."""
        rows = self._database.query(
            "WITH RECURSIVE up (step, package, parent) AS ("
            "SELECT 0, package, parent FROM portfolio_holdings WHERE package = ? AND release = ? "
            "UNION ALL SELECT up.step + 1, h.package, h.parent FROM up "
            "JOIN portfolio_holdings h ON h.package = up.parent AND h.release = ? "
            "WHERE up.step < ?) "
            "SELECT p.purl, up.parent FROM up JOIN portfolio_packages p ON p.number = up.package "
            "ORDER BY up.step DESC",
            (holding.package, holding.release, holding.release, MAX_PATH),
        )
        if not rows or rows[0][1] != _ROOT_NUMBER:
            return ()
        return tuple(_text(purl) for purl, _ in rows)

    def unread(self) -> tuple[Release, ...]:
        """Return the current releases of which something cannot be told, by log and product."""
        rows = self._database.query(
            "SELECT r.log, r.product, r.subject, r.statement, r.recorded_at, r.context, "
            "r.unnamed, r.problem FROM portfolio_releases r "
            "WHERE r.current = 1 AND (r.unnamed > 0 OR r.problem <> '') "
            "ORDER BY r.log, r.product"
        )
        return tuple(_release(row) for row in rows)

    def ecosystems(self) -> tuple[str, ...]:
        """Return the ecosystems of all packages, with one step in the index for each."""
        found: list[str] = []
        while True:
            row = self._database.query_one(
                "SELECT MIN(ecosystem) FROM portfolio_packages WHERE ecosystem > ?",
                (found[-1] if found else "",),
            )
            if row is None or row[0] is None:
                return tuple(found)
            found.append(_text(row[0]))

    def count(self) -> int:
        """Return how many products have a current release."""
        found = self._database.query_one(
            "SELECT COUNT(*) FROM portfolio_releases WHERE current = 1"
        )
        return _number(found[0]) if found else 0

    def _forget(self, origin: str) -> None:
        self._database.execute(
            "DELETE FROM portfolio_holdings WHERE release IN "
            "(SELECT number FROM portfolio_releases WHERE log = ?)",
            (origin,),
        )
        self._database.execute("DELETE FROM portfolio_releases WHERE log = ?", (origin,))

    def _add(self, release: Release, components: Sequence[Component]) -> None:
        newest = self._database.query_one("SELECT MAX(number) FROM portfolio_releases")
        number = _number((newest[0] if newest else 0) or 0) + 1
        self._database.execute(
            "UPDATE portfolio_releases SET current = 0 WHERE log = ? AND product = ?",
            (release.log, release.product),
        )
        self._database.execute(
            "INSERT INTO portfolio_releases (number, log, product, subject, statement, "
            "recorded_at, context, unnamed, problem, current) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            (
                number,
                release.log,
                release.product,
                str(release.subject),
                str(release.statement),
                format_time(release.recorded_at),
                render_canonical_json(release.context.as_json()).decode(),
                release.unnamed,
                release.problem,
            ),
        )
        self._add_holdings(number, components)

    def _add_holdings(self, release: int, components: Sequence[Component]) -> None:
        parents = parents_of(components)
        numbers = self._numbers(tuple(parents))
        self._database.execute_many(
            "INSERT INTO portfolio_holdings (package, release, parent) VALUES (?, ?, ?)",
            [
                (numbers[name], release, _parent_number(parent, numbers))
                for name, parent in parents.items()
            ],
        )

    def _numbers(self, names: tuple[str, ...]) -> Mapping[str, int]:
        """Return the number of each package, given one first where it has none."""
        rows: list[Row] = [(name,) for name in names]
        sql: Final = "SELECT number FROM portfolio_packages WHERE purl = ?"
        found = self._database.query_each(sql, rows)
        newest = self._database.query_one("SELECT MAX(number) FROM portfolio_packages")
        last = _number((newest[0] if newest else 0) or 0)
        numbers: dict[str, int] = {}
        made: list[Row] = []
        for name, row in zip(names, found, strict=True):
            if row is None:
                last += 1
                made.append((last, name, *_found_by(name)))
            numbers[name] = last if row is None else _number(row[0])
        self._database.execute_many(
            "INSERT INTO portfolio_packages (number, purl, ecosystem, name) VALUES (?, ?, ?, ?)",
            made,
        )
        return numbers


def _found_by(name: str) -> tuple[str, str]:
    """Return the ecosystem and the normal name; what has no purl is only a step of a path."""
    try:
        package = parse_package(name)
    except MalformedError:
        return "", name
    return package.ecosystem, package.name


def _parent_number(parent: str | None, numbers: Mapping[str, int]) -> int | None:
    if parent is None:
        return None
    return _ROOT_NUMBER if parent == ROOT else numbers[parent]


def _release(row: Row) -> Release:
    log, product, subject, statement, recorded_at, context, unnamed, problem = row
    return Release(
        log=_text(log),
        product=_text(product),
        subject=parse_digest(_text(subject)),
        statement=parse_digest(_text(statement)),
        recorded_at=parse_time(_text(recorded_at)),
        context=_context(_text(context)),
        unnamed=_number(unnamed),
        problem=_text(problem),
    )


@lru_cache(maxsize=4096)
def _context(text: str) -> ProductContext:
    """Read what thousands of releases of an answer say alike."""
    return parse_context(JsonValue(parse_json(text.encode(), max_bytes=MAX_CONTEXT)))


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TamperedError("values of another type", where="the portfolio", hint=_AGAIN)
    return value


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise TamperedError("values of another type", where="the portfolio", hint=_AGAIN)
    return value


_AGAIN: Final = "run: assay affected --rebuild …"
