"""What a log has as an entry, and the bundles around it: bodies of each kind and version."""

import hashlib
from typing import Final

from assay.core.strictjson import render_canonical_json
from assay.evidence.dsse import render_pae
from tests.fakes.certificates import Json, b64

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"


def hashedrekord_1(digest: str, algorithm: str, signature: bytes, pem: bytes) -> bytes:
    return render_canonical_json(
        {
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": {"hash": {"algorithm": algorithm, "value": digest}},
                "signature": {"content": b64(signature), "publicKey": {"content": b64(pem)}},
            },
        }
    )


def hashedrekord_2(digest: bytes, algorithm: str, signature: bytes, verifier: Json) -> bytes:
    return render_canonical_json(
        {
            "apiVersion": "0.0.2",
            "kind": "hashedrekord",
            "spec": {
                "hashedRekordV002": {
                    "data": {"algorithm": algorithm, "digest": b64(digest)},
                    "signature": {"content": b64(signature), "verifier": verifier},
                }
            },
        }
    )


def dsse_1(payload: bytes, signature: bytes, pem: bytes) -> bytes:
    return render_canonical_json(
        {
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                "envelopeHash": {"algorithm": "sha256", "value": "00" * 32},
                "payloadHash": {
                    "algorithm": "sha256",
                    "value": hashlib.sha256(payload).hexdigest(),
                },
                "signatures": [{"signature": b64(signature), "verifier": b64(pem)}],
            },
        }
    )


def dsse_2(payload: bytes, signature: bytes, verifier: Json) -> bytes:
    digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())}
    signed = [{"content": b64(signature), "verifier": verifier}]
    spec = {"dsseV002": {"payloadHash": digest, "signatures": signed}}
    return render_canonical_json({"apiVersion": "0.0.2", "kind": "dsse", "spec": spec})


def intoto_2(payload: bytes, signature: bytes, pem: bytes, *, wrapped: bool = True) -> bytes:
    """Return an intoto entry; Rekor wraps the signature in base64 twice."""
    sig = b64(b64(signature).encode()) if wrapped else b64(signature)
    return render_canonical_json(
        {
            "apiVersion": "0.0.2",
            "kind": "intoto",
            "spec": {
                "content": {
                    "envelope": {
                        "payloadType": PAYLOAD_TYPE,
                        "signatures": [{"publicKey": b64(pem), "sig": sig}],
                    },
                    "hash": {"algorithm": "sha256", "value": "00" * 32},
                    "payloadHash": {
                        "algorithm": "sha256",
                        "value": hashlib.sha256(payload).hexdigest(),
                    },
                }
            },
        }
    )


def blob_bundle(material: Json, signature: bytes, digest: bytes = b"") -> Json:
    message: Json = {"signature": b64(signature)}
    if digest:
        message["messageDigest"] = {"algorithm": "SHA2_256", "digest": b64(digest)}
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
        "messageSignature": message,
    }


def statement_bundle(material: Json, payload: bytes, signature: bytes) -> Json:
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": b64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(signature)}],
        },
    }


def pae(payload: bytes) -> bytes:
    return render_pae(PAYLOAD_TYPE, payload)
