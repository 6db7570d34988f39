"""Sigstore bundles, version 0.3, for what is signed with a key that the reader has.

They hold the signature and a hint at the key, and no log entry: that a statement is in a log of
ours is shown by a tlog-proof, which these bundles have no place for.
"""

import base64
import hashlib
from typing import Final

from assay.core.errors import UsageError
from assay.core.strictjson import render_canonical_json
from assay.evidence.dsse import signature_by
from assay.signing.keys import PublicKey, Signer

MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"


def render_statement_bundle(envelope: bytes, *, key: PublicKey) -> bytes:
    """Return a bundle around the payload of a DSSE envelope, with the signature by `key`.

    A bundle has one key, hence one signature; those by other keys are left out, which changes
    nothing about this one.

    Raises:
        MalformedError: Not a DSSE envelope.
        SignatureInvalidError: `key` did not sign it.
    """
    verified, signature = signature_by(key, envelope)
    return _render(
        key,
        "dsseEnvelope",
        {
            "payload": _encoded(verified.payload),
            "payloadType": verified.payload_type,
            "signatures": [{"sig": _encoded(signature)}],
        },
    )


def sign_blob(data: bytes, *, signer: Signer) -> bytes:
    """Return a bundle with the signature of `signer` on `data`.

    Raises:
        UsageError: A key whose signatures on files nobody would take for Sigstore's.
    """
    if signer.public.algorithm not in BLOB_ALGORITHMS:
        raise UsageError(
            f"a {signer.public.algorithm} key signs no files for Sigstore's tools",
            hint=f"use one of {', '.join(BLOB_ALGORITHMS)}",
        )
    return _render(
        signer.public,
        "messageSignature",
        {
            "messageDigest": {
                "algorithm": "SHA2_256",
                "digest": _encoded(hashlib.sha256(data).digest()),
            },
            "signature": _encoded(signer.sign(data)),
        },
    )


BLOB_ALGORITHMS: Final = ("ecdsa-p256", "ecdsa-p384", "ed25519")


def _render(key: PublicKey, name: str, content: dict[str, object]) -> bytes:
    hint = _encoded(hashlib.sha256(key.spki).digest())  # what Sigstore's own clients write
    return render_canonical_json(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
            name: content,
        }
    )


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
