"""Base64 that has one form only: whoever changes a character changes the bytes, or is refused."""

import base64
import binascii
from typing import Final

from assay.core.errors import MalformedError

_URL_SAFE: Final = str.maketrans("-_", "+/")


def decode_base64(text: str) -> bytes:
    """Decode the standard alphabet (RFC 4648, section 4), padded, without stray bits or spaces.

    Raises:
        MalformedError: Anything else.
    """
    try:
        encoded = text.encode("ascii")
        decoded = binascii.a2b_base64(encoded, strict_mode=True)
    except ValueError as error:  # binascii.Error and UnicodeEncodeError are kinds of it
        raise MalformedError("not base64") from error
    if base64.b64encode(decoded) != encoded:
        raise MalformedError("base64 with stray bits")
    return decoded


def decode_either_base64(text: str) -> bytes:
    """Decode the standard or the URL-safe alphabet (RFC 4648, sections 4 and 5), not a mixture.

    Raises:
        MalformedError: Anything else.
    """
    if "-" not in text and "_" not in text:
        return decode_base64(text)
    if "+" in text or "/" in text:
        raise MalformedError("base64 of two alphabets at once")
    return decode_base64(text.translate(_URL_SAFE))
