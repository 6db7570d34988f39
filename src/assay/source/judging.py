"""Who signed a commit or a tag, by the trust root: each kind of signature by its own rules.

Keys come from the trust root alone, with the role `author`; nothing is taken from the repository or
its configuration, nor from the user's keyrings. No program is started: a history is judged in one
pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from assay.core.clock import format_time
from assay.core.errors import RejectedError
from assay.core.verdict import Verdict
from assay.source.commit import Commit, Person, SignatureKind, signed_bytes
from assay.source.pgpsig import PgpSignature, parse_pgp_signature, verify_pgp_signature
from assay.source.signature import (
    CLOCK_SKEW,
    HeadSignature,
    Signed,
    failed,
    judge_key,
    unknown,
)
from assay.source.signers import CommitSigners
from assay.source.sshsig import parse_ssh_signature, verify_ssh_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitTrust:
    """Who may sign commits, and when a log that we trust knew of some; None where nobody says."""

    signers: CommitSigners | None
    recorded: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))


NOBODY = CommitTrust(signers=None)


def check_signature(
    commit: Commit,
    content: bytes,
    *,
    signers: CommitSigners | None,
    recorded: datetime | None,
    at: datetime,
) -> HeadSignature:
    """Tell who signed `commit`, whose object has `content`.

    `recorded` is when a log that we trust knew of it, if one did; `at` is the time of the
    observation. Without `signers` no signature can pass.
    """
    kind = commit.signed_with
    if commit.odd:
        return failed(kind, "a header that Git would not write")
    if kind is SignatureKind.NONE:
        return failed(kind, "unsigned")
    if kind is SignatureKind.OTHER:
        return failed(kind, "the signature is of no known form, or there are several")
    signed = Signed(
        message=signed_bytes(content),
        signature=commit.signature,
        dated=date_of(commit.committer),
        recorded=recorded,
        at=at,
    )
    return judge_signature(kind, signed, signers=signers)


def judge_signature(
    kind: SignatureKind, signed: Signed, *, signers: CommitSigners | None
) -> HeadSignature:
    """Tell who made a signature of a known `kind`."""
    if signers is None:
        return unknown(kind, "no trust root says who may sign")
    if signed.dated is None or signed.dated > signed.at + CLOCK_SKEW:
        return failed(kind, "dated after this observation, or not at all")
    try:
        match kind:
            case SignatureKind.SSH:
                return _judge_ssh(signed, signers)
            case SignatureKind.GPG:
                return _judge_pgp(signed, signers)
            case _:
                from assay.source.gitsign import judge_gitsign  # noqa: PLC0415  # loads all of X.509

                return judge_gitsign(signed, signers)
    except RejectedError as error:
        return failed(kind, error.what)


def date_of(person: Person | None) -> datetime | None:
    """Return the date that a person's line tells, None where it is none."""
    try:
        return datetime.fromtimestamp(person.at, UTC) if person else None
    except (OverflowError, ValueError, OSError):
        return None


def _judge_ssh(signed: Signed, signers: CommitSigners) -> HeadSignature:
    kind = SignatureKind.SSH
    signature = parse_ssh_signature(signed.signature)
    verify_ssh_signature(signature, signed.message)
    found = signers.owner(signature.key.public.spki)
    if found is None:
        reason = f"nobody here has the key {signature.fingerprint}"
        return replace(unknown(kind, reason), key=signature.fingerprint)
    dates = () if signed.dated is None else (signed.dated,)
    verdict, reason = judge_key(found[1].name, signed, signers, dates=dates)
    return HeadSignature(
        kind=kind,
        verdict=verdict,
        reason=reason,
        key=signature.fingerprint,
        principal=found[0].name,
        algorithm=signature.scheme.decode("ascii", "replace"),
    )


def _judge_pgp(signed: Signed, signers: CommitSigners) -> HeadSignature:
    kind = SignatureKind.GPG
    signature = parse_pgp_signature(signed.signature)
    for principal, key in signers.candidates(signature.issuer):
        try:
            verify_pgp_signature(signature, signed.message, spki=key.public.spki)
        except RejectedError:
            continue
        verdict, reason = _judge_pgp_time(signature, key.name, signed, signers)
        return HeadSignature(
            kind=kind,
            verdict=verdict,
            reason=reason,
            key=signature.issuer or key.openpgp or key.name,
            principal=principal.name,
            algorithm=f"{key.public.algorithm} {signature.hashed}",
        )
    if signers.is_known(signature.issuer):
        return failed(kind, "the key that it names did not sign this")
    reason = f"no key here made it; it names {signature.issuer or 'none'}"
    return replace(unknown(kind, reason), key=signature.issuer)


def _judge_pgp_time(
    signature: PgpSignature, name: str, signed: Signed, signers: CommitSigners
) -> tuple[Verdict, str]:
    when = signed.recorded or signed.at
    if signature.expires_at is not None and signature.expires_at <= when:
        return Verdict.FAILED, f"the signature expired at {format_time(signature.expires_at)}"
    if signature.made_at > signed.at + CLOCK_SKEW:
        return Verdict.FAILED, "the signature is dated after this observation"
    dates = (signature.made_at,) if signed.dated is None else (signed.dated, signature.made_at)
    return judge_key(name, signed, signers, dates=dates)
