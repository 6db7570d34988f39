"""Signatures of gitsign: CMS with a certificate of Fulcio, with Rekor's entry beside it.

* Authorities, logs and the rules for them are those of `evidence.sigstore`; the Sigstore trusted
  root, and whose an identity is, comes from the trust root.
* The certificate lived for minutes. So a time is needed, by the log's promise or a timestamp: it is
  a trusted time, and the identity must count then.
* Rekor keeps the hash of the signed attributes. The entry's body is not in the signature; it is
  made again from what is, so that an entry for anything else does not verify.
* Without an entry in it (gitsign asks the log over the network then): UNKNOWN.
"""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from assay.core import der
from assay.core.errors import MalformedError
from assay.core.protowire import ProtoMessage, parse_proto
from assay.core.strictjson import render_canonical_json
from assay.evidence.sigstore.bundle import Bundle, BundleVersion, MessageSignature
from assay.evidence.sigstore.certificate import load_leaf, read_identity
from assay.evidence.sigstore.expectation import KeylessSigner
from assay.evidence.sigstore.message import BytesMessage
from assay.evidence.sigstore.rooted import verify_rooted
from assay.evidence.sigstore.tlogentry import MAX_PATH, InclusionProof, LogEntry
from assay.signing.principals import OidcIdentity
from assay.source.cms import CmsSignature, attribute_value, check_message, parse_cms
from assay.source.commit import SignatureKind
from assay.source.signature import HeadSignature, Signed, judge_key, unknown
from assay.source.signers import CommitSigners

_LOG_ENTRY: Final = "1.3.6.1.4.1.57264.3.1"
_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.14"
_GRANTED: Final = bytes.fromhex("3003020100")
_LATEST: Final = 253402300799  # the last second of the year 9999
_KIND: Final = SignatureKind.X509


def judge_gitsign(signed: Signed, signers: CommitSigners) -> HeadSignature:
    """Tell who made a CMS signature.

    Raises:
        MalformedError: Something in it cannot be read.
        RejectedError: A part of it does not hold.
    """
    signature = parse_cms(signed.signature)
    check_message(signature, signed.message)
    if not signature.certificates:
        return unknown(_KIND, "no certificate in the signature")
    try:
        identity = read_identity(load_leaf(signature.certificates))
    except MalformedError:
        return unknown(_KIND, "a certificate that is not one of Sigstore")
    owner = _owner(identity, signers)
    if owner is None:
        return replace(unknown(_KIND, "nobody here has this identity"), key=str(identity))
    if signers.root.sigstore is None:
        return replace(unknown(_KIND, "no Sigstore trusted root"), key=str(identity))
    if _LOG_ENTRY not in signature.unsigned:
        reason = "its log entry is not in the signature"
        return replace(unknown(_KIND, reason), key=str(identity))
    times = _verified_times(signature, identity, signers.root.sigstore, at=signed.at)
    recorded = min((*times, signed.recorded) if signed.recorded else times)
    dates = () if signed.dated is None else (signed.dated,)
    verdict, reason = judge_key(
        str(identity), replace(signed, recorded=recorded), signers, dates=dates
    )
    return HeadSignature(
        kind=_KIND,
        verdict=verdict,
        reason=reason,
        key=str(identity),
        principal=owner,
        algorithm="sigstore",
    )


def parse_log_entry_message(data: bytes, *, body: bytes) -> LogEntry:
    """Read a TransparencyLogEntry of Rekor, whose leaf is `body`.

    Raises:
        MalformedError: Not such a message, or with neither a promise nor a proof.
    """
    message = parse_proto(data)
    kind, promise = message.message(3), message.message(5).content(1)
    proof = _proof(message.message(6))
    seconds = message.number(4)
    if (not promise and proof is None) or seconds > _LATEST:
        raise MalformedError("a log entry that nothing proves, or of no time")
    return LogEntry(
        index=message.number(1),
        log_id=message.message(2).content(1),
        kind=kind.text(1),
        version=kind.text(2),
        integrated_at=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        promise=promise or None,
        proof=proof,
        body=body,
    )


def _proof(message: ProtoMessage) -> InclusionProof | None:
    note = message.message(5).text(1)
    path = message.contents.get(4, [])
    if not note:
        return None
    if len(path) > MAX_PATH:
        raise MalformedError(f"{len(path)} hashes in a path")
    return InclusionProof(
        index=message.number(1),
        size=message.number(3),
        root=message.content(2),
        path=tuple(path),
        checkpoint=note,
    )


def _owner(identity: OidcIdentity, signers: CommitSigners) -> str | None:
    for principal in signers.root.principals:
        if any(held.identity == identity for held in principal.identities):
            return principal.name
    return None


def _verified_times(
    signature: CmsSignature, identity: OidcIdentity, trusted_root: bytes, *, at: datetime
) -> tuple[datetime, ...]:
    """Return when the signature existed, by all who vouch for it, if everything in it holds."""
    element = attribute_value(signature.unsigned[_LOG_ENTRY])
    if element.tag != der.OCTET_STRING:
        raise MalformedError("a log entry that is none")
    bundle = Bundle(
        version=BundleVersion.V0_1,
        certificates=signature.certificates,
        entries=(parse_log_entry_message(element.value, body=_body(signature)),),
        timestamps=_timestamps(signature),
        content=MessageSignature(signature=signature.signature, digest_algorithm="", digest=b""),
    )
    testimony = verify_rooted(
        bundle,
        message=BytesMessage(data=signature.attributes),
        signer=KeylessSigner(identity=identity, trusted_root=trusted_root),
        at=at,
    )
    return tuple(time.at for time in testimony.times)


def _timestamps(signature: CmsSignature) -> tuple[bytes, ...]:
    """Return the timestamp as a response, of which the attribute holds the token alone."""
    if _TIMESTAMP not in signature.unsigned:
        return ()
    content = _GRANTED + attribute_value(signature.unsigned[_TIMESTAMP]).raw
    length = len(content)
    if length < 0x80:
        return (bytes([der.SEQUENCE, length]) + content,)
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return (bytes([der.SEQUENCE, 0x80 | len(size)]) + size + content,)


def _body(signature: CmsSignature) -> bytes:
    """Make the entry that Rekor has for this signature (hashedrekord 0.0.1), byte for byte."""
    text = base64.b64encode(signature.certificates[0]).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()
    return render_canonical_json(
        {
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": {
                    "hash": {
                        "algorithm": "sha256",
                        "value": hashlib.sha256(signature.attributes).hexdigest(),
                    }
                },
                "signature": {
                    "content": base64.b64encode(signature.signature).decode(),
                    "publicKey": {"content": base64.b64encode(pem).decode()},
                },
            },
        }
    )
