"""What is to be sent, and what was told: both are written in the transaction that finds it.

A message leaves the outbox when whoever it is for has taken it, and not before: a crash in between
sends it twice, under the same name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assay.core.clock import format_time
from assay.system.database import Database, Row
from assay.vuln.portfolio.rows import number_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message for a target; `name` is its own for ever, however often it is sent."""

    target: str
    name: str
    body: str = field(repr=False)
    number: int = 0
    attempts: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Told:
    """The state of a vulnerability in a release, as it was last told."""

    log: str
    product: str
    subject: str
    vulnerability: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Quiet:
    """A vulnerability in a component of a release that VEX takes away."""

    log: str
    subject: str
    vulnerability: str
    component: str


def told_of(vulnerability: str, component: str) -> str:
    """Return what is noted as told of: a vulnerability in one component."""
    return f"{vulnerability} {component}"


class Outbox:
    """The three tables. Changes are made inside of a transaction of the portfolio."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def untold(self, found: Sequence[Told]) -> tuple[Told, ...]:
        """Return those that were not the last thing that was told."""
        last = self._database.query_each(
            "SELECT state FROM portfolio_told "
            "WHERE log = ? AND product = ? AND subject = ? AND vulnerability = ?",
            [_key(one) for one in found],
        )
        return tuple(
            one for one, row in zip(found, last, strict=True) if row is None or row[0] != one.state
        )

    def note_told(self, told: Sequence[Told]) -> None:
        """Note what is told now."""
        self._database.execute_many(
            "DELETE FROM portfolio_told "
            "WHERE log = ? AND product = ? AND subject = ? AND vulnerability = ?",
            [_key(one) for one in told],
        )
        self._database.execute_many(
            "INSERT INTO portfolio_told (log, product, subject, vulnerability, state) "
            "VALUES (?, ?, ?, ?, ?)",
            [(*_key(one), one.state) for one in told],
        )

    def quiet(self) -> frozenset[Quiet]:
        """Return what VEX took away when that was last noted."""
        rows = self._database.query(
            "SELECT log, subject, vulnerability, component FROM portfolio_quiet"
        )
        return frozenset(
            Quiet(
                log=text_of(log),
                subject=text_of(subject),
                vulnerability=text_of(vulnerability),
                component=text_of(component),
            )
            for log, subject, vulnerability, component in rows
        )

    def note_quiet(self, now: frozenset[Quiet]) -> None:
        """Note what VEX takes away now, in the place of what it did.

        What was told of it before is over: when VEX ends, that is news, though it did so before.
        """
        before = self.quiet()
        self._database.execute_many(
            "DELETE FROM portfolio_told WHERE log = ? AND subject = ? AND vulnerability = ?",
            [
                (one.log, one.subject, told_of(one.vulnerability, one.component))
                for one in sorted(now - before)
            ],
        )
        self._database.execute_many(
            "DELETE FROM portfolio_quiet "
            "WHERE log = ? AND subject = ? AND vulnerability = ? AND component = ?",
            [_quiet_row(one) for one in sorted(before - now)],
        )
        self._database.execute_many(
            "INSERT INTO portfolio_quiet (log, subject, vulnerability, component) "
            "VALUES (?, ?, ?, ?)",
            [_quiet_row(one) for one in sorted(now - before)],
        )

    def add(self, messages: Iterable[Message], *, at: datetime) -> None:
        """Put messages behind those that wait."""
        newest = self._database.query_one("SELECT MAX(number) FROM portfolio_outbox")
        last = number_of((newest[0] if newest else 0) or 0)
        made = format_time(at)
        self._database.execute_many(
            "INSERT INTO portfolio_outbox (number, target, name, made_at, body, attempts, problem) "
            "VALUES (?, ?, ?, ?, ?, 0, '')",
            [
                (last + place, one.target, one.name, made, one.body)
                for place, one in enumerate(messages, start=1)
            ],
        )

    def after(self, number: int) -> Message | None:
        """Return the first message behind the one with this number."""
        row = self._database.query_one(
            "SELECT number, target, name, body, attempts, problem FROM portfolio_outbox "
            "WHERE number > ? ORDER BY number LIMIT 1",
            (number,),
        )
        if row is None:
            return None
        return Message(
            number=number_of(row[0]),
            target=text_of(row[1]),
            name=text_of(row[2]),
            body=text_of(row[3]),
            attempts=number_of(row[4]),
            problem=text_of(row[5]),
        )

    def delivered(self, message: Message) -> None:
        """Take a message out that has arrived."""
        self._database.execute(
            "DELETE FROM portfolio_outbox WHERE number = ? AND name = ?",
            (message.number, message.name),
        )

    def failed(self, message: Message, problem: str) -> None:
        """Note why a message did not arrive; it stays."""
        self._database.execute(
            "UPDATE portfolio_outbox SET attempts = attempts + 1, problem = ? "
            "WHERE number = ? AND name = ?",
            (problem, message.number, message.name),
        )

    def drop(self, target: str) -> int:
        """Take out all that waits for a target; return how many messages that were."""
        row = self._database.query_one(
            "SELECT COUNT(*) FROM portfolio_outbox WHERE target = ?", (target,)
        )
        self._database.execute("DELETE FROM portfolio_outbox WHERE target = ?", (target,))
        return number_of(row[0]) if row else 0

    def waiting(self) -> int:
        """Return how many messages wait."""
        row = self._database.query_one("SELECT COUNT(*) FROM portfolio_outbox")
        return number_of(row[0]) if row else 0


def _key(one: Told) -> Row:
    return (one.log, one.product, one.subject, one.vulnerability)


def _quiet_row(one: Quiet) -> Row:
    return (one.log, one.subject, one.vulnerability, one.component)
