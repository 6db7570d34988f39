"""What VEX documents together come to about one vulnerability in one component, at their word.

Who an author is, is for the caller to establish: what a document says of itself is no proof. What
is said is judged as at the gate (`vuln.vex.believing`, `vuln.vex.judging`); a document is taken for
what it claims, and for recorded at the time of the question.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assay.core.clock import format_time
from assay.core.digest import Digest, sha256_of
from assay.core.printable import printable
from assay.core.reliance import Reliance
from assay.findings.finding import Kind
from assay.findings.identity import identity_of
from assay.signing.principals import VEX_AUTHOR
from assay.vuln.vex.account import UNCLEAR, UNREAD, VexAccount, VexWord
from assay.vuln.vex.believing import believe_about
from assay.vuln.vex.judging import VexJudgement, judge_vex
from assay.vuln.vex.matching import Coverage, covers, is_about
from assay.vuln.vex.meaning import Asked, may_be_about
from assay.vuln.vex.source import ByName, ClaimedVex, named_statements
from assay.vuln.vex.statement import Status, VexDocument, VexTarget


class Standing(enum.StrEnum):
    """Whether anything was said, and whether one answer stands."""

    SILENT = "silent"
    STANDS = "stands"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class VexClaimant:
    """A document, the author that the caller has established for it, and what it is called."""

    document: VexDocument
    author: str
    called: str = ""
    by_name: ByName = field(default_factory=dict, compare=False, repr=False)

    @property
    def label(self) -> str:
        """Return what people know it by."""
        return self.document.id or self.called or "no id"


@dataclass(frozen=True, slots=True, kw_only=True)
class VexQuestion:
    """A vulnerability by the canonical id of its cluster, in a component of a product.

    `aliases` are the other ids of that cluster's advisories about this component.
    """

    vulnerability: str
    product: VexTarget
    component: VexTarget
    aliases: tuple[str, ...] = ()

    @property
    def asked(self) -> Asked:
        """Return the finding that it would be."""
        label = self.component.label
        return Asked(
            finding=identity_of(Kind.VULNERABILITY, label, self.vulnerability),
            vulnerability=self.vulnerability,
            aliases=self.aliases,
            purl=label,
            component=self.component,
            product=self.product,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VexAnswer:
    """What stands: a `status` where one does, what was said, and what is not applied, with why."""

    standing: Standing
    status: Status | None = None
    claims: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "standing": str(self.standing),
            "status": None if self.status is None else str(self.status),
            "claims": list(self.claims),
            "doubts": list(self.doubts),
        }


def answer_vex(
    claimants: Sequence[VexClaimant], question: VexQuestion, *, max_age: timedelta, at: datetime
) -> VexAnswer:
    """Return what stands about `question`, of several documents, as of the time `at`."""
    return answer_about(claimants, question.asked, max_age=max_age, at=at)


def answer_about(
    claimants: Sequence[VexClaimant], asked: Asked, *, max_age: timedelta, at: datetime
) -> VexAnswer:
    """Return what stands about a finding, of several documents, as of the time `at`."""
    sources = {
        sha256_of(f"{place} {one.label}".encode()): one for place, one in enumerate(claimants)
    }
    claimed = [_claimed(one, name, at) for name, one in sources.items()]
    believed = believe_about(claimed, (asked,))
    account = VexAccount(
        observed_at=at,
        documents=tuple(
            Reliance(statement=one, keys=(), role=VEX_AUTHOR, at=at) for one in sources
        ),
        words=believed.words,
        not_checked=believed.not_checked,
    )
    judged = judge_vex((account,), max_age=max_age, at=at)
    status = _status(judged, account, asked)
    silent = not any(_may_speak_of(one, asked) for one in claimants)
    unclear = Standing.SILENT if silent else Standing.UNCLEAR
    return VexAnswer(
        standing=unclear if status is None else Standing.STANDS,
        status=status,
        claims=tuple(sorted(_claim(word, sources[word.document], at) for word in account.words)),
        doubts=_doubts(judged, account),
    )


def _claimed(one: VexClaimant, name: Digest, at: datetime) -> ClaimedVex:
    """Return a document as if it had just been recorded, none after another."""
    return ClaimedVex(
        document=one.document,
        author=one.author,
        name=name,
        place=0,
        recorded_at=at,
        by_name=one.by_name,
    )


def _status(judged: VexJudgement, account: VexAccount, asked: Asked) -> Status | None:
    """Return the one status that stands; none where nothing does, or nobody can tell."""
    taken, confirmed = judged.set_aside.get(asked.finding), judged.confirmed.get(asked.finding)
    if confirmed is not None:
        return Status.AFFECTED if confirmed.status == Status.AFFECTED.value else None
    if taken is not None:
        return Status(taken.word.status)
    waiting = Status.UNDER_INVESTIGATION
    return waiting if any(word.status == waiting.value for word in account.words) else None


def _may_speak_of(claimant: VexClaimant, asked: Asked) -> bool:
    """Tell whether a document has anything that may be about what was asked."""
    names = {name.upper() for name in (asked.vulnerability, *asked.aliases)}
    said = (
        one
        for one in named_statements(claimant.by_name, claimant.document, names)
        if is_about(one.vulnerability, vulnerability=asked.vulnerability, aliases=asked.aliases)
    )
    return any(
        covers(one.products, product=asked.product, component=asked.component)
        is not Coverage.NOT_COVERED
        for one in said
    ) or any(may_be_about(entry, asked) for entry in claimant.document.unread)


def _claim(word: VexWord, one: VexClaimant, at: datetime) -> str:
    when = format_time(word.said_at) if word.said_at < at else "at no time that is known"
    return printable(f"{word.status} says {word.whose}, {when} ({one.label})")


def _doubts(judged: VexJudgement, account: VexAccount) -> tuple[str, ...]:
    odd = (word for word in account.words if word.status in {UNCLEAR, UNREAD})
    told = [f"{word.whose} {word.told}: {word.because}" for word in odd]
    return tuple(dict.fromkeys(map(printable, (*told, *(gap.why for gap in judged.not_checked)))))
