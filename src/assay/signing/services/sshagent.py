"""`ssh-agent:SHA256:…` or `ssh-agent:COMMENT`: a person's key in the ssh-agent.

* The agent signs whatever it is given, with the key that also opens the user's machines. So it is
  given nothing here but the pre-authentication encoding of DSSE, which begins with `DSSEv1 `: what
  SSH signs begins with a length, and what `ssh-keygen -Y sign` signs with `SSHSIG`. Decision 13
  says why that is enough.
* Signatures are turned into their usual form, so that nobody who verifies need know of SSH.
* RSA keys are refused: the agent signs with PKCS #1 v1.5 only. Keys of security tokens
  (`sk-…@openssh.com`) are refused: what they sign is not the message, but a hash of it among flags
  and a counter, which no verifier of DSSE expects.

Implements the SSH agent protocol, sections 4.4 and 4.5 (draft-ietf-sshm-ssh-agent), and for keys
and signatures RFC 5656, section 3.1, and RFC 8709.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.signing.asymmetric import der_of_concatenated
from assay.signing.services.remote import RemoteSigner, answering
from assay.signing.signeruri import SignerUri, decode_percent
from assay.signing.sshwire import (
    exactly,
    fingerprint_of,
    first_string,
    parse_ssh_key,
    string_of,
)
from assay.system.environment import get_variable
from assay.system.unixsocket import ask_socket

SECONDS: Final = 60  # the agent may ask the user first
_MAX_BYTES: Final = 2**18  # what OpenSSH's own agent allows
_MAX_KEYS: Final = 2048
_REQUEST_IDENTITIES, _IDENTITIES_ANSWER = 11, 12
_SIGN_REQUEST, _SIGN_RESPONSE = 13, 14
_STATEMENT: Final = b"DSSEv1 "
_LENGTH: Final = struct.Struct(">I")
_KINDS: Final = {  # the name of the key, and the bytes of r and s
    b"ssh-ed25519": 0,
    b"ecdsa-sha2-nistp256": 32,
    b"ecdsa-sha2-nistp384": 48,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    blob: bytes
    comment: bytes


def open_agent_key(uri: SignerUri) -> RemoteSigner:
    """Return the signer with the key that has this fingerprint or, else, this comment.

    Raises:
        UsageError: No agent, no such key in it, several with this comment, or a key of a kind
            that cannot sign statements.
        UnavailableError: The agent does not answer, or not as its protocol says.
    """
    uri.parameters()
    wanted = decode_percent(uri.path)
    socket = get_variable("SSH_AUTH_SOCK")
    if not socket:
        raise UsageError("no ssh-agent: SSH_AUTH_SOCK is not set", hint="ssh-agent(1)")
    with answering(uri):
        identities = _identities(
            _ask(Path(socket), bytes([_REQUEST_IDENTITIES]), _IDENTITIES_ANSWER)
        )
        identity = _chosen(identities, wanted, uri)
        kind, _ = first_string(identity.blob)
    if kind not in _KINDS:
        raise _unfit(kind, uri)
    with answering(uri):
        public = parse_ssh_key(identity.blob).public

    def ask(message: bytes) -> bytes:
        if not message.startswith(_STATEMENT):
            raise UsageError("a key in the ssh-agent signs statements only", where=uri.where)
        asked = string_of(identity.blob) + string_of(message) + bytes(4)
        question = bytes([_SIGN_REQUEST]) + asked
        (answer,) = exactly(1, _ask(Path(socket), question, _SIGN_RESPONSE))
        named, signature = exactly(2, answer)
        if named != kind:
            raise UnavailableError(f"a signature {named!r}, where {kind!r} was asked for")
        return _joined(signature, half) if (half := _KINDS[kind]) else signature

    return RemoteSigner(public=public, uri=uri, ask=ask)


def _chosen(identities: list[_Identity], wanted: str, uri: SignerUri) -> _Identity:
    for identity in identities:
        if fingerprint_of(identity.blob) == wanted:
            return identity
    named = [one for one in identities if wanted and one.comment == wanted.encode()]
    if len(named) == 1:
        return named[0]
    if named:
        raise UsageError(
            f"{len(named)} keys with this comment", where=uri.where, hint="name its fingerprint"
        )
    raise UsageError("no such key in the ssh-agent", where=uri.where, hint="see: ssh-add -l")


def _unfit(kind: bytes, uri: SignerUri) -> UsageError:
    reason = "a kind that is not known here"
    if kind == b"ssh-rsa":
        reason = "the agent signs with PKCS #1 v1.5 only"
    elif kind.startswith(b"sk-"):
        reason = "a security token does not sign the message itself"
    elif b"-cert-" in kind:
        reason = "a certificate; name the key itself"
    return UsageError(
        f"a key {kind.decode(errors='replace')!r}: {reason}",
        where=uri.where,
        hint=f"one of {', '.join(known.decode() for known in _KINDS)}",
    )


def _ask(socket: Path, question: bytes, expected: int) -> bytes:
    answer = ask_socket(socket, question, max_bytes=_MAX_BYTES, seconds=SECONDS)
    if answer[:1] != bytes([expected]):
        raise UnavailableError(
            "the ssh-agent refuses", hint="is it locked, or the key restricted, or was it denied?"
        )
    return answer[1:]


def _identities(answer: bytes) -> list[_Identity]:
    if len(answer) < _LENGTH.size:
        raise MalformedError("a list of keys that is cut off")
    (count,) = _LENGTH.unpack_from(answer)
    if count > _MAX_KEYS:
        raise MalformedError(f"{count} keys")
    strings = exactly(2 * count, answer[_LENGTH.size :])
    return [_Identity(blob=strings[i], comment=strings[i + 1]) for i in range(0, len(strings), 2)]


def _joined(signature: bytes, half: int) -> bytes:
    """Return `r` and `s`, which SSH writes as numbers (RFC 4251, section 5), in DER."""
    numbers = [int.from_bytes(part, "big", signed=True) for part in exactly(2, signature)]
    if any(not 0 <= number < 1 << 8 * half for number in numbers):
        raise MalformedError("an ECDSA signature with numbers that are too large")
    return der_of_concatenated(b"".join(number.to_bytes(half, "big") for number in numbers))
