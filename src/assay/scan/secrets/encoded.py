"""Text under base64 or hex: found by how telling words look there, and decoded around them.

A word in base64 is one of three strings, by where it begins, apart from a letter at either end.
Hyperscan looks for those among its other triggers, so that all that is no such text costs nothing.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import re2

from assay.core.errors import MalformedError

_WORDS: Final = (
    *("password", "Password", "PASSWORD", "passwd", "secret", "Secret", "SECRET", "token", "TOKEN"),
    *("api_key", "apikey", "apiKey", "API_KEY", "AccountKey", "access_key", "ACCESS_KEY"),
    *("credential", "PRIVATE KEY", "client_key", "_authToken", "machine "),
    *("AKIA", "ghp_", "github_pat_", "glpat-", "xoxb-", "sk_live_", "AIza", "npm_", "pypi-AgE"),
    *("hooks.slack.com", "Bearer ", "eyJhbGci", "eyJ0eXAi", "sk-proj-", "sk-ant-"),
)
_PACKED: Final = ("H4sIA", "UEsDB")  # gzip and zip, in base64
_STABLE: Final = 5  # letters of a word in base64 that do not depend on its neighbours
_AROUND: Final = 64 * 1024  # bytes on either side of a trigger that may belong to its text
MAX_TEXTS: Final = 1000  # in one object: each costs a look at what is around it

_BASE64_RUN: Final = re2.compile(
    rb"[A-Za-z0-9+/_\-]{8,}(?:(?:\r?\n|\\r\\n|\\n)[ \t]{0,16}[A-Za-z0-9+/_\-]+)*"
)
_HEX_RUN: Final = re2.compile(rb"[0-9a-fA-F]{10,}")


def base64_triggers() -> str:
    """Return the expression of all words in base64."""
    found = {form for word in _WORDS for form in _forms(word)} | set(_PACKED)
    return "|".join(sorted(found)).replace("+", r"\+")


def hex_triggers() -> str:
    """Return the expression of all words in hex."""
    words = sorted({word.encode().hex() for word in _WORDS if len(word) >= _STABLE})
    return f"(?i:{'|'.join(words)})"


def decode_base64(data: bytes, ends: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the offset and the content of each text in base64 around the trigger `ends`.

    Raises:
        MalformedError: There are over `MAX_TEXTS` of them.
    """
    for start, run in _runs(data, ends, _BASE64_RUN):
        text = _plain(run)
        for skipped in range(4):
            raw = _decoded(text[skipped:])
            if _is_telling(raw):
                yield start, raw
                break


def decode_hex(data: bytes, ends: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the offset and the content of each text in hex around the trigger `ends`.

    Raises:
        MalformedError: There are over `MAX_TEXTS` of them.
    """
    for start, run in _runs(data, ends, _HEX_RUN):
        for skipped in range(2):
            digits = run[skipped:]
            raw = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
            if _is_telling(raw):
                yield start, raw
                break


def _forms(word: str) -> Iterator[str]:
    """Yield `word` in base64, as it looks behind 0, 1 or 2 bytes modulo 3, without its ends."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + word.encode()).decode().rstrip("=")
        stable = encoded[(8 * before + 5) // 6 : 8 * (before + len(word)) // 6]
        if len(stable) >= _STABLE:
            yield stable


def _runs(data: bytes, ends: Iterable[int], pattern: object) -> Iterator[tuple[int, bytes]]:
    covered = count = 0
    for end in ends:
        if end <= covered:
            continue
        if count == MAX_TEXTS:
            raise MalformedError(f"it has over {MAX_TEXTS} texts in base64, or in hex")
        low = max(covered, end - _AROUND)
        for match in pattern.finditer(data[low : end + _AROUND]):  # type: ignore[attr-defined]
            if low + match.end() >= end:
                covered = low + match.end()
                if low + match.start() < end:
                    count += 1
                    yield low + match.start(), match.group()
                break


def _plain(run: bytes) -> bytes:
    for ending in (b"\\r", b"\\n"):
        run = run.replace(ending, b"")
    return b"".join(run.split()).translate(bytes.maketrans(b"-_", b"+/"))


def _decoded(text: bytes) -> bytes:
    """Decode whole groups of four, and what is left at the end where it is a byte or two."""
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:  # one letter is left over
        return base64.b64decode(text[: len(text) // 4 * 4])


def _is_telling(raw: bytes) -> bool:
    return raw.startswith((b"\x1f\x8b\x08", b"PK\x03\x04")) or any(
        word.encode() in raw for word in _WORDS
    )
