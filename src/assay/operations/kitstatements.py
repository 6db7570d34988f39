"""The statements of a proven kit: who signed each, in which role, and whether that counts. Pure.

Every statement is judged as of its time of record. Under the newest trust root it counts or it does
not; one that does not, and did under the version in force when it was recorded, fell since: a key
was revoked. One that never counted is a fault of the log that holds it.
"""

from dataclasses import dataclass, field
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import RejectedError
from assay.evidence.envelope import VerifiedStatement, parse_envelope
from assay.evidence.kit.proof import ProvenEntry
from assay.evidence.trustchain import TRUST_ROOT_TYPE, TrustChain
from assay.gates.reading import COLLECTOR, LOG_CHECK_TYPE, VERDICT_TYPE, role_for
from assay.gates.reliance import why_behind_fallen
from assay.operations.evidence import GATE_EVIDENCE
from assay.operations.material import POLICY_TYPE
from assay.signing.standing import why_not
from assay.signing.trust import OWNER, ROLES, TrustRoot

KNOWN_ROLES: Final = {
    **{kind: (role_for(kind),) for kind in GATE_EVIDENCE},
    LOG_CHECK_TYPE: (COLLECTOR,),
    POLICY_TYPE: ("gate",),
    VERDICT_TYPE: ("gate",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedStatement:
    """One entry of the kit, who signed it as what, and why that does not count, if it does not.

    `problem` says why it never counted, `fallen` why it does not any more. `verified` is the
    statement under the newest trust root; of a fallen one, under the version of its time.
    """

    entry: ProvenEntry
    digest: Digest
    signed_by: tuple[str, ...]
    role: str
    problem: str
    fallen: str
    verified: VerifiedStatement | None = field(repr=False)

    @property
    def kind(self) -> str:
        """Return its predicate type."""
        return self.entry.claims.predicate_type

    @property
    def counting(self) -> VerifiedStatement | None:
        """Return the statement if it counts under the newest trust root."""
        return None if self.fallen else self.verified


def judge_entry(entry: ProvenEntry, chain: TrustChain) -> AuditedStatement:
    """Say who signed an entry, as of its time of record, and whether that still counts."""
    if entry.claims.predicate_type == TRUST_ROOT_TYPE:
        return _change(entry, chain)
    roles = KNOWN_ROLES.get(entry.claims.predicate_type, tuple(sorted(ROLES)))
    verified, fallen, problem = verify_entry(entry, chain.current, roles=roles), "", ""
    if verified is None:
        verified = verify_entry(entry, chain.in_force(entry.index), roles=roles)
        if verified is None:
            signer = " or ".join(roles)
            problem = f"signed by nobody who was trusted as a {signer} when it was recorded"
        else:
            fallen = _why_fallen(verified, chain.current)
    elif behind := why_behind_fallen(verified, chain.current):
        fallen = "; ".join(behind)
    return AuditedStatement(
        entry=entry,
        digest=sha256_of(entry.envelope),
        signed_by=tuple(sorted(verified.signed_by)) if verified else (),
        role=verified.role if verified else "",
        problem=problem,
        fallen=fallen,
        verified=verified,
    )


def counted_under(one: AuditedStatement, root: TrustRoot) -> VerifiedStatement | None:
    """Return a piece of evidence if it counts under the version `root`, as of its time of record.

    A verdict is made again from what counted under the trust root of its time: another version may
    know more of the keys that signed.
    """
    found = verify_entry(one.entry, root, roles=KNOWN_ROLES[one.kind])
    return None if found is None or why_behind_fallen(found, root) else found


def verify_entry(
    entry: ProvenEntry, trusted: TrustRoot, *, roles: tuple[str, ...]
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


def _change(entry: ProvenEntry, chain: TrustChain) -> AuditedStatement:
    """Describe a version of the trust root; its owners were asked where versions are followed."""
    found = next((v.signed for v in chain.versions if v.index == entry.index), None)
    return AuditedStatement(
        entry=entry,
        digest=sha256_of(entry.envelope),
        signed_by=tuple(sorted(found.signed_by)) if found else (),
        role=OWNER if found else "",
        problem="",
        fallen="",
        verified=None,
    )


def _why_fallen(then: VerifiedStatement, current: TrustRoot) -> str:
    reasons = (why_not(current, key, role=then.role, at=then.at) for key in sorted(then.keys))
    return "; ".join(filter(None, reasons)) or "it does not hold under the newest trust root"
