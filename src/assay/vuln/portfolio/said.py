"""What the log of a release says of its vulnerabilities: how near it comes, and what VEX says.

VEX takes a vulnerability away until its word ends. That moment is worked out when the log is read,
so that a question only compares it with the time; whatever changes it is in the log, and is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Kind, identity_of
from assay.system.database import Database, Dialect, Row
from assay.vuln.portfolio.release import REPLACED
from assay.vuln.portfolio.rows import number_of, text_of

COMMITS: Final = ""  # the line of a log's commits


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a log says of one finding: `level` and `reach` are empty where nobody looked.

    `words` is why VEX takes it away, until `ends`; None where it does not.
    """

    finding: str
    vulnerability: str
    component: str
    level: str = ""
    reach: str = ""
    ends: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A package in a release, of which VEX says that a vulnerability does not affect it."""

    log: str
    release: int
    words: str


def finding_of(purl: str, vulnerability: str) -> str:
    """Return the identity under which logs know a vulnerability in a component."""
    return identity_of(Kind.VULNERABILITY, purl, vulnerability)


def replace_said(database: Database, log: str, subject: str, said: Iterable[Said]) -> None:
    """Put what is said now of a release in the place of what was; inside of a transaction."""
    rows = database.query(
        "SELECT number FROM portfolio_releases WHERE log = ? AND line = ? AND subject = ?",
        (log, COMMITS, subject),
    )
    for number in (number_of(row[0]) for row in rows):
        database.execute("DELETE FROM portfolio_said WHERE release = ?", (number,))
        database.execute_many(
            "INSERT INTO portfolio_said "
            "(finding, release, vulnerability, component, level, reach, ends, words) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [_row(one, number) for one in said],
        )


def _row(one: Said, release: int) -> Row:
    ends = "" if one.ends is None else format_time(one.ends)
    return (
        *(one.finding, release, one.vulnerability, one.component),
        *(one.level, one.reach, ends, one.words),
    )


class SaidTable:
    """Questions about what the logs say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_aside(
        self, findings: Mapping[str, Iterable[int]], *, at: datetime, current: bool
    ) -> Mapping[tuple[str, int], Sequence[SetAside]]:
        """Return who is not affected, by VEX that holds at the time `at`.

        `findings` gives each finding the numbers of its packages; by finding and package.
        """
        last = REPLACED - 1 if current else REPLACED
        now = format_time(at)
        return {
            (finding, package): found
            for finding in self._with_vex(findings, now)
            for package in findings[finding]
            if (found := tuple(self._aside(finding, package, now, last)))
        }

    def _with_vex(self, findings: Iterable[str], now: str) -> Iterator[str]:
        """Yield those of which VEX says anything anywhere: most have none, and cost no more."""
        asked = render_canonical_json(sorted(findings)).decode()
        rows = self._database.query(
            "SELECT DISTINCT finding FROM portfolio_said WHERE finding IN "
            "(SELECT json_array_elements_text(CAST(? AS json))) AND ends > ?"
            if self._database.dialect is Dialect.POSTGRESQL
            else "SELECT DISTINCT finding FROM portfolio_said WHERE finding IN "
            "(SELECT value FROM json_each(?)) AND ends > ?",
            (asked, now),
        )
        yield from (text_of(row[0]) for row in rows)

    def _aside(self, finding: str, package: int, now: str, last: int) -> Iterator[SetAside]:
        rows = self._database.query(
            "SELECT r.log, s.release, s.words FROM portfolio_said s "
            "JOIN portfolio_releases r ON r.number = s.release "
            "JOIN portfolio_holdings h "
            "ON h.package = ? AND h.place = r.place AND h.release = r.number "
            "WHERE s.finding = ? AND s.ends > ? AND r.place <= ?",
            (package, finding, now, last),
        )
        for log, release, words in rows:
            yield SetAside(log=text_of(log), release=number_of(release), words=text_of(words))

    def reached(self, asked: Sequence[tuple[str, int]]) -> Sequence[tuple[str, str]]:
        """Return level and sentence of the reach for each finding in each release; empty ones."""
        rows = self._database.query_each(
            "SELECT level, reach FROM portfolio_said WHERE finding = ? AND release = ?",
            [*asked],
        )
        return [("", "") if row is None else (text_of(row[0]), text_of(row[1])) for row in rows]

    def all_aside(self, *, at: datetime) -> tuple[tuple[int, str, str], ...]:
        """Return release, vulnerability and component of all that VEX takes away at `at`.

        Of the current releases alone.
        """
        rows = self._database.query(
            "SELECT s.release, s.vulnerability, s.component FROM portfolio_said s "
            "JOIN portfolio_releases r ON r.number = s.release "
            "WHERE s.ends <> '' AND s.ends > ? AND r.place < ? ORDER BY 1, 2, 3",
            (format_time(at), REPLACED),
        )
        return tuple((number_of(row[0]), text_of(row[1]), text_of(row[2])) for row in rows)
