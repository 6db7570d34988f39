"""The judgement of a proven kit: what does not hold, what could not be told, what nobody looked at.

Pure. `evidence.kit.proof` has shown that everything is in the log, and that the lists are whole.
Here every statement is judged as an auditor must: as of its time of record, under the newest trust
root. A key that was revoked since takes away what it signed; that is no fault of the kit while a
verdict that counts takes the place of each one that fell.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.kit.proof import ProvenKit
from assay.evidence.trustchain import TRUST_ROOT_TYPE, TrustChain
from assay.gates.reading import VULNS_TYPE
from assay.operations.evidence import GATE_EVIDENCE
from assay.operations.kitstatements import (
    KNOWN_ROLES,
    AuditedStatement,
    judge_entry,
)
from assay.operations.kitverdicts import AuditedVerdict, audit_verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class KitAudit:
    """The judgement of a kit; `mine` are the statements about its subject, oldest first."""

    statements: tuple[AuditedStatement, ...]
    mine: tuple[AuditedStatement, ...]
    verdicts: tuple[AuditedVerdict, ...]
    problems: tuple[str, ...]
    untold: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def result(self) -> Verdict:
        """PASSED where all of it holds; FAILED where something does not; else UNKNOWN."""
        if self.problems:
            return Verdict.FAILED
        return Verdict.UNKNOWN if self.untold else Verdict.PASSED

    @property
    def newest(self) -> AuditedVerdict | None:
        """Return the newest verdict that stands: the answer about the subject, if there is one."""
        return next((v for v in reversed(self.verdicts) if v.stands), None)

    @property
    def fallen(self) -> tuple[AuditedStatement, ...]:
        """Return the statements that counted when they were recorded, and do not any more."""
        return tuple(one for one in self.statements if one.fallen)


def audit_kit(proven: ProvenKit, chain: TrustChain, *, pinned: int) -> KitAudit:
    """Judge everything in a proven kit under the versions of the trust root in it.

    `pinned` is the version that the auditor vouches for; it vouches for those before. 0 is none.

    Raises:
        ProofError: The kit lacks the list of its subject.
    """
    statements = tuple(judge_entry(entry, chain) for entry in proven.entries)
    about = {entry.index for entry in proven.about(proven.subject)}
    mine = tuple(one for one in statements if one.entry.index in about)
    verdicts = audit_verdicts(mine, statements, chain)
    return KitAudit(
        statements=statements,
        mine=mine,
        verdicts=verdicts,
        problems=(
            *(f"entry {one.entry.index}: {one.problem}" for one in statements if one.problem),
            *(f"verdict, entry {v.index}: {problem}" for v in verdicts for problem in v.problems),
            *(_unanswered(v) for v in verdicts if v.fallen and v.withdrawn_by is None),
        ),
        untold=(
            *_untold(mine, verdicts),
            *(f"verdict, entry {v.index}: {u}" for v in verdicts for u in v.untold),
            *(_doubted(doubt) for doubt in chain.doubts(beyond=pinned)),
        ),
        not_checked=tuple(_not_checked(statements)),
    )


def _unanswered(verdict: AuditedVerdict) -> str:
    """Say that a verdict fell, and nobody said so in the log."""
    more = f", and {len(verdict.fallen) - 1} more" if len(verdict.fallen) > 1 else ""
    return (
        f"verdict, entry {verdict.index}: does not stand any more, and no later verdict takes "
        f"its place (assay log reverify --record): {verdict.fallen[0]}{more}"
    )


def _doubted(doubt: str) -> str:
    return f"the trust root rests on signatures that count no more: is this one right? {doubt}"


def _untold(
    mine: tuple[AuditedStatement, ...], verdicts: tuple[AuditedVerdict, ...]
) -> Iterator[str]:
    if not mine:
        yield "the log holds nothing about this subject"
    elif not verdicts:
        yield "there is no verdict about this subject"
    for one in mine if verdicts else ():
        is_evidence = one.kind in GATE_EVIDENCE and not one.fallen
        if is_evidence and one.entry.index > verdicts[-1].index:
            yield f"entry {one.entry.index} was recorded after the newest verdict"


def _not_checked(statements: tuple[AuditedStatement, ...]) -> Iterator[NotChecked]:
    yield NotChecked(
        what="evidence",
        where="all statements",
        why="what collectors say that they saw is their signed word; it was not looked at again",
        remedy="look at the subject itself, with assay check",
    )
    yield NotChecked(
        what="index",
        where="the log",
        why="the signed index gives one answer only; that it was computed from all entries is "
        "shown by a replay of the whole log",
        remedy="run assay log verify where the log is, or a monitor of it",
    )
    yield NotChecked(
        what="log",
        where="what was never recorded",
        why="no proof shows what nobody put into the log",
    )
    for one in statements:
        if one.kind == VULNS_TYPE:
            yield NotChecked(
                what="advisory data",
                where=f"entry {one.entry.index}",
                why="the advisories that the components were matched with are not in the kit",
                remedy="match again with assay check and the advisories of that time",
            )
        elif one.kind not in KNOWN_ROLES and one.kind != TRUST_ROOT_TYPE:
            yield NotChecked(
                what="statement",
                where=f"entry {one.entry.index}",
                why=f"its type is not known here: {one.kind!r}; only its signature was checked",
            )
