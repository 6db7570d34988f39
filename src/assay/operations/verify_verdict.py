"""`assay verify`: a saved verdict against a trust root; no repository, log or network needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assay.core.clock import ALLOWED_SKEW, Clock, format_time
from assay.core.errors import RejectedError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict, all_of
from assay.evidence.checkpoints.checkpoint import verify_cosigned, verify_time
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.envelope import parse_envelope
from assay.evidence.leaf import leaf_of
from assay.evidence.tiles.tlogproof import TlogProof, parse_tlog_proof, verify_tlog_proof
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import PREDICATE_TYPE, parse_verdict
from assay.operations.savedverdict import load_verdict, named_digest
from assay.operations.trustfile import load_trust_file, witness_keys
from assay.signing.notekey import NoteKey, parse_note_key
from assay.signing.standing import why_not
from assay.signing.trust import Revocation, RevocationReason, TrustRoot, trust_root_digest
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictVerified:
    """What was verified: the verdict, who signed it, and where in which log it is.

    `verdict` is what the gate said, and UNKNOWN where that is PASSED and fewer witnesses have seen
    it than the trust root asks for.
    """

    verdict: Verdict
    subject: str
    stage: str
    decided_at: str
    signed_by: tuple[str, ...]
    policy: str
    origin: str
    index: int
    log_size: int
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "subject": self.subject,
            "stage": self.stage,
            "decidedAt": self.decided_at,
            "signedBy": list(self.signed_by),
            "policy": self.policy,
            "log": {"origin": self.origin, "index": self.index, "size": self.log_size},
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def verify_verdict(
    path: Path, *, subject: str, trust_file: Path, stage: str, clock: Clock = now
) -> VerdictVerified:
    """Verify the saved verdict in `path`: signature, role, subject, stage, and place in the log.

    The time that it is judged as of is that of the checkpoint in its proof. The verdict was in the
    log by then, so what is revoked since a later time does not concern it. It may have been
    recorded earlier than that: a revocation in between refuses it, although it need not.

    Raises:
        UsageError: A file is not there, `subject` is no digest, or the trust root has expired.
        RejectedError: Anything about the verdict is not what was asked for, or it fell: a key that
            it, or what it was made from, rests on is revoked.
    """
    about, at = named_digest(subject), clock()
    saved, trust = load_verdict(path), load_trust_file(trust_file)
    if trust.expires is not None and trust.expires <= at:
        raise UsageError(
            f"the trust root expired on {format_time(trust.expires)}",
            where=str(trust_file),
            hint="get the newest one from the owners",
        )
    proof = parse_tlog_proof(saved.proof)
    log_key = _log_key(trust, proof)
    checkpoint = verify_tlog_proof(proof, entry=leaf_of(saved.envelope), log_key=log_key)
    gaps = tuple(_unwitnessed(proof, trust, path))
    verified = parse_envelope(saved.envelope).verify(
        trusted=trust,
        role="gate",
        threshold=1,
        subject=about,
        predicate_type=PREDICATE_TYPE,
        at=_recorded_by(proof, log_key, at),
    )
    verdict = parse_verdict(verified.payload)
    _check_content(verdict, trust, stage=stage)
    return VerdictVerified(
        verdict=all_of((verdict.decision.verdict, *(Verdict.UNKNOWN for _ in gaps))),
        subject=str(about),
        stage=stage,
        decided_at=format_time(verdict.at),
        signed_by=tuple(sorted(verified.signed_by)),
        policy=str(verdict.policy),
        origin=checkpoint.origin,
        index=proof.index,
        log_size=checkpoint.size,
        not_checked=(*verdict.decision.not_checked, *gaps),
    )


def _log_key(trust: TrustRoot, proof: TlogProof) -> NoteKey:
    """Return the key of the log that its checkpoint in the proof has to be signed with.

    A proof that was made before the log changed its key counts as long as nobody else has the old
    one, and only with a date from before the change.

    Raises:
        RejectedError: Only a key signed it that is revoked.
    """
    note, current = parse_note(proof.checkpoint), parse_note_key(trust.log_key)
    if note.by(current):
        return current
    for one in trust.earlier_log_keys:
        if note.by(key := parse_note_key(one.key)):
            if why := _why_revoked(one.revoked, verify_time(proof.checkpoint, log_key=key)):
                raise RejectedError(
                    f"the key of the log that signed the checkpoint is {why}",
                    where="checkpoint",
                    hint="where the log is: assay log renew writes the proof again",
                )
            return key
    return current


def _why_revoked(revoked: Revocation, at: datetime) -> str:
    """Say why what was signed, with the date `at`, does not count; empty where it does."""
    if revoked.reason is RevocationReason.COMPROMISED:  # whoever has the key writes any date
        return "revoked as compromised"
    return f"retired since {format_time(revoked.since)}" if revoked.since <= at else ""


def _recorded_by(proof: TlogProof, log_key: NoteKey, at: datetime) -> datetime:
    """Return the time by which the log held the entry."""
    recorded = verify_time(proof.checkpoint, log_key=log_key)
    if recorded > at + ALLOWED_SKEW:
        raise RejectedError(
            f"recorded at {format_time(recorded)}, which is after now: {format_time(at)}",
            where="checkpoint",
            hint="one of the two clocks is wrong",
        )
    return recorded


def _unwitnessed(proof: TlogProof, trust: TrustRoot, path: Path) -> Iterator[NotChecked]:
    """Yield what is open where fewer witnesses cosigned than the trust root asks for.

    Raises:
        SignatureInvalidError: A cosignature of a known witness does not verify.
    """
    cosigned = verify_cosigned(proof.checkpoint, witnesses=witness_keys(trust), quorum=0)
    if len(cosigned) < trust.quorum:
        yield NotChecked(
            what="cosignatures",
            where="checkpoint",
            why=f"{len(cosigned)} known witnesses cosigned, where the trust root asks for "
            f"{trust.quorum}: the log may show others another history",
            remedy=f"where the log is: assay log cosign, then assay log renew {path}",
        )


def _check_content(verdict: GateVerdict, trust: TrustRoot, *, stage: str) -> None:
    """Refuse a verdict of another gate, made under another trust, or that has fallen."""
    if verdict.decision.stage != stage:
        raise RejectedError(
            f"a verdict of the gate {verdict.decision.stage!r}, where {stage!r} is asked for",
            where="assay_verdict.stage",
        )
    if verdict.trust_root not in {*trust.history, trust_root_digest(trust)}:
        raise RejectedError(
            "the verdict was made under another trust root, or a newer version",
            where="assay_verdict.trustRoot",
            hint="get the newest one from the owners, or decide again",
        )
    if not {item.statement for item in verdict.relies_on} >= set(verdict.evidence):
        raise RejectedError(
            "the verdict does not say who signed the evidence", where="assay_verdict.reliesOn"
        )
    for item in verdict.relies_on:
        why = [why_not(trust, key, role=item.role, at=item.at) for key in item.keys]
        if all(why):  # also where it names no key
            raise RejectedError(
                f"the verdict fell with statement {item.statement}: "
                f"{'; '.join(why) or 'nobody signed it'}",
                where="assay_verdict.reliesOn",
                hint="decide again, from evidence that counts",
            )
