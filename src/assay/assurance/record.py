"""The verified statements about one subject, read into values; what cannot be read stays visible.

* Only statements about the subject come in, read by the same readers as the gates use, and without
  those that a supersession took away for a reason that the gates accept too.
* A predicate that cannot be read is `Unread`, and makes all that would depend on it unknown.
* The time of a statement is the one inside its predicate. Nothing here knows when it was uploaded.
"""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from assay.core.clock import parse_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError, RejectedError
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.findings.scanreport import ScanReport
from assay.gates.acceptance import renew_acceptance
from assay.gates.reading import (
    FORGE_TYPE,
    IMPORTED_TYPE,
    LOG_CHECK_TYPE,
    OWNERS_TYPE,
    REVIEWS_TYPE,
    SBOM_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VERDICT_TYPE,
    VEX_TYPE,
    WAIVERS_TYPE,
    Evidence,
    read_evidence,
    read_replacements,
    role_for,
)
from assay.gates.supersession import apply_replacements
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_vsa
from assay.sbom.component import Inventory
from assay.source.coverage import Coverage
from assay.source.facts import SourceFacts
from assay.source.forge.account import ForgeAccount
from assay.source.predicate import parse_source_facts
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE

_Value = TypeVar("_Value")
_Value_co = TypeVar("_Value_co", covariant=True)


class Kind(enum.StrEnum):
    """What a statement is, in the words of a sentence about it."""

    SOURCE = "facts about the source"
    SECRETS = "scan for secrets"
    CODE = "scan of the code"
    WORKFLOWS = "scan of the workflows"
    SBOM = "SBOM"
    VULNERABILITIES = "match with advisories"
    VERDICT = "verdict of a gate"
    LOG_CHECK = "check of the log"
    FORGE = "looks at a forge"
    REVIEWS = "account of reviews"


# Which collector writes which kind, as the gates name them.
COLLECTORS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "source": Kind.SOURCE,
        "secrets": Kind.SECRETS,
        "code": Kind.CODE,
        "workflows": Kind.WORKFLOWS,
        "sbom": Kind.SBOM,
        "vulnerabilities": Kind.VULNERABILITIES,
    }
)
# What a statement might have said that cannot be read.
_KINDS: Final[Mapping[str, frozenset[Kind]]] = MappingProxyType(
    {
        SOURCE_TYPE: frozenset({Kind.SOURCE}),
        SCAN_TYPE: frozenset({Kind.SECRETS, Kind.CODE, Kind.WORKFLOWS}),
        SBOM_TYPE: frozenset({Kind.SBOM}),
        VULNS_TYPE: frozenset({Kind.VULNERABILITIES}),
        VERDICT_TYPE: frozenset({Kind.VERDICT}),
        LOG_CHECK_TYPE: frozenset({Kind.LOG_CHECK}),
        FORGE_TYPE: frozenset({Kind.FORGE}),
        REVIEWS_TYPE: frozenset({Kind.REVIEWS}),
    }
)
# All that a supersession may name, whether an observer reads it or not.
_EVIDENCE: Final = frozenset(
    {
        *(SOURCE_TYPE, SCAN_TYPE, SBOM_TYPE, VULNS_TYPE),
        *(FORGE_TYPE, OWNERS_TYPE, REVIEWS_TYPE, WAIVERS_TYPE, VEX_TYPE, IMPORTED_TYPE),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[_Value_co]):
    """What a statement says, its digest, and when what it reports happened."""

    value: _Value_co
    statement: Digest
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A verified statement whose predicate cannot be read; it might have been any of `kinds`."""

    kinds: frozenset[Kind]
    statement: Digest
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheck:
    """Whether the log verified, at which size and under which root."""

    size: int
    root: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that verified statements say about one subject, and what could not be read of them."""

    subject: Digest
    source: tuple[Read[SourceFacts], ...] = ()
    reports: tuple[Read[ScanReport], ...] = ()
    inventories: tuple[Read[Inventory], ...] = ()
    forges: tuple[Read[ForgeAccount], ...] = ()
    reviews: tuple[Read[Coverage], ...] = ()
    verdicts: tuple[Read[GateVerdict], ...] = ()
    log_checks: tuple[Read[LogCheck], ...] = ()
    unread: tuple[Unread, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def reports_of(self, scanner: str) -> tuple[Read[ScanReport], ...]:
        """Return the reports of one collector."""
        return tuple(read for read in self.reports if read.value.scanner == scanner)


def read_record(
    statements: Iterable[VerifiedStatement], *, subject: Digest, at: datetime
) -> Record:
    """Read those of `statements` that are about `subject`; the order of them is no matter.

    What somebody accepted to go without is accepted no longer where that has ended at `at`.
    A verdict is a gate's, all others are a collector's.

    Raises:
        RejectedError: One was verified for another role.
    """
    named = {str(s.digest): s for s in statements if subject in {a.digest for a in s.subjects}}
    about = [statement for _, statement in sorted(named.items())]
    _check_roles(about)
    unread: list[Unread] = []
    items = _gather(about, _EVIDENCE, read_evidence, unread)
    listed = _gather(about, {SUPERSESSION_TYPE}, read_replacements, unread)
    verdicts = _gather(about, {VERDICT_TYPE}, lambda s: _read_verdict(s, subject), unread)
    checks = _gather(about, {LOG_CHECK_TYPE}, _read_log_check, unread)
    counted = apply_replacements(items, tuple(r for several in listed for r in several))
    source = _gather(
        [named[str(e.statement)] for e in counted.evidence if e.source is not None],
        {SOURCE_TYPE},
        lambda statement: _read_source(statement, at),
        unread,
    )
    return Record(
        subject=subject,
        source=source,
        reports=tuple(
            _read(e, replace(e.report, not_checked=_renewed(e.report.not_checked, at)))
            for e in counted.evidence
            if e.report is not None
        ),
        inventories=tuple(
            _read(e, replace(e.inventory, not_checked=_renewed(e.inventory.not_checked, at)))
            for e in counted.evidence
            if e.inventory is not None
        ),
        forges=tuple(
            # As old as the newest look: the account was made later.
            Read(
                value=e.forge,
                statement=e.statement,
                observed_at=e.forge.protection.observed_at,
            )
            for e in counted.evidence
            if e.forge is not None
        ),
        reviews=tuple(_read(e, e.reviews) for e in counted.evidence if e.reviews is not None),
        verdicts=verdicts,
        log_checks=checks,
        unread=tuple(unread),
        not_checked=(*counted.refused, *(_not_checked(item) for item in unread)),
    )


def _check_roles(about: list[VerifiedStatement]) -> None:
    for statement in about:
        kind = statement.predicate_type
        needed = "gate" if kind == VERDICT_TYPE else role_for(kind)
        if statement.role != needed:
            raise RejectedError(
                f"the statement {statement.digest} was verified for a {statement.role}",
                hint=f"a {needed} is needed",
            )


def _gather(
    about: list[VerifiedStatement],
    types: Collection[str],
    read: Callable[[VerifiedStatement], _Value],
    unread: list[Unread],
) -> tuple[_Value, ...]:
    """Read the statements of `types`; those that cannot be read are added to `unread`."""
    found = []
    for statement in about:
        if statement.predicate_type not in types:
            continue
        try:
            found.append(read(statement))
        except MalformedError as error:
            kinds = _KINDS.get(statement.predicate_type, frozenset())
            unread.append(Unread(kinds=kinds, statement=statement.digest, why=str(error)))
    return tuple(found)


def _renewed(gaps: tuple[NotChecked, ...], at: datetime) -> tuple[NotChecked, ...]:
    return tuple(renew_acceptance(gap, at=at) for gap in gaps)


def _read(evidence: Evidence, value: _Value) -> Read[_Value]:
    return Read(value=value, statement=evidence.statement, observed_at=evidence.observed_at)


def _read_source(statement: VerifiedStatement, at: datetime) -> Read[SourceFacts]:
    facts = parse_source_facts(statement.predicate())
    renewed = replace(facts, not_checked=_renewed(facts.not_checked, at))
    return Read(value=renewed, statement=statement.digest, observed_at=facts.observed_at)


def _read_verdict(statement: VerifiedStatement, subject: Digest) -> Read[GateVerdict]:
    about = next(named for named in statement.subjects if named.digest == subject)
    verdict = parse_vsa(subject=about, predicate=statement.predicate())
    return Read(value=verdict, statement=statement.digest, observed_at=verdict.at)


def _read_log_check(statement: VerifiedStatement) -> Read[LogCheck]:
    predicate = statement.predicate()
    check = LogCheck(
        size=predicate.field("size").integer(),
        root=predicate.field("root").text(),
        verified=predicate.field("verified").boolean(),
    )
    observed_at = parse_time(predicate.field("observedAt").text())
    return Read(value=check, statement=statement.digest, observed_at=observed_at)


def _not_checked(item: Unread) -> NotChecked:
    return NotChecked(
        what="statement",
        where=str(item.statement),
        why=f"cannot be read: {item.why}",
        remedy="record the evidence again with a version of Assay that knows it",
    )
