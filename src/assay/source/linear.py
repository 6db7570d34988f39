"""Patterns from outside, matched in linear time: translated for RE2, which never goes back.

`*` and `?` stay inside one folder, `**` crosses folders, a backslash takes the next character as it
is. Paths are matched as bytes, so that names which are not UTF-8 are names like any other.
"""

import functools
import re
from collections.abc import Callable
from typing import Final

import re2

from assay.core.errors import MalformedError

MAX_PATTERN: Final = 4096  # characters: a path is not longer
_TOKENS: Final = re.compile(r"\\.|\*+|\?|\[|[^\\*?\[]+|\\\Z", re.DOTALL)
_SEGMENT: Final = rb"[^/]*"
_CHARACTER: Final = rb"(?:[\x00-\x2e\x30-\x7f]|[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf])"  # no slash

Matches = Callable[[str], bool]


@functools.lru_cache(maxsize=4096)
def compile_linear(regex: bytes) -> Matches:
    """Return what tells whether a path fits `regex`, a pattern of RE2 over bytes, as a whole.

    Raises:
        MalformedError: RE2 does not take it.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # of bytes: each stands for itself
    options.never_nl = False
    options.dot_nl = True
    options.log_errors = False
    try:
        compiled = re2.compile(regex, options)
    except re2.error as error:
        raise MalformedError("a pattern that is too large, or none") from error
    return lambda path: compiled.fullmatch(path.encode("utf-8", "surrogateescape")) is not None


def glob_regex(pattern: str, *, ranges: bool, crosses: bytes = rb".*") -> bytes:
    """Return the regular expression of a pattern of paths; `crosses` stands for two stars.

    With `ranges`, `[a-z]` stands for one character of those.

    Raises:
        MalformedError: It is too long, or a range has no end.
    """
    if len(pattern) > MAX_PATTERN:
        raise MalformedError(f"a pattern of {len(pattern)} characters")
    regex, at = b"", 0
    while at < len(pattern):
        if ranges and pattern[at] == "[":
            found, at = _range(pattern, at)
            regex += found
            continue
        token = _TOKENS.match(pattern, at)
        if token is None:  # for the types: every character is a token
            raise MalformedError(f"cannot be read: {pattern!r}")
        regex += _translated(token[0], crosses)
        at = token.end()
    return regex


@functools.cache
def compile_branch_glob(pattern: str, *, star_crosses: bool) -> Matches:
    """Return what tells whether a branch is one that `pattern` covers.

    Raises:
        MalformedError: It is too long.
    """
    if star_crosses:
        return compile_linear(
            b".*".join(_quoted(part) for part in re.split(r"\*+", pattern[:MAX_PATTERN]))
        )
    return compile_linear(glob_regex(pattern, ranges=False))


def _translated(part: str, crosses: bytes) -> bytes:
    if part[0] == "*":
        return _SEGMENT if len(part) == 1 else crosses
    if part == "?":
        return _CHARACTER
    return _quoted(part[1:] if part[0] == "\\" and len(part) == 2 else part)


def _range(pattern: str, at: int) -> tuple[bytes, int]:
    """Return the expression of a range of characters, and where it ends."""
    end = pattern.find("]", at + 2)
    if end < 0:
        raise MalformedError(f"a range without an end: {pattern!r}")
    inner = pattern[at + 1 : end]
    negated = inner[0] in "!^"
    members = inner[1:] if negated else inner
    if not members.isascii() or not members:
        raise MalformedError(f"a range of other characters than ASCII: {pattern!r}")
    escaped = re.sub(r"([\\\]\[^])", r"\\\1", members).encode()
    return (b"[^/" if negated else b"[") + escaped + b"]", end + 1


def _quoted(text: str) -> bytes:
    """Return `text` so that every byte stands for itself."""
    return b"".join(
        bytes((byte,)) if chr(byte).isalnum() and byte < 128 else b"\\x%02x" % byte
        for byte in text.encode("utf-8", "surrogateescape")
    )
