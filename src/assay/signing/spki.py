"""The bytes of a public key (SubjectPublicKeyInfo, RFC 5280, section 4.1), their name and form."""

import base64
import hashlib
from typing import Final

ED25519: Final = "ed25519"
ECDSA_P256: Final = "ecdsa-p256"
ALGORITHMS: Final = (ED25519, ECDSA_P256)


def key_id_of(spki: bytes) -> str:
    """Return the key id: the SHA-256 of the SubjectPublicKeyInfo, in hexadecimal."""
    return hashlib.sha256(spki).hexdigest()


def render_public_pem(spki: bytes) -> bytes:
    """Write the SubjectPublicKeyInfo as PEM (RFC 7468, section 13)."""
    text = base64.b64encode(spki).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join(
        ["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]
    ).encode()
