"""One statement that several signed: some with keys, some with Sigstore bundles of their own.

A Sigstore bundle has one signature. So where people sign together with OIDC identities, the log has
a DSSE envelope with one more member, `bundles`: each signs the same statement.

* Who counts, counts by the trust root that is asked about: a key as in any envelope, an identity by
  its bundle, checked offline with the Sigstore trusted root that the same trust root names.
* What does not verify neither passes nor vetoes, as any garbage beside good signatures. A bundle
  counts if it says the same, in whatever layout of JSON; what it says is read when its signature
  was verified.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.core.errors import MalformedError, RejectedError, SignatureInvalidError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import canonical_form, parse_json
from assay.evidence.dsse import MAX_ENVELOPE_BYTES, DsseEnvelope, add_signature, parse_dsse
from assay.evidence.sigstore.entry import BundleEnvelope, BundleSigned, parse_bundle_envelope
from assay.evidence.statement import MAX_STATEMENT_BYTES
from assay.signing.keys import Signer
from assay.signing.trust import TrustRoot

MAX_BUNDLES: Final = 64  # as many as an envelope has signatures
_MEMBER: Final = "bundles"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedEnvelope:
    """An envelope with bundles beside its signatures, unread: see `verify`."""

    _content: DsseEnvelope = field(repr=False)
    _bundles: tuple[BundleEnvelope, ...] = field(repr=False)

    def verify(
        self, *, trusted: TrustRoot, role: str, payload_type: str, at: datetime
    ) -> BundleSigned:
        """Return the payload, and all principals with `role` that signed it; `at` as for each.

        Raises:
            MalformedError: Another payload type.
            SignatureInvalidError: Nobody with the role signed it.
        """
        payload = self._content._payload  # noqa: SLF001  # returned below, where somebody signed it
        found = list(self._by_key(trusted, role, payload_type, at))
        for bundle in self._bundles:
            try:
                signed = bundle.verify(trusted=trusted, role=role, payload_type=payload_type, at=at)
                if _is_same(signed.payload, payload):
                    found.append(signed)
            except RejectedError:  # nobody's, or what it rests on does not hold
                continue
        if not found:
            raise SignatureInvalidError(
                f"no principal with the role {role!r} signed", where="signatures and bundles"
            )
        return BundleSigned(
            payload=payload,
            signed_by=frozenset[str]().union(*(one.signed_by for one in found)),
            keys=frozenset[str]().union(*(one.keys for one in found)),
        )

    def _by_key(
        self, trusted: TrustRoot, role: str, payload_type: str, at: datetime
    ) -> Iterator[BundleSigned]:
        holders = trusted.holders(role, at=at)
        keys = tuple(key for holder in holders for key in holder.keys)
        try:
            verified = self._content.verify(
                keys=keys, threshold=1, payload_types=frozenset({payload_type})
            )
        except SignatureInvalidError:
            return
        yield BundleSigned(
            payload=verified.payload,
            signed_by=frozenset(
                holder.name
                for holder in holders
                if any(key.key_id in verified.signed_by for key in holder.keys)
            ),
            keys=verified.signed_by,
        )


def parse_joined(data: bytes) -> JoinedEnvelope:
    """Read an envelope with bundles; what it says stays closed until `verify`.

    Raises:
        MalformedError: Not an envelope, or something among its bundles is none.
    """
    return JoinedEnvelope(
        _content=parse_dsse(data, at_least=0),
        _bundles=tuple(
            parse_bundle_envelope(canonical_form(item.value)) for item in _bundles(data)
        ),
    )


def join_bundle(envelope: bytes, bundle: bytes) -> bytes:
    """Return the envelope, which may be unsigned, with one more bundle; as it is if it has that.

    Raises:
        MalformedError: One of both is none, or there are too many.
    """
    document = JsonValue(parse_json(envelope, max_bytes=MAX_ENVELOPE_BYTES))
    new = JsonValue(parse_json(bundle, max_bytes=MAX_ENVELOPE_BYTES)).value
    held = [item.value for item in document.optional_items(_MEMBER)]
    if new not in held:
        held.append(new)
    members = {name: member.value for name, member in document.members()}
    joined = canonical_form({**members, _MEMBER: held})
    parse_joined(joined)
    return joined


def add_key_signature(envelope: bytes, *, signer: Signer) -> bytes:
    """Do as `dsse.add_signature`, and keep the bundles that are there.

    Raises:
        MalformedError: Not an envelope, or it has as many signatures as it may.
    """
    document = JsonValue(parse_json(envelope, max_bytes=MAX_ENVELOPE_BYTES))
    signed = add_signature(envelope, signer=signer)
    for item in document.optional_items(_MEMBER):
        signed = join_bundle(signed, canonical_form(item.value))
    return signed


def _bundles(data: bytes) -> tuple[JsonValue, ...]:
    document = JsonValue(parse_json(data, max_bytes=MAX_ENVELOPE_BYTES))
    found = document.field(_MEMBER).items()
    if not 1 <= len(found) <= MAX_BUNDLES:
        raise MalformedError(f"{len(found)} bundles, where 1 to {MAX_BUNDLES} are read")
    return found


def _is_same(payload: bytes, other: bytes) -> bool:
    """Tell whether two payloads say the same; the first one was signed."""
    one, two = (parse_json(data, max_bytes=MAX_STATEMENT_BYTES) for data in (payload, other))
    return canonical_form(one) == canonical_form(two)
