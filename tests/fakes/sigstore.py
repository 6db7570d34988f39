"""A Sigstore instance in memory: authorities, logs, and everything that they sign.

Each part is real: certificates, timestamps, entries and proofs verify with any client that is given
`trusted_root()`. Where a test needs a part that breaks one rule, it is made here by a parameter.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.core.strictjson import render_canonical_json
from assay.evidence.merkle import Frontier, inclusion_path, leaf_hash
from tests.fakes import der
from tests.fakes.certificates import (
    AT,
    END,
    IDENTITY,
    ISSUER,
    START,
    Authority,
    Json,
    PrivateKey,
    StampForm,
    authority,
    b64,
    builder_for,
    key_usage,
    p256,
    sign,
    spki,
)

_SCT_LIST: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ISSUER_V2: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_SHA384: Final = "2.16.840.1.101.3.4.2.2"
_SHA512: Final = "2.16.840.1.101.3.4.2.3"
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"


@dataclass(kw_only=True)
class Log:
    """A transparency log: its entries, and its key."""

    url: str
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    leaves: list[bytes] = field(default_factory=lambda: [leaf_hash(b"first"), leaf_hash(b"2")])

    @property
    def name(self) -> str:
        return self.url.removeprefix("https://")

    @property
    def key_id(self) -> bytes:
        """The log id: of the key, and with Ed25519 of the name too (C2SP signed-note)."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            raw = self.key.public_key().public_bytes_raw()
            return hashlib.sha256(self.name.encode() + b"\n\x01" + raw).digest()
        return hashlib.sha256(spki(self.key)).digest()

    def proof(self, body: bytes, *, origin: str, index: int | None = None) -> Json:
        """Take up an entry, and prove it."""
        self.leaves.append(leaf_hash(body))
        place, size = len(self.leaves) - 1 if index is None else index, len(self.leaves)
        nodes = dict[tuple[int, int], bytes]()
        frontier = Frontier()
        for number, leaf in enumerate(self.leaves):
            for level, node in enumerate(frontier.push(leaf)):
                nodes[level, number >> level] = node
        path = inclusion_path(place, size, lambda level, at: nodes[level, at])
        return {
            "logIndex": str(place),
            "treeSize": str(size),
            "rootHash": b64(frontier.root()),
            "hashes": [b64(item) for item in path],
            "checkpoint": {"envelope": self.note(f"{origin}\n{size}\n{b64(frontier.root())}\n")},
        }

    def note(self, text: str) -> str:
        return f"{text}\n— {self.name} {b64(self.key_id[:4] + sign(self.key, text.encode()))}\n"

    def as_json(self, details: str, period: Mapping[str, object]) -> Json:
        return {
            "baseUrl": self.url,
            "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": b64(spki(self.key)),
                "keyDetails": details,
                "validFor": dict(period),
            },
            "logId": {"keyId": b64(self.key_id)},
        }


def period(start: datetime = START, end: datetime | None = None) -> Json:
    found: Json = {"start": start.isoformat().replace("+00:00", "Z")}
    if end is not None:
        found["end"] = end.isoformat().replace("+00:00", "Z")
    return found


class Instance:
    """A Fulcio, a log of certificates, a Rekor of each version, and a timestamp authority."""

    def __init__(self) -> None:
        self.root = authority("root")
        self.intermediate = authority(
            "intermediate", above=self.root, path_length=0, usage=ExtendedKeyUsageOID.CODE_SIGNING
        )
        self.certificate_log = Log(url="https://ct.example.test", key=p256())
        self.rekor = Log(url="https://rekor.example.test", key=p256())
        self.tiles = Log(url="https://log.example.test", key=ed25519.Ed25519PrivateKey.generate())
        self.stamper_root = authority("stamper root")
        self.stamper = self.stamping_certificate()

    def trusted_root(self) -> Json:
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                self.rekor.as_json("PKIX_ECDSA_P256_SHA_256", period()),
                self.tiles.as_json("PKIX_ED25519", period()),
            ],
            "ctlogs": [self.certificate_log.as_json("PKIX_ECDSA_P256_SHA_256", period())],
            "certificateAuthorities": [
                self.chain(self.intermediate.certificate, self.root.certificate)
            ],
            "timestampAuthorities": [
                self.chain(self.stamper.certificate, self.stamper_root.certificate)
            ],
        }

    @staticmethod
    def chain(*certificates: x509.Certificate) -> Json:
        return {
            "subject": {"organization": "example", "commonName": "example"},
            "uri": "https://authority.example.test",
            "certChain": {
                "certificates": [
                    {"rawBytes": b64(c.public_bytes(Encoding.DER))} for c in certificates
                ]
            },
            "validFor": period(),
        }

    # --- certificates

    def certificate(
        self,
        key: PrivateKey,
        *,
        names: tuple[x509.GeneralName, ...] = (x509.UniformResourceIdentifier(IDENTITY),),
        window: tuple[datetime, datetime] = (AT, AT + timedelta(minutes=10)),
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CODE_SIGNING,
        digital: bool = True,
        extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
        logged_by: Log | None = None,
        by: Authority | None = None,
        issuer: str = ISSUER,
    ) -> x509.Certificate:
        """Issue a certificate as Fulcio does, with the promise of a log of certificates in it."""
        above = by or self.intermediate
        builder = builder_for("", key, above.certificate.subject, window, above.key)
        builder = builder.add_extension(key_usage(digital=digital), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
        if issuer:
            text = x509.UnrecognizedExtension(_ISSUER_V2, der.element(0x0C, issuer.encode()))
            builder = builder.add_extension(text, critical=False)
        for extension, critical in extra:
            builder = builder.add_extension(extension, critical=critical)
        before = builder.sign(above.key, hashes.SHA256())
        promise = _promise(before, above.certificate, logged_by or self.certificate_log, window[0])
        builder = builder.add_extension(
            x509.UnrecognizedExtension(_SCT_LIST, promise), critical=False
        )
        return builder.sign(above.key, hashes.SHA256())

    # --- timestamps

    def stamping_certificate(
        self,
        *,
        usages: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
        critical: bool = True,
        window: tuple[datetime, datetime] = (START, END),
        public: PrivateKey | None = None,
    ) -> Authority:
        """Issue the certificate of a timestamp authority; for the key `public`, if given."""
        key = p256()
        root = self.stamper_root
        subject = root.certificate.subject
        builder = builder_for("stamper", public or key, subject, window, root.key)
        builder = builder.add_extension(key_usage(digital=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
        return Authority(key=key, certificate=builder.sign(self.stamper_root.key, hashes.SHA256()))

    def timestamp(
        self,
        signature: bytes,
        *,
        at: datetime = AT + timedelta(minutes=1),
        by: Authority | None = None,
        status: int = 0,
        named: x509.Certificate | None = None,
        content_type: str = _TST_INFO,
        content: bytes = b"",
        embedded: bool = True,
        form: "StampForm | None" = None,
    ) -> bytes:
        """Stamp a signature: a TimeStampResp in DER."""
        shape = form or StampForm()
        signer = by or self.stamper
        info = content or tst_info(signature, at)
        attributes = (
            der.sequence(der.oid("1.2.840.113549.1.9.3"), der.set_of(der.oid(content_type))),
            der.sequence(
                der.oid("1.2.840.113549.1.9.4"),
                der.set_of(der.octets(hashlib.sha256(info).digest())),
            ),
            der.sequence(
                der.oid(f"1.2.840.113549.1.9.16.2.{12 if shape.names_by == 'sha1' else 47}"),
                der.set_of(_names(named or signer.certificate, shape.names_by)),
            ),
        )
        ordered = b"".join(sorted(attributes))
        signed = shape.sign(shape.key or signer.key, der.element(0x31, ordered))
        issuer = signer.certificate.issuer.public_bytes()
        signer_info = der.sequence(
            der.integer(1),
            shape.signer or der.sequence(issuer, der.integer(signer.certificate.serial_number)),
            der.sequence(der.oid(_SHA256)),
            der.element(0xA0, ordered),
            der.sequence(der.oid(shape.scheme)),
            der.octets(signed),
        )
        certificates = der.element(0xA0, signer.certificate.public_bytes(Encoding.DER))
        signed_data = der.sequence(
            der.integer(3),
            der.set_of(der.sequence(der.oid(_SHA256))),
            der.sequence(der.oid(_TST_INFO), der.element(0xA0, der.octets(info))),
            certificates if embedded else b"",
            der.set_of(*(signer_info,) * shape.count),
        )
        token = der.sequence(der.oid("1.2.840.113549.1.7.2"), der.element(0xA0, signed_data))
        return der.sequence(der.sequence(der.integer(status)), token)

    # --- log entries

    def promised(self, kind: str, version: str, body: bytes, *, at: datetime) -> Json:
        """Take up an entry as Rekor v1 does: with a promise, and a proof."""
        seconds, index = int(at.timestamp()), 1000 + len(self.rekor.leaves)
        signed = render_canonical_json(
            {
                "body": b64(body),
                "integratedTime": seconds,
                "logID": self.rekor.key_id.hex(),
                "logIndex": index,
            }
        )
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.rekor.key_id)},
            "kindVersion": {"kind": kind, "version": version},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": b64(sign(self.rekor.key, signed))},
            "inclusionProof": self.rekor.proof(body, origin=f"{self.rekor.name} - 17"),
            "canonicalizedBody": b64(body),
        }

    def tiled(self, body: bytes, *, kind: str = "hashedrekord") -> Json:
        """Take up an entry as Rekor v2 does: with a proof, and no time."""
        proof = self.tiles.proof(body, origin=self.tiles.name)
        return {
            "logIndex": proof["logIndex"],
            "logId": {"keyId": b64(self.tiles.key_id)},
            "kindVersion": {"kind": kind, "version": "0.0.2"},
            "inclusionProof": proof,
            "canonicalizedBody": b64(body),
        }


def tst_info(signature: bytes, at: datetime, *, digest: str = "sha256") -> bytes:
    """Return the content of a timestamp (RFC 3161, section 2.4.2)."""
    algorithm = {"sha256": _SHA256, "sha384": _SHA384, "sha512": _SHA512}[digest]
    imprint = der.sequence(
        der.sequence(der.oid(algorithm)), der.octets(hashlib.new(digest, signature).digest())
    )
    return der.sequence(der.integer(1), der.oid("1.2.3.4"), imprint, der.integer(7), der.time(at))


def _names(certificate: x509.Certificate, by: str) -> bytes:
    """Return the attribute that names the signer (RFC 5035): SHA-256 need not be said."""
    digest = hashlib.new(by or "sha256", certificate.public_bytes(Encoding.DER)).digest()
    said = {"sha384": der.sequence(der.oid(_SHA384))}.get(by, b"")
    return der.sequence(der.sequence(der.sequence(said, der.octets(digest))))


def _promise(
    certificate: x509.Certificate, issuer: x509.Certificate, log: Log, at: datetime
) -> bytes:
    """Return the extension that holds a list of one SCT (RFC 6962, sections 3.2 and 3.3)."""
    issuer_key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    stamp = int(at.timestamp() * 1000).to_bytes(8)
    body = certificate.tbs_certificate_bytes
    signed = b"\0\0" + stamp + b"\0\1" + hashlib.sha256(issuer_key).digest()
    signature = sign(log.key, signed + len(body).to_bytes(3) + body + b"\0\0")
    promise = b"\0" + log.key_id + stamp + b"\0\0\x04\x03" + _counted(signature)
    return der.octets(_counted(_counted(promise)))


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data
