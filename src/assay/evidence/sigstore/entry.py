"""A Sigstore bundle as an entry of the log: a statement by an OIDC identity, or by a key.

* An identity counts for the principal that the trust root gives it to, judged by the times that the
  bundle's own witnesses say. That is when it signed; its certificate held for minutes.
* None of those times may be after the time of record: then the log's clock or theirs is wrong.
* A key counts as in any envelope, as of the time of record.
"""

from dataclasses import dataclass, field
from datetime import datetime

from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError
from assay.evidence.dsse import render_pae
from assay.evidence.sigstore.bundle import Bundle, DsseContent, parse_bundle
from assay.evidence.sigstore.expectation import KeylessSigner
from assay.evidence.sigstore.message import BytesMessage
from assay.signing.keys import is_signed
from assay.signing.trust import OWNER, Holder, OidcIdentity, TrustRoot


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSigned:
    """The payload of a bundle, which principals signed it, and by which keys or identities."""

    payload: bytes = field(repr=False)
    signed_by: frozenset[str]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleEnvelope:
    """A bundle around a statement, unread: there is no way to its payload but `verify`."""

    _bundle: Bundle = field(repr=False)
    _content: DsseContent = field(repr=False)

    def verify(
        self, *, trusted: TrustRoot, role: str, payload_type: str, at: datetime
    ) -> BundleSigned:
        """Return the payload if a principal with `role` signed it; `at` is the time of record.

        Raises:
            MalformedError: Another payload type, or something in the bundle cannot be read.
            RejectedError: A certificate, a time or a log entry does not hold.
            SignatureInvalidError: Nobody with the role signed it.
        """
        if self._content.payload_type != payload_type:
            raise MalformedError(
                f"payload type {self._content.payload_type!r}, where {payload_type!r} is needed",
                where="dsseEnvelope.payloadType",
            )
        found = (
            self._by_identity(trusted, role, at)
            if self._bundle.certificates
            else self._by_key(trusted, role, at)
        )
        if not found:
            raise SignatureInvalidError(
                f"no principal with the role {role!r} signed the bundle", where="dsseEnvelope"
            )
        return BundleSigned(
            payload=self._content.payload,
            signed_by=frozenset(holder for holder, _ in found),
            keys=frozenset(key for _, key in found),
        )

    def _message(self) -> bytes:
        return render_pae(self._content.payload_type, self._content.payload)

    def _by_key(self, trusted: TrustRoot, role: str, at: datetime) -> frozenset[tuple[str, str]]:
        message, signature = self._message(), self._content.signature
        return frozenset(
            (holder.name, key.key_id)
            for holder in trusted.holders(role, at=at)
            for key in holder.keys
            if is_signed(key, message, signature)
        )

    def _by_identity(
        self, trusted: TrustRoot, role: str, at: datetime
    ) -> frozenset[tuple[str, str]]:
        # Slow to import, and most entries need nothing of it.
        from assay.evidence.sigstore.certificate import (  # noqa: PLC0415  # see above
            load_leaf,
            read_identity,
        )
        from assay.evidence.sigstore.rooted import verify_rooted  # noqa: PLC0415  # see above

        if trusted.sigstore is None:
            raise SignatureInvalidError(
                "signed with a certificate, and the trust root names nobody who issues them",
                hint="it needs a Sigstore trusted root",
            )
        identity = read_identity(load_leaf(self._bundle.certificates))
        testimony = verify_rooted(
            self._bundle,
            message=BytesMessage(data=self._message()),
            signer=KeylessSigner(identity=identity, trusted_root=trusted.sigstore),
            at=at,
        )
        times = tuple(time.at for time in testimony.times)
        if max(times) > at:
            raise RejectedError(f"signed at {max(times).isoformat()}, after it was recorded")
        return frozenset(
            (name, str(identity)) for name in _holders(trusted, role, identity, times, at)
        )


def _holders(
    trusted: TrustRoot,
    role: str,
    identity: OidcIdentity,
    times: tuple[datetime, ...],
    at: datetime,
) -> frozenset[str]:
    """Return whose identity it was at all those times; nobody's once the trust root has expired."""
    if role != OWNER and trusted.expires is not None and trusted.expires <= at:
        return frozenset()
    each = [_names(trusted.holders(role, at=time), identity) for time in times]
    return frozenset.intersection(*each)


def _names(holders: tuple[Holder, ...], identity: OidcIdentity) -> frozenset[str]:
    return frozenset(holder.name for holder in holders if identity in holder.identities)


def parse_bundle_envelope(data: bytes) -> BundleEnvelope:
    """Read a bundle with a DSSE envelope; what it says stays closed until `verify`.

    Raises:
        MalformedError: Not a bundle, or one with a signature on an artifact.
    """
    bundle = parse_bundle(data)
    if not isinstance(bundle.content, DsseContent):
        raise MalformedError("a bundle without a statement", where="dsseEnvelope")
    return BundleEnvelope(_bundle=bundle, _content=bundle.content)
