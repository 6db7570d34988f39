"""What stands of all that VEX documents say about one vulnerability in one component.

* The newest statement of an author counts; an older one does not come back when it ends.
* Authors who contradict each other, statements of one moment that do, and everything that may be
  about this and could not be read, leave nothing "not affected" or "fixed".
* Who an author is, is for the caller to establish: what a document says of itself is no proof.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from assay.core.clock import ALLOWED_SKEW, format_time
from assay.core.printable import printable
from assay.vuln.vex.matching import Coverage, covers, is_about
from assay.vuln.vex.statement import (
    Status,
    UnreadStatement,
    VexDocument,
    VexStatement,
    VexTarget,
    VexVulnerability,
)

_CALMING = frozenset({Status.NOT_AFFECTED, Status.FIXED})


class Standing(enum.StrEnum):
    """Whether anything was said, and whether one answer stands."""

    SILENT = "silent"
    STANDS = "stands"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class VexSource:
    """A document, and the author that the caller has established for it."""

    document: VexDocument
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VexQuestion:
    """A vulnerability by the canonical id of its cluster, in a component of a product.

    `aliases` are the other ids of that cluster's advisories about this component.
    """

    vulnerability: str
    product: VexTarget
    component: VexTarget
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VexClaim:
    """A statement that covers the question, and where it comes from."""

    statement: VexStatement
    author: str
    document: str

    def __str__(self) -> str:
        """Render the one form that it has in a line."""
        at = self.statement.dated_at
        when = format_time(at) if at else "at no time that is known"
        text = f"{self.statement.status} says {self.author}, {when} ({self.document or 'no id'})"
        return printable(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class VexAnswer:
    """What stands: a `status` where one does, the claims that count, and what speaks against it."""

    standing: Standing
    status: Status | None = None
    claims: tuple[VexClaim, ...] = ()
    doubts: tuple[str, ...] = ()


class VexIndex:
    """Documents of authors, ready to be asked many times, as of the time `at`."""

    def __init__(self, sources: Iterable[VexSource], *, at: datetime) -> None:
        self._at = at
        self._said: dict[str, list[VexClaim]] = {}
        self._unread: list[tuple[str, UnreadStatement]] = []
        for source in _current(tuple(sources)):
            name = source.document.id
            for statement in source.document.statements:
                claim = VexClaim(statement=statement, author=source.author, document=name)
                for alias in {text.upper() for text in statement.vulnerability.names}:
                    self._said.setdefault(alias, []).append(claim)
            self._unread.extend((name, unread) for unread in source.document.unread)

    def answer(self, question: VexQuestion) -> VexAnswer:
        """Return what stands about `question`."""
        doubts = [*self._may_be_unread(question)]
        covering = list[VexClaim]()
        for claim in self._about(question):
            match covers(
                claim.statement.products, product=question.product, component=question.component
            ):
                case Coverage.COVERED:
                    covering.append(claim)
                case Coverage.UNKNOWN:
                    doubts.append(f"it cannot be told whether it is about this version: {claim}")
                case Coverage.NOT_COVERED:
                    pass
        standing = list[VexClaim]()
        for author in sorted({claim.author for claim in covering}):
            theirs = [claim for claim in covering if claim.author == author]
            standing.extend(self._newest(theirs, doubts))
        return _judge(standing, doubts)

    def _about(self, question: VexQuestion) -> list[VexClaim]:
        names = {question.vulnerability.upper(), *(name.upper() for name in question.aliases)}
        found = [claim for name in sorted(names) for claim in self._said.get(name, ())]
        unique = {id(claim): claim for claim in found}.values()
        return [one for one in unique if _asks(question, one.statement.vulnerability)]

    def _may_be_unread(self, question: VexQuestion) -> Iterator[str]:
        for document, unread in self._unread:
            named = [VexVulnerability(name=name) for name in unread.names]
            if named and not any(_asks(question, one) for one in named):
                continue
            if not unread.products or Coverage.NOT_COVERED is not covers(
                unread.products, product=question.product, component=question.component
            ):
                yield printable(f"unread in {document or 'a document'}: {unread.why}")

    def _newest(self, claims: list[VexClaim], doubts: list[str]) -> list[VexClaim]:
        """Return what counts of one author's claims: the newest, and those without a time."""
        ahead = [one for one in claims if _date(one) > self._at + ALLOWED_SKEW]
        doubts.extend(f"dated in the future: {claim}" for claim in ahead)
        known = [one for one in claims if one not in ahead]
        newest = max(map(_date, known), default=_NEVER)
        last = [one for one in known if _date(one) in {newest, _NEVER}]
        ended = [one for one in last if _has_ended(one, self._at)]
        doubts.extend(f"it ended: {claim}" for claim in ended)
        return [one for one in last if one not in ended]


_NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def _asks(question: VexQuestion, said: VexVulnerability) -> bool:
    return is_about(said, vulnerability=question.vulnerability, aliases=question.aliases)


def _date(claim: VexClaim) -> datetime:
    return claim.statement.dated_at or _NEVER


def _has_ended(claim: VexClaim, at: datetime) -> bool:
    ends = claim.statement.expires_at
    return ends is not None and ends <= at


def _current(sources: tuple[VexSource, ...]) -> Iterator[VexSource]:
    """Yield the newest version of each document: what it no longer says was taken back."""
    newest: dict[tuple[str, str], int] = {}
    for source in sources:
        key = (source.author, source.document.id)
        newest[key] = max(newest.get(key, source.document.version), source.document.version)
    for source in sources:
        key = (source.author, source.document.id)
        if not source.document.id or source.document.version == newest[key]:
            yield source


def _judge(claims: list[VexClaim], doubts: list[str]) -> VexAnswer:
    statuses = {claim.statement.status for claim in claims}
    kept, against = tuple(claims), tuple(dict.fromkeys(doubts))
    if len(statuses) > 1:
        against += tuple(f"contradiction: {claim}" for claim in claims)
        return VexAnswer(standing=Standing.UNCLEAR, claims=kept, doubts=against)
    if not statuses:
        silence = Standing.UNCLEAR if against else Standing.SILENT
        return VexAnswer(standing=silence, doubts=against)
    (status,) = statuses
    if status in _CALMING and against:
        return VexAnswer(standing=Standing.UNCLEAR, claims=kept, doubts=against)
    return VexAnswer(standing=Standing.STANDS, status=status, claims=kept, doubts=against)
