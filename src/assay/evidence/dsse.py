"""DSSE envelopes (Dead Simple Signing Envelope v1): signed bytes together with their type.

* Signatures cover the payload *and* its type (PAE); lengths count bytes.
* The payload leaves this module only after the threshold was met; nothing parses it before.
* A threshold counts distinct keys. A signature by nobody known neither passes nor vetoes.
* A key id says which key to try first. It is not signed, so it decides nothing.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError, SignatureInvalidError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.evidence.exactbase64 import decode_either_base64
from assay.signing.keys import PublicKey, Signer, is_signed

MAX_ENVELOPE_BYTES: Final = 48 * 2**20  # the largest statement in base64, and its signatures
MAX_SIGNATURES: Final = 64  # each may be tried with each trusted key; bounds that work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """A signature, and the hint at its key."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPayload:
    """Bytes that enough distinct trusted keys signed under this type."""

    payload: bytes = field(repr=False)
    payload_type: str
    signed_by: frozenset[str]  # key ids


@dataclass(frozen=True, slots=True, kw_only=True)
class DsseEnvelope:
    """An envelope, unread: there is no way to its payload but `verify`."""

    _payload: bytes = field(repr=False)
    _payload_type: str
    _signatures: tuple[_Signature, ...] = field(repr=False)

    def verify(
        self, *, keys: Sequence[PublicKey], threshold: int, payload_types: frozenset[str]
    ) -> VerifiedPayload:
        """Return the payload if at least `threshold` distinct keys of `keys` signed it.

        Implements the DSSE protocol, "Verifying with (t, n) threshold"; `payload_types` are the
        supported types of its last step, and the check comes first because it is the cheapest.

        Raises:
            UsageError: A threshold below 1.
            RejectedError: The payload's type is none of `payload_types`.
            SignatureInvalidError: Too few keys signed.
        """
        if threshold < 1:
            raise UsageError(f"a threshold of {threshold}", hint="at least 1")
        if self._payload_type not in payload_types:
            raise MalformedError(
                f"payload type {self._payload_type!r}, where {_listed(payload_types)} is needed",
                where="payloadType",
            )
        signed_by = self._signers(keys)
        if len(signed_by) < threshold:
            raise SignatureInvalidError(
                f"{len(signed_by)} trusted keys signed, {threshold} needed", where="signatures"
            )
        return VerifiedPayload(
            payload=self._payload, payload_type=self._payload_type, signed_by=signed_by
        )

    def _signers(self, keys: Sequence[PublicKey]) -> frozenset[str]:
        """Return the ids of those `keys` that signed; every signature is tried with every key."""
        message = render_pae(self._payload_type, self._payload)
        found = set[str]()
        for signature in self._signatures:
            hinted_first = sorted(keys, key=lambda key: key.key_id != signature.key_id)
            for key in hinted_first:
                if key.key_id not in found and is_signed(key, message, signature.value):
                    found.add(key.key_id)
                    break
        return frozenset(found)


def signature_by(key: PublicKey, data: bytes) -> tuple[VerifiedPayload, bytes]:
    """Return what `key` signed in the envelope `data`, and its signature alone.

    Raises:
        MalformedError: Not an envelope.
        SignatureInvalidError: `key` did not sign it.
    """
    envelope = parse_dsse(data)
    payload, kind = envelope._payload, envelope._payload_type  # noqa: SLF001  # the same module
    message = render_pae(kind, payload)
    for signature in envelope._signatures:  # noqa: SLF001
        if is_signed(key, message, signature.value):
            signed_by = frozenset({key.key_id})
            verified = VerifiedPayload(payload=payload, payload_type=kind, signed_by=signed_by)
            return verified, signature.value
    raise SignatureInvalidError(f"not signed by the key {key.key_id[:16]}", where="signatures")


def render_pae(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that a signature covers (DSSE protocol, "PAE"): lengths are of bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_dsse(payload: bytes, *, payload_type: str, signers: Sequence[Signer]) -> bytes:
    """Return the envelope as canonical JSON, signatures in the order of `signers`.

    Raises:
        UsageError: No signers.
    """
    if not signers:
        raise UsageError("an envelope without a signer")
    message = render_pae(payload_type, payload)
    signatures = tuple(
        _Signature(key_id=signer.public.key_id, value=signer.sign(message)) for signer in signers
    )
    return _render(payload, payload_type, signatures)


def render_unsigned(payload: bytes, *, payload_type: str) -> bytes:
    """Return an envelope that nobody has signed yet; only `add_signature` goes on with it."""
    return _render(payload, payload_type, ())


def add_signature(data: bytes, *, signer: Signer) -> bytes:
    """Return the envelope with one more signature, as canonical JSON; for several who sign in turn.

    The other signatures stay as they are, whoever made them. Where this key has signed already,
    nothing is added.

    Raises:
        MalformedError: Not an envelope, or it has `MAX_SIGNATURES` already.
    """
    envelope = _parse(data, at_least=0, at_most=MAX_SIGNATURES - 1)
    payload, kind = envelope._payload, envelope._payload_type  # noqa: SLF001  # the same module
    signatures = envelope._signatures  # noqa: SLF001
    if not envelope._signers((signer.public,)):  # noqa: SLF001
        new = signer.sign(render_pae(kind, payload))
        signatures = (*signatures, _Signature(key_id=signer.public.key_id, value=new))
    return _render(payload, kind, signatures)


def parse_dsse(data: bytes, *, at_least: int = 1) -> DsseEnvelope:
    """Read an envelope; members that DSSE does not name are ignored, as it asks.

    `at_least` is 0 where others may have signed besides: `assay.evidence.joined`.

    Raises:
        MalformedError: Not strict JSON, a member missing or of another type, base64 that is not
            exact, no signature, or more than `MAX_SIGNATURES`.
    """
    return _parse(data, at_least=at_least, at_most=MAX_SIGNATURES)


def parse_unsigned(data: bytes, *, payload_type: str) -> bytes:
    """Return the payload of an envelope that nobody may have signed: for who is to sign it.

    Raises:
        MalformedError: Not an envelope, or of another payload type.
    """
    envelope = _parse(data, at_least=0, at_most=MAX_SIGNATURES)
    if envelope._payload_type != payload_type:  # noqa: SLF001  # the same module
        raise MalformedError(
            f"payload type {envelope._payload_type!r}, where {payload_type!r} is needed",  # noqa: SLF001
            where="payloadType",
        )
    return envelope._payload  # noqa: SLF001


def _render(payload: bytes, payload_type: str, signatures: tuple[_Signature, ...]) -> bytes:
    return render_canonical_json(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [
                {"keyid": item.key_id, "sig": base64.b64encode(item.value).decode()}
                for item in signatures
            ],
        }
    )


def _parse(data: bytes, *, at_least: int, at_most: int) -> DsseEnvelope:
    document = JsonValue(parse_json(data, max_bytes=MAX_ENVELOPE_BYTES))
    signatures = document.field("signatures").items()
    if not at_least <= len(signatures) <= at_most:
        raise MalformedError(
            f"{len(signatures)} signatures, where {at_least} to {at_most} are read",
            where="signatures",
        )
    return DsseEnvelope(
        _payload=document.field("payload").parsed(decode_either_base64),
        _payload_type=document.field("payloadType").text(),
        _signatures=tuple(
            _Signature(
                key_id=item.optional_text("keyid"),
                value=item.field("sig").parsed(decode_either_base64),
            )
            for item in signatures
        ),
    )


def _listed(names: frozenset[str]) -> str:
    return " or ".join(repr(name) for name in sorted(names)) or "none"
