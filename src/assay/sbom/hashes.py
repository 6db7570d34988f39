"""Hashes of packages in their several spellings: `sha256:hex`, npm's `sha512-base64`, CycloneDX."""

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

# Our name, CycloneDX's, SPDX's (empty: it has none), and the length of the hexadecimal form.
_ALGORITHMS: Final = (
    ("md5", "MD5", "MD5", 32),
    ("sha1", "SHA-1", "SHA1", 40),
    ("sha256", "SHA-256", "SHA256", 64),
    ("sha384", "SHA-384", "SHA384", 96),
    ("sha512", "SHA-512", "SHA512", 128),
    ("sha3-256", "SHA3-256", "SHA3-256", 64),
    ("sha3-384", "SHA3-384", "SHA3-384", 96),
    ("sha3-512", "SHA3-512", "SHA3-512", 128),
    ("blake2b-256", "BLAKE2b-256", "BLAKE2b-256", 64),
    ("blake2b-384", "BLAKE2b-384", "BLAKE2b-384", 96),
    ("blake2b-512", "BLAKE2b-512", "BLAKE2b-512", 128),
    ("blake3", "BLAKE3", "BLAKE3", 64),
    ("streebog-256", "Streebog-256", "", 64),
    ("streebog-512", "Streebog-512", "", 128),
)
_LENGTHS: Final[Mapping[str, int]] = MappingProxyType({row[0]: row[3] for row in _ALGORITHMS})
_STANDARD: Final[Mapping[str, str]] = MappingProxyType({row[0]: row[1] for row in _ALGORITHMS})
_OURS: Final = MappingProxyType({theirs: ours for ours, theirs in _STANDARD.items()})
_SPDX: Final = MappingProxyType({row[0]: row[2] for row in _ALGORITHMS if row[2]})
_FROM_SPDX: Final = MappingProxyType({theirs: ours for ours, theirs in _SPDX.items()})
_INTEGRITY: Final = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})
_STREEBOG: Final = frozenset({"streebog-256", "streebog-512"})  # since CycloneDX 1.7
_HEX: Final = re.compile(r"[0-9a-f]+\Z")


def normal_hash(text: str) -> str:
    """Return `sha512-base64` (Subresource Integrity) as `sha512:hex`, anything else as it is."""
    algorithm, dash, value = text.partition("-")
    if not dash or algorithm not in _INTEGRITY:
        return text
    try:
        found = f"{algorithm}:{base64.b64decode(value, validate=True).hex()}"
    except (binascii.Error, ValueError):
        return text
    return found if _is_standard(found) else text


def render_hash(text: str, *, version: str = "1.6") -> dict[str, str] | None:
    """Return the CycloneDX object for `sha256:hex`, or None for a hash that `version` has not."""
    algorithm, _, value = text.partition(":")
    if not _is_standard(text) or (algorithm in _STREEBOG and version != "1.7"):
        return None
    return {"alg": _STANDARD[algorithm], "content": value}


def parse_hash(value: JsonValue) -> str:
    """Read an object that `render_hash` wrote.

    Raises:
        MalformedError: An algorithm that is not known, or a value that is none of its.
    """
    algorithm = _OURS.get(value.field("alg").text(), "")
    return _checked(f"{algorithm}:{value.field('content').text().lower()}", value.where)


def spdx_hash(text: str) -> tuple[str, str] | None:
    """Return SPDX 2.3's name of the algorithm, and the value; None for a hash that SPDX has not."""
    algorithm, _, value = text.partition(":")
    return (_SPDX[algorithm], value) if algorithm in _SPDX and _is_standard(text) else None


def parse_spdx_hash(algorithm: str, value: str) -> str:
    """Return the hash that SPDX writes as an algorithm, in the spelling of 2.3 or 3.0, and a value.

    Raises:
        MalformedError: An algorithm that is not known, or a value that is none of its.
    """
    ours = _FROM_SPDX.get(algorithm) or algorithm.lower().replace("_", "-")
    return _checked(f"{ours}:{value.lower()}", "")


def _checked(text: str, where: str) -> str:
    if not _is_standard(text):
        raise MalformedError(f"{text!r} is no hash that is known", where=where)
    return text


def _is_standard(text: str) -> bool:
    algorithm, _, value = text.partition(":")
    return len(value) == _LENGTHS.get(algorithm, 0) and _HEX.match(value) is not None
