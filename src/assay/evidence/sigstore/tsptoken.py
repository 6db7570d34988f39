"""The form of an RFC 3161 timestamp: a response, the token in it, and what the token says.

Nothing is verified here. Revocation lists, policy, accuracy and nonce are not used: the trusted
root says who is trusted when, and the imprint what was stamped.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.core import der
from assay.core.der import Element, integer_of, oid_of, parse_element
from assay.core.errors import MalformedError

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"

_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_TIME: Final = re.compile(r"(\d{14})(?:\.(\d{0,17}[1-9]))?Z\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A parsed token: nothing in it is verified."""

    content: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    signer: Element
    digest: str
    attributes: Element
    scheme: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """The content of a token: what was stamped, and when."""

    digest: str
    imprint: bytes
    at: datetime


def parse_response(response: bytes) -> Token:
    """Read a TimeStampResp (RFC 3161, section 2.4.2) down to the one SignerInfo.

    Raises:
        MalformedError: Not DER, not granted, or not signed data with a timestamp by one signer.
    """
    fields = parse_element(response, tag=der.SEQUENCE).fields()
    status = fields.take(der.SEQUENCE).fields()
    if integer_of(status.take(der.INTEGER)) != 0:
        raise MalformedError("a timestamp that was not granted")
    token = fields.take(der.SEQUENCE).fields()
    fields.end()
    if oid_of(token.take(der.OBJECT_IDENTIFIER)) != _SIGNED_DATA:
        raise MalformedError("a timestamp token that is no signed data")
    return _parse_signed_data(parse_element(token.take(0xA0).value, tag=der.SEQUENCE))


def _parse_signed_data(element: Element) -> Token:
    fields = element.fields()
    integer_of(fields.take(der.INTEGER))
    fields.take(der.SET)  # digest algorithms, which the one signer names again
    content = fields.take(der.SEQUENCE).fields()
    if oid_of(content.take(der.OBJECT_IDENTIFIER)) != TST_INFO:
        raise MalformedError("signed data that is no timestamp")
    held = parse_element(content.take(0xA0).value, tag=der.OCTET_STRING)
    certificates = fields.optional(0xA0)
    fields.optional(0xA1)  # revocation lists: the trusted root says who is trusted
    signers = fields.take(der.SET).items(der.SEQUENCE)
    fields.end()
    if len(signers) != 1:
        raise MalformedError(f"{len(signers)} signers of a timestamp, where one is needed")
    raw = () if certificates is None else certificates.items(der.SEQUENCE)
    return _parse_signer(signers[0], content=held.value, certificates=tuple(c.raw for c in raw))


def _parse_signer(element: Element, *, content: bytes, certificates: tuple[bytes, ...]) -> Token:
    fields = element.fields()
    integer_of(fields.take(der.INTEGER))
    signer = fields.optional(0x80) or fields.take(der.SEQUENCE)
    digest = digest_of(fields.take(der.SEQUENCE))
    attributes = fields.take(0xA0)
    scheme = oid_of(fields.take(der.SEQUENCE).fields().take(der.OBJECT_IDENTIFIER))
    signature = fields.take(der.OCTET_STRING).value
    return Token(
        content=content,
        certificates=certificates,
        signer=signer,
        digest=digest,
        attributes=attributes,
        scheme=scheme,
        signature=signature,
    )


def parse_info(content: bytes) -> Info:
    """Read the content of a token, a TSTInfo (RFC 3161, section 2.4.2).

    Raises:
        MalformedError: It is none, or uses a digest that is not known.
    """
    fields = parse_element(content, tag=der.SEQUENCE).fields()
    if integer_of(fields.take(der.INTEGER)) != 1:
        raise MalformedError("a timestamp of another version")
    oid_of(fields.take(der.OBJECT_IDENTIFIER))
    imprint = fields.take(der.SEQUENCE).fields()
    digest = digest_of(imprint.take(der.SEQUENCE))
    imprinted = imprint.take(der.OCTET_STRING).value
    imprint.end()
    integer_of(fields.take(der.INTEGER))
    return Info(
        digest=digest, imprint=imprinted, at=_parse_time(fields.take(der.GENERALIZED_TIME).value)
    )


def _parse_time(value: bytes) -> datetime:
    found = _TIME.match(value.decode("ascii", "replace"))
    if found is None:
        raise MalformedError("not a time of a timestamp")
    try:
        whole = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedError("not a time of a timestamp") from error
    return whole + timedelta(microseconds=int(f"{found[2] or '':0<6.6}"))


def digest_of(algorithm: Element) -> str:
    """Return the name of a digest algorithm.

    Raises:
        MalformedError: It is not SHA-256, SHA-384 or SHA-512.
    """
    name = oid_of(algorithm.fields().take(der.OBJECT_IDENTIFIER))
    if name not in _DIGESTS:
        raise MalformedError(f"a digest algorithm that is not known: {name}")
    return _DIGESTS[name]
