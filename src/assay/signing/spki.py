"""The bytes of a public key (SubjectPublicKeyInfo, RFC 5280, section 4.1), their name and form."""

import base64
import hashlib
from typing import Final

from assay.core.errors import MalformedError

# The names that keys have in our documents; what each means is in assay.signing.algorithms.
ED25519: Final = "ed25519"
ECDSA_P256: Final = "ecdsa-p256"
ECDSA_P384: Final = "ecdsa-p384"
RSA_PSS: Final = "rsa-pss"
ML_DSA_65: Final = "ml-dsa-65"

# What stands before the raw key (RFC 8032, or an uncompressed point of SEC 1), and its length.
_BEFORE: Final = {
    ED25519: (bytes.fromhex("302a300506032b6570032100"), 32),
    ECDSA_P256: (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"), 65),
    ECDSA_P384: (bytes.fromhex("3076301006072a8648ce3d020106052b81040022036200"), 97),
}


def key_id_of(spki: bytes) -> str:
    """Return the key id: the SHA-256 of the SubjectPublicKeyInfo, in hexadecimal."""
    return hashlib.sha256(spki).hexdigest()


def spki_of_raw(algorithm: str, raw: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a raw Ed25519 key or an uncompressed EC point.

    Only the length is looked at; whoever reads the result looks whether it is a key.

    Raises:
        MalformedError: Another length, or an algorithm whose keys have no raw form.
    """
    if algorithm not in _BEFORE:
        raise MalformedError(f"a raw key of algorithm {algorithm!r}")
    before, length = _BEFORE[algorithm]
    if len(raw) != length:
        raise MalformedError(f"{len(raw)} bytes of an {algorithm} key, where {length} are needed")
    return before + raw


def raw_of_spki(spki: bytes) -> tuple[str, bytes]:
    """Return the algorithm and the raw key of which `spki_of_raw` makes `spki`; or nothing."""
    for algorithm, (before, length) in _BEFORE.items():
        if spki.startswith(before) and len(spki) == len(before) + length:
            return algorithm, spki[len(before) :]
    return "", b""


def render_public_pem(spki: bytes) -> bytes:
    """Write the SubjectPublicKeyInfo as PEM (RFC 7468, section 13)."""
    return render_pem("PUBLIC KEY", spki)


def render_pem(label: str, der: bytes) -> bytes:
    """Write DER as PEM under a label (RFC 7468, section 2)."""
    text = base64.b64encode(der).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
