"""The form of a detached CMS signature (RFC 5652) as Git's X.509 tools make it; nothing verified.

One signer, who signed attributes; what is in them is checked here against the message, since a
signature on attributes says nothing about a message that they do not name.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from assay.core import der
from assay.core.der import Element, integer_of, oid_of, parse_element, parse_elements
from assay.core.errors import MalformedError, SignatureInvalidError
from assay.evidence.exactbase64 import decode_base64

MAX_SIGNATURE_BYTES: Final = 256 * 2**10
_BEGIN: Final = b"-----BEGIN SIGNED MESSAGE-----"
_END: Final = b"-----END SIGNED MESSAGE-----"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_DATA: Final = "1.2.840.113549.1.7.1"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsSignature:
    """What a signer signed, and what else is there; `unsigned` are attributes that nobody did."""

    certificates: tuple[bytes, ...] = field(repr=False)  # DER
    attributes: bytes = field(repr=False)  # as they are signed: a SET
    digest: bytes  # of the message, by the attributes
    signature: bytes = field(repr=False)
    unsigned: dict[str, Element] = field(repr=False)


def parse_cms(armoured: bytes) -> CmsSignature:
    """Read a signature in its armour.

    Raises:
        MalformedError: Not DER, not a detached signature by one signer, or not with SHA-256.
    """
    lines = armoured.strip().split(b"\n")
    if len(armoured) > MAX_SIGNATURE_BYTES or (lines[0], lines[-1]) != (_BEGIN, _END):
        raise MalformedError("not one CMS signature")
    data = decode_base64(b"".join(lines[1:-1]).decode("ascii", "replace"))
    outer = parse_element(data, tag=der.SEQUENCE).fields()
    if oid_of(outer.take(der.OBJECT_IDENTIFIER)) != _SIGNED_DATA:
        raise MalformedError("not signed data")
    fields = parse_element(outer.take(0xA0).value, tag=der.SEQUENCE).fields()
    outer.end()
    integer_of(fields.take(der.INTEGER))
    fields.take(der.SET)  # digest algorithms, which the one signer names again
    content = fields.take(der.SEQUENCE).fields()
    if oid_of(content.take(der.OBJECT_IDENTIFIER)) != _DATA or content.left:
        raise MalformedError("a CMS signature that is not detached")
    certificates = fields.optional(0xA0)
    fields.optional(0xA1)  # revocation lists: the trusted root says who is trusted
    signers = fields.take(der.SET).items(der.SEQUENCE)
    fields.end()
    if len(signers) != 1:
        raise MalformedError(f"{len(signers)} signers, where one is needed")
    shown = () if certificates is None else certificates.items(der.SEQUENCE)
    return _parse_signer(signers[0], tuple(item.raw for item in shown))


def check_message(signature: CmsSignature, message: bytes) -> None:
    """Refuse attributes that are about another message.

    Raises:
        SignatureInvalidError: They are.
    """
    if not hmac.compare_digest(hashlib.sha256(message).digest(), signature.digest):
        raise SignatureInvalidError("the signature is not one of this object")


def attribute_value(attribute: Element) -> Element:
    """Return the one value of an attribute.

    Raises:
        MalformedError: It has none, or several.
    """
    values = parse_elements(attribute.value)
    if len(values) != 1:
        raise MalformedError(f"an attribute with {len(values)} values")
    return values[0]


def _parse_signer(element: Element, certificates: tuple[bytes, ...]) -> CmsSignature:
    fields = element.fields()
    integer_of(fields.take(der.INTEGER))
    if fields.optional(0x80) is None:
        fields.take(der.SEQUENCE)  # who signed: the certificate says it
    if oid_of(fields.take(der.SEQUENCE).fields().take(der.OBJECT_IDENTIFIER)) != _SHA256:
        raise MalformedError("a CMS signature with another hash than SHA-256")
    attributes = fields.take(0xA0)
    fields.take(der.SEQUENCE)  # how: the key decides it
    signature = fields.take(der.OCTET_STRING).value
    unsigned = fields.optional(0xA1)
    fields.end()
    return CmsSignature(
        certificates=certificates,
        attributes=b"\x31" + attributes.raw[1:],
        digest=_digest(_attributes(attributes)),
        signature=signature,
        unsigned={} if unsigned is None else _attributes(unsigned),
    )


def _digest(attributes: dict[str, Element]) -> bytes:
    for name in (_CONTENT_TYPE, _MESSAGE_DIGEST):
        if name not in attributes:
            raise MalformedError(f"no signed attribute {name}")
    if oid_of(attribute_value(attributes[_CONTENT_TYPE])) != _DATA:
        raise MalformedError("a signature on another type of content")
    digest = attribute_value(attributes[_MESSAGE_DIGEST])
    if digest.tag != der.OCTET_STRING:
        raise MalformedError("a digest that is none")
    return digest.value


def _attributes(element: Element) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for attribute in element.items(der.SEQUENCE):
        fields = attribute.fields()
        name, values = oid_of(fields.take(der.OBJECT_IDENTIFIER)), fields.take(der.SET)
        fields.end()
        if name in found:
            raise MalformedError(f"the attribute {name} twice")
        found[name] = values
    return found
