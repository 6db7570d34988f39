"""SSH signatures on commits and tags (OpenSSH, PROTOCOL.sshsig), read and verified in process.

* The namespace must be `git`: what was signed as a file, or as a mail, is not a commit.
* The hash of the message is SHA-256 or SHA-512, and RSA signs with one of the same two.
* A security token signs its application, flags and a counter around the hash; the flag "somebody
  was present" must be set.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError, RejectedError
from assay.evidence.exactbase64 import decode_base64
from assay.signing.rawsignature import verify_ecdsa, verify_ed25519, verify_rsa
from assay.signing.sshwire import (
    SshKey,
    exactly,
    fingerprint_of,
    first_string,
    parse_ssh_key,
    string_of,
)

NAMESPACE: Final = b"git"
MAX_SIGNATURE_BYTES: Final = 64 * 2**10
_MAGIC: Final = b"SSHSIG"
_BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----"
_END: Final = b"-----END SSH SIGNATURE-----"
_VERSION: Final = (1).to_bytes(4, "big")
_HASHES: Final = {b"sha256": "sha256", b"sha512": "sha512"}
_RSA: Final = {b"rsa-sha2-256": "sha256", b"rsa-sha2-512": "sha512"}
_ECDSA: Final = {
    b"ecdsa-sha2-nistp256": "sha256",
    b"ecdsa-sha2-nistp384": "sha384",
    b"sk-ecdsa-sha2-nistp256@openssh.com": "sha256",
}
_PRESENT: Final = 0x01
_TOKEN_TAIL: Final = 5  # flags and counter


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSignature:
    """A signature, not verified yet; `scheme` names how the key signed."""

    key: SshKey
    fingerprint: str
    namespace: bytes
    reserved: bytes = field(repr=False)
    hashed: bytes
    scheme: bytes
    value: bytes = field(repr=False)
    tail: bytes = field(repr=False)


def parse_ssh_signature(armoured: bytes) -> SshSignature:
    """Read a signature in its armour.

    Raises:
        MalformedError: Not one signature of version 1, or of a kind that is not known here.
    """
    lines = armoured.strip().split(b"\n")
    if len(armoured) > MAX_SIGNATURE_BYTES or (lines[0], lines[-1]) != (_BEGIN, _END):
        raise MalformedError("not one SSH signature")
    data = decode_base64(b"".join(lines[1:-1]).decode("ascii", "replace"))
    if data[:10] != _MAGIC + _VERSION:
        raise MalformedError("not an SSH signature of version 1")
    blob, namespace, reserved, hashed, signature = exactly(5, data[10:])
    if hashed not in _HASHES:
        raise MalformedError(f"an SSH signature on a {hashed.decode(errors='replace')!r}")
    scheme, rest = first_string(signature)
    value, tail = first_string(rest)
    return SshSignature(
        key=parse_ssh_key(blob),
        fingerprint=fingerprint_of(blob),
        namespace=namespace,
        reserved=reserved,
        hashed=hashed,
        scheme=scheme,
        value=value,
        tail=tail,
    )


def verify_ssh_signature(signature: SshSignature, message: bytes) -> None:
    """Refuse unless the key in `signature` signed `message` for Git.

    Whose the key is, and whether it counts, is another question.

    Raises:
        MalformedError: The signature is not of the form that its key makes.
        RejectedError: It is for something else than Git, or nobody touched the token.
        SignatureInvalidError: The key did not sign this.
    """
    if signature.namespace != NAMESPACE:
        raise RejectedError(
            f"signed for {signature.namespace.decode(errors='replace')!r}, not for Git"
        )
    digest = hashlib.new(_HASHES[signature.hashed], message).digest()
    parts = (signature.namespace, signature.reserved, signature.hashed, digest)
    signed = _MAGIC + b"".join(string_of(part) for part in parts)
    if signature.key.application is not None:
        signed = _token_message(signature, signed)
    elif signature.tail:
        raise MalformedError("an SSH signature with something after its end")
    _verify(signature, signed)


def _token_message(signature: SshSignature, signed: bytes) -> bytes:
    """Return what a security token really signs (OpenSSH, PROTOCOL.u2f)."""
    application = signature.key.application or b""
    if len(signature.tail) != _TOKEN_TAIL:
        raise MalformedError("a token's signature without flags and counter")
    if not application.startswith(b"ssh:"):
        raise RejectedError("a token's signature for another application than SSH")
    if not signature.tail[0] & _PRESENT:
        raise RejectedError("a token's signature that nobody was present at")
    return hashlib.sha256(application).digest() + signature.tail + hashlib.sha256(signed).digest()


def _verify(signature: SshSignature, signed: bytes) -> None:
    name, scheme, spki = signature.key.name, signature.scheme, signature.key.public.spki
    if name == b"ssh-rsa" and scheme in _RSA:
        digest = hashlib.new(_RSA[scheme], signed).digest()
        verify_rsa(spki, digest, signature.value, hashed=_RSA[scheme])
    elif name != scheme:
        raise MalformedError("an SSH signature of another kind than its key")
    elif name in _ECDSA:
        r, s = (int.from_bytes(part, "big", signed=True) for part in exactly(2, signature.value))
        if r <= 0 or s <= 0:
            raise MalformedError("an ECDSA signature with numbers below 1")
        digest = hashlib.new(_ECDSA[name], signed).digest()
        verify_ecdsa(spki, digest, (r, s), hashed=_ECDSA[name])
    else:
        verify_ed25519(spki, signed, signature.value)
