"""Sigstore bundles, version 0.3, for what is signed with a key that the reader has.

They hold the signature and a hint at the key, and no log entry: that a statement is in a log of
ours is shown by a tlog-proof, which these bundles have no place for.
"""

import base64
import hashlib
from typing import Final

from assay.core.errors import SignatureInvalidError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.evidence.dsse import MAX_ENVELOPE_BYTES, render_pae
from assay.evidence.exactbase64 import decode_either_base64
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
    document = JsonValue(parse_json(envelope, max_bytes=MAX_ENVELOPE_BYTES))
    payload, kind = (
        document.field("payload").parsed(decode_either_base64),
        document.field("payloadType").text(),
    )
    message = render_pae(kind, payload)
    for item in document.field("signatures").items():
        signature = item.field("sig").parsed(decode_either_base64)
        if _is_signed(key, message, signature):
            return _render(
                key,
                "dsseEnvelope",
                {
                    "payload": _encoded(payload),
                    "payloadType": kind,
                    "signatures": [{"sig": _encoded(signature)}],
                },
            )
    raise SignatureInvalidError(f"not signed by the key {key.key_id[:16]}", where="signatures")


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


def _is_signed(key: PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(message, signature)
    except SignatureInvalidError:
        return False
    return True


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
