"""The verdicts of a proven kit: does each name all that there was, come out again, and stand? Pure.

* A verdict must name every piece of evidence about its subject that was recorded before it: what
  counted then as evidence, what did not any more as `voided`. Nothing else may be in either.
* It is made again from what counted under the trust root of its time, to the same bytes.
* It falls when its signature, or that of any evidence it was made from, does not count under the
  newest trust root. A fallen verdict must be withdrawn by a later one that counts, which
  `assay log reverify --record` makes; else nobody may read it as an answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from assay import __version__
from assay.core.digest import Digest
from assay.core.errors import RejectedError
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.trustchain import TrustChain
from assay.gates.reading import VERDICT_TYPE
from assay.gates.replay import name_differences, recompute_verdict
from assay.gates.request import ASSAY, ENGINE
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_verdict
from assay.operations.evidence import GATE_EVIDENCE
from assay.operations.kitstatements import AuditedStatement, counted_under
from assay.operations.material import POLICY_TYPE, policy_of
from assay.policy.bundle import PolicyBundle
from assay.policy.engine import engine_version
from assay.signing.trust import trust_root_digest

_VERSIONS: Final = "predicate.verifier.version."


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedVerdict:
    """One verdict: what it says, what does not hold about it, and what could not be told.

    `fallen` says why it does not stand any more; then `withdrawn_by` is the entry of the verdict
    that takes its place, None where there is none.
    """

    index: int
    at: datetime
    digest: Digest
    said: GateVerdict | None
    signed_by: tuple[str, ...]
    problems: tuple[str, ...]
    untold: tuple[str, ...]
    fallen: tuple[str, ...]
    withdrawn_by: int | None = None

    @property
    def stands(self) -> bool:
        """Tell whether it may be read as an answer."""
        holds = self.said is not None and not self.problems
        return holds and not self.fallen and self.withdrawn_by is None

    @property
    def replayed(self) -> bool:
        """Tell whether it was made again, to the same bytes."""
        return not (self.said is None or self.problems or self.untold)


def audit_verdicts(
    mine: tuple[AuditedStatement, ...],
    statements: tuple[AuditedStatement, ...],
    chain: TrustChain,
) -> tuple[AuditedVerdict, ...]:
    """Judge every verdict among `mine`, the statements about the subject, oldest first."""
    judged = [(one, _judge(one, mine, statements, chain)) for one in mine if _is_verdict(one)]
    counting = [verdict for one, verdict in judged if one.counting is not None and verdict.said]
    return tuple(replace(v, withdrawn_by=_withdrawn_by(v, counting)) for _, v in judged)


def _is_verdict(one: AuditedStatement) -> bool:
    return one.kind == VERDICT_TYPE


def _withdrawn_by(verdict: AuditedVerdict, counting: list[AuditedVerdict]) -> int | None:
    """Return the first later entry by which a gate whose word counts withdrew `verdict`."""
    return next(
        (
            other.index
            for other in counting
            if other.index > verdict.index
            and other.said is not None
            and verdict.digest in {item.verdict for item in other.said.withdraws}
        ),
        None,
    )


def _judge(
    one: AuditedStatement,
    mine: tuple[AuditedStatement, ...],
    statements: tuple[AuditedStatement, ...],
    chain: TrustChain,
) -> AuditedVerdict:
    """Check what a verdict names, make it again, and say whether its signatures still count."""
    said, problems, untold = None, list[str](), list[str]()
    evidence = [
        other
        for other in mine
        if other.kind in GATE_EVIDENCE and other.entry.index < one.entry.index
    ]
    if one.verified is not None:
        try:
            said = parse_verdict(one.verified.payload)
            counted = _counted(evidence, chain, one.entry.index)
            problems.extend(_named(said, one.entry.index, evidence, counted, chain))
            if not problems:
                _replay(one.verified, said, tuple(counted.values()), statements, untold)
        except RejectedError as error:
            problems.append(error.what)
    return AuditedVerdict(
        index=one.entry.index,
        at=one.entry.at,
        digest=one.digest,
        said=said,
        signed_by=one.signed_by,
        problems=tuple(problems),
        untold=tuple(untold),
        fallen=tuple(_fallen(one, said, evidence)),
    )


def _counted(
    evidence: list[AuditedStatement], chain: TrustChain, index: int
) -> dict[Digest, VerifiedStatement]:
    """Return what counted as evidence when entry `index` was recorded."""
    root = chain.in_force(index)
    found = (
        other.counting if root is chain.current else counted_under(other, root)
        for other in evidence
    )
    return {statement.digest: statement for statement in found if statement is not None}


def _named(
    said: GateVerdict,
    index: int,
    evidence: list[AuditedStatement],
    counted: dict[Digest, VerifiedStatement],
    chain: TrustChain,
) -> Iterator[str]:
    """Yield what is wrong with what a verdict names."""
    there = {other.digest for other in evidence}
    named, voided = set(said.evidence), set(said.voided)
    for digest in sorted((named | voided) - there):
        yield f"names evidence that is not there: {digest}"
    for digest in sorted(there - named - voided):
        yield f"leaves out evidence that was there: {digest}"
    for digest in sorted(voided & counted.keys()):
        yield f"calls evidence void that counted: {digest}"
    for digest in sorted((named & there) - counted.keys()):
        yield f"names evidence that did not count: {digest}"
    if said.trust_root != trust_root_digest(chain.in_force(index)):
        yield f"was not made under the trust root in force: {said.trust_root}"


def _fallen(
    one: AuditedStatement, said: GateVerdict | None, evidence: list[AuditedStatement]
) -> Iterator[str]:
    """Yield why a verdict does not stand any more: by its own signature, or by its evidence."""
    if one.fallen:
        yield f"the verdict: {one.fallen}"
    named = set(said.evidence) if said else set[Digest]()
    for other in evidence:
        if other.fallen and other.digest in named:
            yield f"evidence, entry {other.entry.index}: {other.fallen}"


def _replay(
    verified: VerifiedStatement,
    said: GateVerdict,
    counted: tuple[VerifiedStatement, ...],
    statements: tuple[AuditedStatement, ...],
    untold: list[str],
) -> None:
    """Make the verdict again; what only another version could do is put to `untold`.

    Raises:
        RejectedError: It does not come out the same, or cannot be made from what is there.
    """
    again = recompute_verdict(
        verified.payload,
        evidence=counted,
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
    """Return a policy; its digest says that it is the right one, whatever became of its key."""
    for one in statements:
        if (
            one.verified is not None
            and one.kind == POLICY_TYPE
            and digest in one.entry.claims.subjects
        ):
            bundle = policy_of(one.verified)
            if bundle.digest == digest:
                return bundle
    raise RejectedError(f"names a policy that is not there: {digest}")
