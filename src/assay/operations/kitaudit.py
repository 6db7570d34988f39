"""What a proven kit shows: who signed what, whether the verdicts follow, and what stays untold.

Pure. `evidence.kitproof` has shown that everything is in the log, and that the lists are whole.
Here every statement is judged as an auditor must: as of its time of record, under the newest trust
root, so that a key that was revoked since takes away what it signed. Every verdict is made again
from what it names, and what it names must be all the evidence that there was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay import __version__
from assay.core.digest import Digest
from assay.core.errors import RejectedError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement, parse_envelope
from assay.evidence.kitproof import ProvenEntry, ProvenKit
from assay.evidence.trustchain import TRUST_ROOT_TYPE, TrustChain
from assay.gates.reading import LOG_CHECK_TYPE, SUPERSESSION_TYPE, VERDICT_TYPE, VULNS_TYPE
from assay.gates.replay import name_differences, parse_verdict, recompute_verdict
from assay.gates.verdict import ASSAY, ENGINE, GateVerdict
from assay.operations.evidence import COLLECTED
from assay.operations.material import POLICY_TYPE, policy_of
from assay.policy.bundle import PolicyBundle
from assay.policy.engine import engine_version
from assay.signing.standing import why_not
from assay.signing.trust import ROLES, TrustRoot, trust_root_digest

GATE_EVIDENCE: Final = frozenset({*COLLECTED, SUPERSESSION_TYPE})  # what a verdict is made from
_VERSIONS: Final = "predicate.verifier.version."
_ROLES: Final = {
    **dict.fromkeys((*GATE_EVIDENCE, LOG_CHECK_TYPE), ("collector",)),
    POLICY_TYPE: ("gate",),
    VERDICT_TYPE: ("gate",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedStatement:
    """One entry of the kit: who signed it, or in `problem` why that does not count."""

    entry: ProvenEntry
    digest: Digest
    signed_by: tuple[str, ...]
    problem: str
    verified: VerifiedStatement | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedVerdict:
    """One verdict: what it says, what does not hold about it, and what could not be told."""

    index: int
    at: datetime
    digest: Digest
    said: GateVerdict | None
    problems: tuple[str, ...]
    untold: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitAudit:
    """The judgement of a kit."""

    statements: tuple[AuditedStatement, ...]
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


def audit_kit(proven: ProvenKit, chain: TrustChain) -> KitAudit:
    """Judge everything in a proven kit under the versions of the trust root in it.

    Raises:
        ProofError: The kit lacks the list of a policy that a verdict names.
    """
    statements = tuple(_judge(entry, chain) for entry in proven.entries)
    about = {entry.index for entry in proven.about(proven.subject)}
    mine = tuple(one for one in statements if one.entry.index in about)
    verdicts = tuple(
        _audit_verdict(one, mine, statements, chain)
        for one in mine
        if one.entry.claims.predicate_type == VERDICT_TYPE
    )
    return KitAudit(
        statements=statements,
        verdicts=verdicts,
        problems=(
            *(f"entry {one.entry.index}: {one.problem}" for one in statements if one.problem),
            *(f"verdict, entry {v.index}: {problem}" for v in verdicts for problem in v.problems),
            *(f"trust root, {doubt}" for doubt in chain.doubts()),
        ),
        untold=(
            *_untold(mine, verdicts),
            *(f"verdict, entry {v.index}: {u}" for v in verdicts for u in v.untold),
        ),
        not_checked=tuple(_not_checked(statements)),
    )


def _judge(entry: ProvenEntry, chain: TrustChain) -> AuditedStatement:
    """Say who signed an entry, as of its time of record, under the newest trust root."""
    kind = entry.claims.predicate_type
    verified, problem = None, ""
    if kind == TRUST_ROOT_TYPE:  # judged by its owners, where the versions are followed
        found = next((v.signed for v in chain.versions if v.index == entry.index), None)
        signed_by = found.signed_by if found else frozenset[str]()
    else:
        roles = _ROLES.get(kind, tuple(sorted(ROLES)))
        verified = _verified(entry, chain.current, roles)
        signed_by = verified.signed_by if verified else frozenset()
        problem = "" if verified else _why_not(entry, chain, roles)
    return AuditedStatement(
        entry=entry,
        digest=parse_envelope(entry.envelope).digest,
        signed_by=tuple(sorted(signed_by)),
        problem=problem,
        verified=verified,
    )


def _verified(
    entry: ProvenEntry, trusted: TrustRoot, roles: tuple[str, ...]
) -> VerifiedStatement | None:
    """Return the statement of `entry` if a holder of one of `roles` signed it, else None."""
    for role in roles:
        try:
            return parse_envelope(entry.envelope).verify(
                trusted=trusted,
                role=role,
                threshold=1,
                subject=entry.claims.subjects[0],
                predicate_type=entry.claims.predicate_type,
                at=entry.at,
            )
        except RejectedError:  # not signed, or a bundle whose certificate or time does not hold
            continue
    return None


def _why_not(entry: ProvenEntry, chain: TrustChain, roles: tuple[str, ...]) -> str:
    then = _verified(entry, chain.in_force(entry.index), roles)
    why = ""
    if then is not None:
        keys = (
            why_not(chain.current, key, role=then.role, at=then.at) for key in sorted(then.keys)
        )
        why = "; ".join(filter(None, keys))
    return why or f"signed by nobody who was trusted as a {' or '.join(roles)} when it was recorded"


def _audit_verdict(
    one: AuditedStatement,
    mine: tuple[AuditedStatement, ...],
    statements: tuple[AuditedStatement, ...],
    chain: TrustChain,
) -> AuditedVerdict:
    """Check what a verdict names, and make it again."""
    said, problems, untold = None, list[str](), list[str]()
    evidence = [
        other
        for other in mine
        if other.entry.claims.predicate_type in GATE_EVIDENCE
        and other.entry.index < one.entry.index
    ]
    if one.verified is not None:
        try:
            said = parse_verdict(one.verified.payload)
            problems.extend(_named(said, one.entry.index, evidence, chain))
            if not problems:
                _replay(one.verified, said, evidence, statements, untold)
        except RejectedError as error:
            problems.append(error.what)
    return AuditedVerdict(
        index=one.entry.index,
        at=one.entry.at,
        digest=one.digest,
        said=said,
        problems=tuple(problems),
        untold=tuple(untold),
    )


def _named(
    said: GateVerdict, index: int, evidence: list[AuditedStatement], chain: TrustChain
) -> Iterator[str]:
    """Yield what is wrong with what a verdict names."""
    there = {other.digest for other in evidence}
    for digest in sorted(set(said.evidence) - there):
        yield f"names evidence that is not there: {digest}"
    for digest in sorted(there - set(said.evidence)):
        yield f"leaves out evidence that was there: {digest}"
    if said.trust_root != trust_root_digest(chain.in_force(index)):
        yield f"was not made under the trust root in force: {said.trust_root}"


def _replay(
    verified: VerifiedStatement,
    said: GateVerdict,
    evidence: list[AuditedStatement],
    statements: tuple[AuditedStatement, ...],
    untold: list[str],
) -> None:
    """Make the verdict again; what only another version could do is put to `untold`.

    Raises:
        RejectedError: It does not come out the same, or cannot be made from what is there.
    """
    again = recompute_verdict(
        verified.payload,
        evidence=tuple(other.verified for other in evidence if other.verified is not None),
        bundle=_policy(said.policy, statements),
        trust_root=said.trust_root,
    )
    differences = name_differences(verified.payload, again)
    if all(line.startswith(_VERSIONS) for line in differences):
        return
    ours = ((ASSAY, __version__), (ENGINE, engine_version()))
    if said.versions != ours:
        made = " and ".join(" ".join(pair) for pair in said.versions)
        untold.append(f"made by {made}, and comes out otherwise here: {differences[0]}")
        return
    raise RejectedError(f"comes out otherwise: {differences[0]}")


def _policy(digest: Digest, statements: tuple[AuditedStatement, ...]) -> PolicyBundle:
    for one in statements:
        if (
            one.verified is not None
            and one.verified.predicate_type == POLICY_TYPE
            and digest in one.entry.claims.subjects
        ):
            bundle = policy_of(one.verified)
            if bundle.digest == digest:
                return bundle
    raise RejectedError(f"names a policy that is not there: {digest}")


def _untold(
    mine: tuple[AuditedStatement, ...], verdicts: tuple[AuditedVerdict, ...]
) -> Iterator[str]:
    if not mine:
        yield "the log holds nothing about this subject"
    elif not verdicts:
        yield "there is no verdict about this subject"
    for one in mine if verdicts else ():
        is_evidence = one.entry.claims.predicate_type in GATE_EVIDENCE
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
        kind = one.entry.claims.predicate_type
        if kind == VULNS_TYPE:
            yield NotChecked(
                what="advisory data",
                where=f"entry {one.entry.index}",
                why="the advisories that the components were matched with are not in the kit",
                remedy="match again with assay check and the advisories of that time",
            )
        elif kind not in _ROLES and kind != TRUST_ROOT_TYPE:
            yield NotChecked(
                what="statement",
                where=f"entry {one.entry.index}",
                why=f"its type is not known here: {kind!r}; only its signature was checked",
            )
