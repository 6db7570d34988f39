"""The portfolio in a database: releases put in, and asked for by package.

A question costs what it shows: the holders of a package lie together, the most urgent ones first
and replaced releases last, so that a page and a count each read one stretch of the index. Numbers
stand for packages and releases, so that a row of the thirty million has three of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, LiteralString

from assay.core.clock import format_time, parse_time
from assay.core.closing import Closing
from assay.core.errors import AssayError
from assay.sbom.component import Component
from assay.system.database import Database, Row
from assay.vuln.portfolio.filling import add_release, forget_log, mark_current
from assay.vuln.portfolio.graph import way_to
from assay.vuln.portfolio.held import Held
from assay.vuln.portfolio.outbox import Outbox
from assay.vuln.portfolio.queries import count_holdings, find_releases, first_holdings
from assay.vuln.portfolio.release import REPLACED, Holding, Release
from assay.vuln.portfolio.rows import data_of, held_of, number_of, release_of, text_of
from assay.vuln.portfolio.said import Said, SaidTable, replace_said
from assay.vuln.portfolio.tables import prepare_tables

ALL: Final = 2**31 - 1  # holders of one package: more than there can be releases


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLog:
    """How far a log was read, when, and under which trust root (by its digest).

    `tip` is the commit at the end of its protected branch then, or empty. A log that is known and
    was not read yet has no entries.
    """

    origin: str
    place: str
    entries: int
    trust: str
    read_at: datetime
    tip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """How many releases hold a package: current ones, and ones that newer ones replaced."""

    current: int
    replaced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A current release that holds a package: both by number, and what they are."""

    release: int
    subject: str
    package: int
    held: Held


class Portfolio(Closing):
    """The tables in one database, which is closed with it."""

    def __init__(self, database: Database) -> None:
        try:
            prepare_tables(database)
        except AssayError:
            database.close()
            raise
        self._database = database
        self.outbox: Final = Outbox(database)
        self.said: Final = SaidTable(database)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes of the block, or none."""
        return self._database.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all questions of the block see one state."""
        return self._database.snapshot()

    def logs(self) -> tuple[KnownLog, ...]:
        """Return the logs that are known, by origin."""
        rows = self._database.query(
            "SELECT origin, place, entries, trust, read_at, tip FROM portfolio_logs ORDER BY origin"
        )
        return tuple(
            KnownLog(
                origin=text_of(row[0]),
                place=text_of(row[1]),
                entries=number_of(row[2]),
                trust=text_of(row[3]),
                read_at=parse_time(text_of(row[4])),
                tip=text_of(row[5]),
            )
            for row in rows
        )

    def put(
        self,
        log: KnownLog,
        releases: Iterable[tuple[Release, Sequence[Component]]],
        *,
        anew: bool,
        kept: Iterable[str] = (),
        said: Mapping[str, Sequence[Said]] = MappingProxyType({}),
    ) -> None:
        """Add what was read from a log, in the order of its time; all before goes if `anew`.

        Current are the newest commit in the log, the newest of each other kind of subject, and
        those whose subject is in `kept`. `said` is what the log says of vulnerabilities, by commit.
        """
        with self._database.transaction():
            before = self._products_of(log.origin)
            if anew:
                forget_log(self._database, log.origin)
            for release, components in releases:
                add_release(self._database, release, components)
            mark_current(self._database, log.origin, kept)
            for subject, words in said.items():
                replace_said(self._database, log.origin, subject, words)
            self._database.execute(
                "UPDATE portfolio_size SET products = products + ?",
                (self._products_of(log.origin) - before,),
            )
            self._database.execute("DELETE FROM portfolio_logs WHERE origin = ?", (log.origin,))
            self._database.execute(
                "INSERT INTO portfolio_logs (origin, place, entries, trust, read_at, tip) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(log.origin, log.place, log.entries, log.trust),
                    *(format_time(log.read_at), log.tip),
                ),
            )

    def versions_of(self, ecosystem: str, name: str) -> Mapping[int, Held]:
        """Return what is held of a package anywhere, by number, in the order of the purls."""
        return self._held(
            "SELECT number, purl, cpes FROM portfolio_packages WHERE ecosystem = ? AND name = ? "
            "ORDER BY purl, cpes",
            (ecosystem, name),
        )

    def of_product(self, product: str) -> Mapping[int, Held]:
        """Return what is held with a CPE name of `product`, `vendor:product`, by number."""
        return self._held(
            "SELECT p.number, p.purl, p.cpes FROM portfolio_products n "
            "JOIN portfolio_packages p ON p.number = n.package WHERE n.product = ? "
            "ORDER BY p.purl, p.cpes",
            (product,),
        )

    def spelled(self, purl: str) -> Mapping[int, Held]:
        """Return what is held under `purl` with any version and qualifiers, by number.

        Advisories know a package by another name where it was built from a source package.
        """
        return self._held(
            "SELECT number, purl, cpes FROM portfolio_packages WHERE purl = ? "
            "OR (purl >= ? AND purl < ?) OR (purl >= ? AND purl < ?) ORDER BY purl, cpes",
            (purl, f"{purl}@", f"{purl}A", f"{purl}?", f"{purl}@"),
        )

    def _held(self, sql: LiteralString, parameters: Row) -> Mapping[int, Held]:
        rows = self._database.query(sql, parameters)
        return {number_of(row[0]): held_of(row[1:]) for row in rows}

    def count_holders(self, packages: Sequence[int]) -> Mapping[int, Holders]:
        """Return how many releases hold each of `packages`."""
        counts = {
            (number_of(package), bool(current)): number_of(count)
            for package, current, count in count_holdings(self._database, packages)
        }
        return {
            number: Holders(
                current=counts.get((number, True), 0), replaced=counts.get((number, False), 0)
            )
            for number in packages
        }

    def holders_of(
        self, packages: Sequence[int], *, current: bool, most: int = ALL
    ) -> tuple[tuple[Holding, Release], ...]:
        """Return the first `most` releases that hold `packages`; no replaced ones if `current`.

        Those that may be the most urgent ones come first. A release is there once for each
        package. Only of those that are returned anything but the index is read.
        """
        last = REPLACED - 1 if current else REPLACED
        rows = first_holdings(self._database, packages, last=last, most=most)
        first = sorted((number_of(place), number_of(r), number_of(p)) for place, r, p in rows)[
            :most
        ]
        releases = self.releases({release for _, release, _ in first})
        return tuple(
            (Holding(package=package, release=release), releases[release])
            for _, release, package in first
        )

    def numbers_of(self, package: int) -> Sequence[int]:
        """Return the numbers of the current releases that hold a package."""
        rows = self._database.query(
            "SELECT release FROM portfolio_holdings WHERE package = ? AND place < ? "
            "ORDER BY place, release",
            (package, REPLACED),
        )
        return [number_of(row[0]) for row in rows]

    def holders_in(self, log: str, purl: str) -> tuple[Holder, ...]:
        """Return the current releases of a log that hold `purl`, whatever its CPE names."""
        rows = self._database.query(
            "SELECT r.number, r.subject, p.number, p.purl, p.cpes FROM portfolio_packages p "
            "JOIN portfolio_releases r ON r.log = ? AND r.place < ? "
            "JOIN portfolio_holdings h "
            "ON h.package = p.number AND h.place = r.place AND h.release = r.number "
            "WHERE p.purl = ? ORDER BY 1, 3",
            (log, REPLACED, purl),
        )
        return tuple(
            Holder(
                release=number_of(release),
                subject=text_of(subject),
                package=number_of(package),
                held=held_of(held),
            )
            for release, subject, package, *held in rows
        )

    def releases(self, numbers: Iterable[int]) -> Mapping[int, Release]:
        """Return the releases with these numbers."""
        rows = find_releases(self._database, numbers)
        return {number_of(row[0]): release_of(row[1:]) for row in rows}

    def paths_to(self, holdings: Sequence[Holding]) -> Sequence[tuple[str, ...]]:
        """Return for each the purls from what the product depends on to the package.

        Empty where that is not known.
        """
        rows = self._database.query_each(
            "SELECT graph FROM portfolio_graphs WHERE release = ?",
            [(one.release,) for one in holdings],
        )
        ways = [
            () if row is None else way_to(one.package, data_of(row[0]))
            for one, row in zip(holdings, rows, strict=True)
        ]
        numbers = sorted({number for way in ways for number in way})
        found = self._database.query_each(
            "SELECT purl FROM portfolio_packages WHERE number = ?", [(one,) for one in numbers]
        )
        purls = {n: text_of(row[0]) for n, row in zip(numbers, found, strict=True) if row}
        return [tuple(purls[number] for number in way if number in purls) for way in ways]

    def unread(self, *, current: bool = True) -> tuple[Release, ...]:
        """Return the releases of which something cannot be told, by log and product."""
        rows = self._database.query(
            "SELECT r.log, r.product, r.subject, r.statement, r.recorded_at, r.context, "
            "r.unnamed, r.problem FROM portfolio_releases r "
            "WHERE r.place <= ? AND (r.unnamed > 0 OR r.problem <> '') "
            "ORDER BY r.log, r.product, r.number",
            (REPLACED - 1 if current else REPLACED,),
        )
        return tuple(release_of(row) for row in rows)

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
            found.append(text_of(row[0]))

    def count(self) -> int:
        """Return how many products have a current release."""
        return _count(self._database.query_one("SELECT products FROM portfolio_size"))

    def _products_of(self, origin: str) -> int:
        return _count(
            self._database.query_one(
                "SELECT COUNT(DISTINCT product) FROM portfolio_releases "
                "WHERE log = ? AND place < ?",
                (origin, REPLACED),
            )
        )

    def oldest_reading(self) -> datetime | None:
        """Return when the log was read that was not read for the longest; None without logs."""
        row = self._database.query_one("SELECT MIN(read_at) FROM portfolio_logs")
        return None if row is None or row[0] is None else parse_time(text_of(row[0]))

    def never_read(self) -> tuple[str, ...]:
        """Return the origins of the logs that are known, and of which nothing was read yet."""
        rows = self._database.query(
            "SELECT origin FROM portfolio_logs WHERE entries = 0 ORDER BY origin"
        )
        return tuple(text_of(row[0]) for row in rows)


def _count(row: Row | None) -> int:
    return number_of(row[0]) if row else 0
