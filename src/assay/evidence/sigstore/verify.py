"""The verification of a Sigstore bundle, offline, against everything that is expected of it.

The order is that of the client specification, section 4: time, certificate, log entry, signature.

* Keyless: a certificate by a trusted authority for the expected identity, valid at every verified
  time, of which there is at least one; and a log entry.
* A key with a trusted root: the same without the certificate. A log entry is needed.
* A key alone: its signature, and nothing else; the rest is listed as not checked.
"""

from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Final, final

from assay.core.digest import Digest
from assay.core.errors import MalformedError, RejectedError, inside
from assay.core.notchecked import NotChecked
from assay.evidence.dsse import render_pae
from assay.evidence.sigstore.bundle import Bundle, DsseContent, MessageSignature, parse_bundle
from assay.evidence.sigstore.expectation import (
    Blob,
    Claim,
    KeyAlone,
    KeylessSigner,
    Signer,
)
from assay.evidence.sigstore.message import BytesMessage, Message
from assay.evidence.sigstore.protojson import HASH_NAMES
from assay.evidence.sigstore.testimony import Logged, Testimony, VerifiedTime
from assay.evidence.statement import PAYLOAD_TYPE, STATEMENT_TYPES, Subject, parse_statement

_SEAL: Final = object()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBundle:
    """A bundle that passed `verify_bundle`. There is no other way to make one.

    `payload` is exactly the bytes that were signed, empty for a signature on the artifact.
    `times` are in order. `signed_by` names the identity, or the key.
    """

    payload: bytes = field(repr=False)
    predicate_type: str
    subjects: tuple[Subject, ...]
    signed_by: str
    times: tuple[VerifiedTime, ...]
    logged: tuple[Logged, ...]
    not_checked: tuple[NotChecked, ...]
    seal: InitVar[object]  # a plain field would be carried along by dataclasses.replace

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made anywhere else."""
        if seal is not _SEAL:
            raise TypeError("only verify_bundle makes a VerifiedBundle")


def verify_bundle(
    data: bytes, *, expected: Blob | Claim, signer: Signer, at: datetime
) -> VerifiedBundle:
    """Return what the bundle in `data` proves, if it is what the caller expects.

    `at` is now. It judges a log where the bundle itself has no time; a certificate never.

    Raises:
        MalformedError: Not a bundle or a trusted root, or something in it cannot be read.
        ProofError: A log entry is not where it is claimed to be.
        RejectedError: It is about something else, by somebody else, or not all of it holds.
        SignatureInvalidError: A signature does not verify.
        UsageError: The artifact itself is needed, and only a digest is given.
    """
    bundle = parse_bundle(data)
    _check_sort(bundle, signer)
    message = _message(bundle, expected)
    testimony = _testimony(bundle, message, signer, at)
    return _verified(bundle, expected, signer, testimony)


def _testimony(bundle: Bundle, message: Message, signer: Signer, at: datetime) -> Testimony:
    if isinstance(signer, KeyAlone):
        signer.key.verify(message, bundle.content.signature)
        return Testimony(times=(), logged=(), not_checked=_without_root(bundle))
    # Not needed for a key alone, and slow to import: all of X.509.
    from assay.evidence.sigstore.rooted import verify_rooted  # noqa: PLC0415  # see above

    return verify_rooted(bundle, message=message, signer=signer, at=at)


def _check_sort(bundle: Bundle, signer: Signer) -> None:
    """Refuse a key where an identity is expected, and the reverse."""
    if isinstance(signer, KeylessSigner):
        if not bundle.certificates:
            raise RejectedError(
                "signed with a key, where a certificate is expected", hint="expect it with --key"
            )
    elif bundle.certificates:
        raise RejectedError(
            "signed with a certificate, where a key is expected",
            hint="expect it with --identity and --issuer",
        )


def _message(bundle: Bundle, expected: Blob | Claim) -> Message:
    """Return what the signature is on, if the bundle is of the expected sort."""
    match bundle.content, expected:
        case MessageSignature() as content, Blob(artifact=artifact):
            _check_hint(content, artifact)
            return artifact
        case DsseContent() as content, Claim():
            if content.payload_type != PAYLOAD_TYPE:
                raise MalformedError(
                    f"payload type {content.payload_type!r}, where {PAYLOAD_TYPE!r} is needed",
                    where="dsseEnvelope.payloadType",
                )
            return BytesMessage(data=render_pae(content.payload_type, content.payload))
        case MessageSignature(), _:
            raise RejectedError("a signature on an artifact, where a statement is expected")
        case _:
            raise RejectedError(
                "a statement about an artifact, where a signature on it is expected",
                hint="expect it with --type",
            )


def _check_hint(content: MessageSignature, artifact: Message) -> None:
    """Refuse a bundle that says it is for another artifact; nobody signed what it says here."""
    if not content.digest_algorithm:
        return
    name = HASH_NAMES.get(content.digest_algorithm)
    if name is None:
        raise MalformedError(
            f"a digest of {content.digest_algorithm!r}",
            where="messageSignature.messageDigest.algorithm",
        )
    if artifact.digest(name) != content.digest:
        raise RejectedError(
            "the bundle is for another artifact", where="messageSignature.messageDigest"
        )


def _verified(
    bundle: Bundle, expected: Blob | Claim, signer: Signer, testimony: Testimony
) -> VerifiedBundle:
    payload, subjects = b"", tuple[Subject, ...]()
    if isinstance(bundle.content, DsseContent) and isinstance(expected, Claim):
        payload, subjects = bundle.content.payload, _subjects(bundle.content.payload, expected)
    return VerifiedBundle(
        payload=payload,
        predicate_type=expected.predicate_type if isinstance(expected, Claim) else "",
        subjects=subjects,
        signed_by=_name(signer),
        times=testimony.times,
        logged=testimony.logged,
        not_checked=testimony.not_checked,
        seal=_SEAL,
    )


def _subjects(payload: bytes, expected: Claim) -> tuple[Subject, ...]:
    """Return the subjects of the statement, which must be of the type and about the artifact."""
    with inside("payload"):
        statement = parse_statement(payload, types=STATEMENT_TYPES)
        if statement.predicate_type != expected.predicate_type:
            raise RejectedError(
                f"a statement of type {statement.predicate_type!r}, "
                f"where {expected.predicate_type!r} is asked for",
                where="predicateType",
            )
        if not any(_is_about(s.digest, expected.artifact) for s in statement.subjects):
            raise RejectedError("the statement is not about the artifact", where="subject")
    return statement.subjects


def _is_about(digest: Digest, artifact: Message) -> bool:
    """Tell whether a digest is the artifact's; a file has none of Git's."""
    return artifact.has(digest.algorithm) and artifact.digest(digest.algorithm) == digest.raw


def _name(signer: Signer) -> str:
    if isinstance(signer, KeylessSigner):
        return str(signer.identity)
    return f"the key {signer.key.key_id}"


def _without_root(bundle: Bundle) -> tuple[NotChecked, ...]:
    why = "only the signature of the key was asked about"
    if bundle.entries or bundle.timestamps:
        why += f"; {len(bundle.entries)} log entries and {len(bundle.timestamps)} timestamps unread"
    return (
        NotChecked(
            what="time and log of the signature",
            where="verificationMaterial",
            why=why,
            remedy="give --trusted-root",
        ),
    )
