"""The form of a Sigstore bundle, versions 0.1 to 0.3; nothing of it is verified here.

Specification: protobuf-specs, `sigstore_bundle.proto`, and the client specification, section 5.
What follows from the version is checked here: which certificates there may be, whether a proof or
a promise must be there. Only `assay.evidence.sigstore.verify` reads these values.
"""

import enum
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.exactbase64 import decode_either_base64
from assay.evidence.sigstore.protojson import bounded, bytes_of, refuse_unknown
from assay.evidence.sigstore.tlogentry import LogEntry, parse_log_entry

MAX_BUNDLE_BYTES: Final = 64 * 2**20  # the largest statement in base64, twice: some logs keep it
MAX_PARTS: Final = 16  # of certificates, log entries, timestamps: each costs a signature check


class BundleVersion(enum.Enum):
    """The media types that are read."""

    V0_1 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
    V0_2 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
    V0_3_OLD = "application/vnd.dev.sigstore.bundle+json;version=0.3"
    V0_3 = "application/vnd.dev.sigstore.bundle.v0.3+json"

    @property
    def one_certificate(self) -> bool:
        """Whether the leaf stands alone; before 0.3 there was a chain."""
        return self in {BundleVersion.V0_3, BundleVersion.V0_3_OLD}

    @property
    def needs_proof(self) -> bool:
        """Whether each log entry must have an inclusion proof; 0.1 makes do with a promise."""
        return self is not BundleVersion.V0_1


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSignature:
    """A signature on an artifact; `digest_algorithm` and `digest` are a hint at which one."""

    signature: bytes
    digest_algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DsseContent:
    """A DSSE envelope with its one signature."""

    payload_type: str
    payload: bytes = field(repr=False)
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle says. `certificates` are DER, the leaf first; none where a key is meant."""

    version: BundleVersion
    certificates: tuple[bytes, ...] = field(repr=False)
    entries: tuple[LogEntry, ...] = field(repr=False)
    timestamps: tuple[bytes, ...] = field(repr=False)
    content: MessageSignature | DsseContent


def parse_bundle(data: bytes) -> Bundle:
    """Read a bundle.

    Raises:
        MalformedError: Not strict JSON, a version that is not known, a member that is missing,
            unknown or of another type, or a rule of the version broken.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_BUNDLE_BYTES))
    version = _version(document.field("mediaType"))
    refuse_unknown(
        document,
        frozenset({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"}),
    )
    material = document.field("verificationMaterial")
    refuse_unknown(
        material,
        frozenset(
            {
                *("publicKey", "certificate", "x509CertificateChain"),
                *("tlogEntries", "timestampVerificationData"),
            }
        ),
    )
    entries = bounded(material.optional_items("tlogEntries"), most=MAX_PARTS, what="log entries")
    return Bundle(
        version=version,
        certificates=_certificates(material, version),
        entries=tuple(parse_log_entry(entry, needs_proof=version.needs_proof) for entry in entries),
        timestamps=_timestamps(material),
        content=_content(document),
    )


def _version(media_type: JsonValue) -> BundleVersion:
    for version in BundleVersion:
        if version.value == media_type.text():
            return version
    raise MalformedError(
        f"media type {media_type.text()!r} is no bundle of version 0.1 to 0.3",
        where=media_type.where,
    )


def _certificates(material: JsonValue, version: BundleVersion) -> tuple[bytes, ...]:
    """Return the certificates; exactly one of the three ways to name a key must be there."""
    ways = ("publicKey", "certificate", "x509CertificateChain")
    found = [name for name in ways if material.optional(name) is not None]
    if len(found) != 1:
        raise MalformedError(
            f"{len(found)} of {', '.join(ways)}, where exactly one is needed", where=material.where
        )
    value = material.field(found[0])
    if found[0] == "publicKey":
        refuse_unknown(value, frozenset({"hint"}))
        value.optional_text("hint")
        return ()
    if version.one_certificate is not (found[0] == "certificate"):
        raise MalformedError(f"a bundle of this version has no {found[0]}", where=value.where)
    return (_der(value),) if version.one_certificate else _chain(value)


def _chain(value: JsonValue) -> tuple[bytes, ...]:
    refuse_unknown(value, frozenset({"certificates"}))
    found = bounded(value.optional_items("certificates"), most=MAX_PARTS, what="certificates")
    if not found:
        raise MalformedError("no certificates", where=value.where)
    return tuple(_der(item) for item in found)


def _der(value: JsonValue) -> bytes:
    refuse_unknown(value, frozenset({"rawBytes"}))
    return bytes_of(value.field("rawBytes"))


def _timestamps(material: JsonValue) -> tuple[bytes, ...]:
    data = material.optional("timestampVerificationData")
    if data is None:
        return ()
    refuse_unknown(data, frozenset({"rfc3161Timestamps"}))
    found = []
    items = bounded(data.optional_items("rfc3161Timestamps"), most=MAX_PARTS, what="timestamps")
    for item in items:
        refuse_unknown(item, frozenset({"signedTimestamp"}))
        found.append(bytes_of(item.field("signedTimestamp")))
    if len(set(found)) != len(found):
        raise MalformedError("the same timestamp twice", where=data.where)
    return tuple(found)


def _content(document: JsonValue) -> MessageSignature | DsseContent:
    message, envelope = document.optional("messageSignature"), document.optional("dsseEnvelope")
    if message is not None and envelope is None:
        return _message(message)
    if envelope is not None and message is None:
        return _envelope(envelope)
    raise MalformedError("not exactly one of messageSignature and dsseEnvelope")


def _message(value: JsonValue) -> MessageSignature:
    refuse_unknown(value, frozenset({"messageDigest", "signature"}))
    digest = value.optional("messageDigest")
    if digest is not None:
        refuse_unknown(digest, frozenset({"algorithm", "digest"}))
    return MessageSignature(
        signature=bytes_of(value.field("signature")),
        digest_algorithm="" if digest is None else digest.field("algorithm").text(),
        digest=b"" if digest is None else bytes_of(digest.field("digest")),
    )


def _envelope(value: JsonValue) -> DsseContent:
    """Read the envelope: a bundle has exactly one signature, since it has one key.

    Its key id is not read: it is signed by nobody.
    """
    refuse_unknown(value, frozenset({"payload", "payloadType", "signatures"}))
    signatures = value.field("signatures")
    if len(signatures.items()) != 1:
        raise MalformedError(
            f"{len(signatures.items())} signatures, where a bundle has exactly one",
            where=signatures.where,
        )
    [signature] = signatures.items()
    refuse_unknown(signature, frozenset({"sig", "keyid"}))
    decoded = value.field("payload").parsed(decode_either_base64)
    return DsseContent(
        payload_type=value.field("payloadType").text(),
        payload=decoded,
        signature=bytes_of(signature.field("sig")),
    )
