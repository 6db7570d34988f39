"""Statements in envelopes, and the only way from bytes to a claim that may be believed.

An `Envelope` has no accessor for what it says. `Envelope.verify` asks for every expectation
(who, in which role, how many of them, about what, of which type, at what time) and returns a
`VerifiedStatement`, which nothing else can make.

An envelope is DSSE by itself, or DSSE in a Sigstore bundle, which has one signature: by a key, or
by an OIDC identity that the trust root gives to a principal; or both, under one statement.
"""

from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import RejectedError, SignatureInvalidError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.dsse import (
    DsseEnvelope,
    parse_dsse,
    parse_unsigned,
    render_unsigned,
    sign_dsse,
)
from assay.evidence.statement import (
    MAX_STATEMENT_BYTES,
    PAYLOAD_TYPE,
    STATEMENT_TYPES,
    Statement,
    Subject,
    parse_statement,
    render_statement,
)
from assay.signing.keys import Signer
from assay.signing.trust import TrustRoot

if TYPE_CHECKING:
    from assay.evidence.joined import JoinedEnvelope
    from assay.evidence.sigstore.entry import BundleEnvelope

_SEAL: Final = object()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedStatement:
    """A statement that passed `Envelope.verify`. There is no other way to make one.

    `payload` is exactly the bytes that were signed, `envelope` the bytes that held them, and
    `digest` the SHA-256 of `envelope`: its name in the log and in every verdict.
    """

    envelope: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    digest: Digest
    subjects: tuple[Subject, ...]
    predicate_type: str
    signed_by: frozenset[str]  # names of principals
    keys: frozenset[str]  # ids of the keys by which they signed
    role: str  # the one that was asked about; whoever wants another one must ask again
    at: datetime  # the time as of which it was verified: that of its record, where it has one
    trusted: TrustRoot = field(repr=False, compare=False)  # by which, and for `as_of` again
    threshold: int
    seal: InitVar[object]  # a plain field would be carried along by dataclasses.replace

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made anywhere else."""
        if seal is not _SEAL:
            raise TypeError("only Envelope.verify makes a VerifiedStatement")

    def as_of(self, at: datetime) -> "VerifiedStatement":
        """Return this statement verified again as of `at`, with the same expectations.

        Raises:
            RejectedError: It does not count then.
        """
        return parse_envelope(self.envelope).verify(
            trusted=self.trusted,
            role=self.role,
            threshold=self.threshold,
            subject=self.subjects[0].digest,
            predicate_type=self.predicate_type,
            at=at,
        )

    def predicate(self) -> JsonValue:
        """Return the predicate, parsed afresh: what one caller does to it no other one sees."""
        document = JsonValue(parse_json(self.payload, max_bytes=MAX_STATEMENT_BYTES))
        return document.optional("predicate") or JsonValue({}, "predicate")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignStatement:
    """What `Envelope.verify_foreign` returns: the predicate, who signed it, and by which keys."""

    predicate: dict[str, object] = field(repr=False)
    signed_by: frozenset[str]
    keys: frozenset[str]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made anywhere else."""
        if seal is not _SEAL:
            raise TypeError("only Envelope.verify_foreign makes a ForeignStatement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A DSSE envelope or a Sigstore bundle that should hold a statement; unread until verified."""

    _data: bytes = field(repr=False)
    _signed: "DsseEnvelope | BundleEnvelope | JoinedEnvelope" = field(repr=False)

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the bytes of this envelope."""
        return sha256_of(self._data)

    def verify(
        self,
        *,
        trusted: TrustRoot,
        role: str,
        threshold: int,
        subject: Digest,
        predicate_type: str,
        at: datetime,
    ) -> VerifiedStatement:
        """Return the statement if it is what the caller expects, from whom it expects it.

        At least `threshold` principals that hold `role` at the time `at` must have signed; the
        statement must be of `predicate_type` and about `subject`. The signatures are checked
        before a byte of the statement is parsed. `at` is the time of record for what is in the
        log; what is not there has none, and is verified with `trusted.undated()` and the time now.

        Raises:
            UsageError: A threshold below 1.
            SignatureInvalidError: Too few principals signed.
            MalformedError: Another payload type, or the payload is no statement.
            RejectedError: A statement of another type, or about something else.
        """
        if threshold < 1:
            raise UsageError(f"a threshold of {threshold}", hint="at least 1")
        payload, signed_by, keys = self._verify_signatures(trusted, role, threshold, at)
        if len(signed_by) < threshold:
            raise SignatureInvalidError(
                f"{len(signed_by)} trusted principals signed, {threshold} needed",
                where="signatures",
            )
        statement = self._expected(payload, subject=subject, predicate_type=predicate_type)
        return VerifiedStatement(
            envelope=self._data,
            payload=payload,
            digest=self.digest,
            subjects=statement.subjects,
            predicate_type=statement.predicate_type,
            signed_by=signed_by,
            keys=keys,
            role=role,
            at=at,
            trusted=trusted,
            threshold=threshold,
            seal=_SEAL,
        )

    def verify_foreign(
        self, *, trusted: TrustRoot, role: str, predicate_types: frozenset[str], at: datetime
    ) -> "ForeignStatement":
        """Return a statement that others signed, to be kept inside one of ours.

        What it is about is for whoever reads it to compare; it is of one of `predicate_types`, in
        any version of in-toto's statements that others make. `at` as in `verify`.

        Raises:
            SignatureInvalidError: No principal that holds `role` at the time `at` signed.
            MalformedError: Another payload type, or the payload is no statement.
            RejectedError: A statement of another type.
        """
        payload, signed_by, keys = self._verify_signatures(trusted, role, 1, at)
        with inside("payload"):
            statement = parse_statement(payload, types=STATEMENT_TYPES)
            if statement.predicate_type not in predicate_types:
                raise RejectedError(
                    f"a statement of type {statement.predicate_type!r}", where="predicateType"
                )
        return ForeignStatement(
            predicate=dict(statement.predicate), signed_by=signed_by, keys=keys, seal=_SEAL
        )

    def _verify_signatures(
        self, trusted: TrustRoot, role: str, threshold: int, at: datetime
    ) -> tuple[bytes, frozenset[str], frozenset[str]]:
        """Return the payload, the principals that signed it, and the keys by which they did."""
        if not isinstance(self._signed, DsseEnvelope):
            found = self._signed.verify(
                trusted=trusted, role=role, payload_type=PAYLOAD_TYPE, at=at
            )
            return found.payload, found.signed_by, found.keys
        holders = trusted.holders(role, at=at)
        verified = self._signed.verify(
            keys=tuple(key for principal in holders for key in principal.keys),
            threshold=threshold,
            payload_types=frozenset({PAYLOAD_TYPE}),
        )
        signed_by = frozenset(
            p.name for p in holders if any(key.key_id in verified.signed_by for key in p.keys)
        )
        return verified.payload, signed_by, verified.signed_by

    @staticmethod
    def _expected(payload: bytes, *, subject: Digest, predicate_type: str) -> Statement:
        with inside("payload"):
            statement = parse_statement(payload)
            if statement.predicate_type != predicate_type:
                raise RejectedError(
                    f"a statement of type {statement.predicate_type!r}, "
                    f"where {predicate_type!r} is asked for",
                    where="predicateType",
                )
            if subject not in {s.digest for s in statement.subjects}:
                raise RejectedError(f"the statement is not about {subject}", where="subject")
        return statement


def seal_statement(statement: Statement, *, signers: tuple[Signer, ...]) -> bytes:
    """Return the envelope around `statement`, as canonical JSON.

    Raises:
        UsageError: No signers.
    """
    return sign_dsse(render_statement(statement), payload_type=PAYLOAD_TYPE, signers=signers)


def draft_statement(statement: Statement) -> bytes:
    """Return an envelope around `statement` without a signature; `dsse.add_signature` adds them."""
    return render_unsigned(render_statement(statement), payload_type=PAYLOAD_TYPE)


def parse_draft(data: bytes) -> Statement:
    """Return what an envelope asks its next signer to sign. Whoever signed it so far is not told.

    Raises:
        MalformedError: Not an envelope of the in-toto type, or it holds no statement.
    """
    return parse_statement(parse_unsigned(data, payload_type=PAYLOAD_TYPE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an envelope says that it is about. Unverified: it decides where to file, and no more."""

    subjects: tuple[Digest, ...]
    predicate_type: str


def parse_claims(data: bytes) -> Claims:
    """Return under what an envelope is filed; nothing else of it can be had without `verify`.

    Raises:
        MalformedError: Not an envelope of the in-toto type, or it holds no statement.
    """
    signed = _parse_signed(data)
    content = signed if isinstance(signed, DsseEnvelope) else signed._content  # noqa: SLF001  # the one place
    payload = content._payload if isinstance(content, DsseEnvelope) else content.payload  # noqa: SLF001  # see above
    statement = parse_statement(payload)
    return Claims(
        subjects=tuple(s.digest for s in statement.subjects),
        predicate_type=statement.predicate_type,
    )


def parse_envelope(data: bytes) -> Envelope:
    """Read an envelope; what it says stays closed until `Envelope.verify`.

    Raises:
        MalformedError: Neither a DSSE envelope nor a Sigstore bundle with one.
    """
    return Envelope(_data=data, _signed=_parse_signed(data))


def is_bundle(data: bytes) -> bool:
    """Tell a Sigstore bundle from DSSE: only it has this member; no base64 looks like it."""
    return b'"mediaType"' in data


def _parse_signed(data: bytes) -> "DsseEnvelope | BundleEnvelope | JoinedEnvelope":
    """Read one of the three forms."""
    if not is_bundle(data):
        return parse_dsse(data)
    if b'"bundles"' in data:
        from assay.evidence.joined import parse_joined  # noqa: PLC0415  # see below

        return parse_joined(data)
    from assay.evidence.sigstore.entry import (  # noqa: PLC0415  # most logs have no bundle
        parse_bundle_envelope,
    )

    return parse_bundle_envelope(data)
