"""Hashes of packages in their several spellings: `sha256:hex`, npm's `sha512-base64`, CycloneDX."""

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

# Those that lock files use and CycloneDX knows, with the length of their hexadecimal form.
_LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
)
_STANDARD: Final[Mapping[str, str]] = MappingProxyType(
    {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
)
_OURS: Final = MappingProxyType({theirs: ours for ours, theirs in _STANDARD.items()})
_HEX: Final = re.compile(r"[0-9a-f]+\Z")


def normal_hash(text: str) -> str:
    """Return `sha512-base64` (Subresource Integrity) as `sha512:hex`, anything else as it is."""
    algorithm, dash, value = text.partition("-")
    if not dash or algorithm not in _LENGTHS:
        return text
    try:
        found = f"{algorithm}:{base64.b64decode(value, validate=True).hex()}"
    except (binascii.Error, ValueError):
        return text
    return found if _is_standard(found) else text


def render_hash(text: str) -> dict[str, str] | None:
    """Return the CycloneDX object for `sha256:hex`, or None for a hash that CycloneDX has not."""
    if not _is_standard(text):
        return None
    algorithm, _, value = text.partition(":")
    return {"alg": _STANDARD[algorithm], "content": value}


def parse_hash(value: JsonValue) -> str:
    """Read an object that `render_hash` wrote.

    Raises:
        MalformedError: An algorithm that is not known, or a value that is none of its.
    """
    algorithm = _OURS.get(value.field("alg").text(), "")
    text = f"{algorithm}:{value.field('content').text()}"
    if not _is_standard(text):
        raise MalformedError(f"{text!r} is no hash that is known", where=value.where)
    return text


def _is_standard(text: str) -> bool:
    algorithm, _, value = text.partition(":")
    return len(value) == _LENGTHS.get(algorithm, 0) and _HEX.match(value) is not None
