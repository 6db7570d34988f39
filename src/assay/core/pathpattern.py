"""Path patterns as people know them from `.gitignore`: `*`, `?` and `**`.

`*` and `?` stay inside one folder, `**` crosses folders, everything else stands for itself. A
pattern is turned into a regular expression without nested repetition, and bounded in length, so
that matching stays linear.
"""

import functools
import re

from assay.core.errors import MalformedError

_MAX_CHARACTERS = 256
_MAX_WILDCARDS = 8  # each may try every position of a path; more of them serve nobody


def is_match(pattern: str, path: str) -> bool:
    """Tell whether `path` (with `/`, relative, no leading `./`) fits `pattern` as a whole.

    Raises:
        MalformedError: The pattern is empty, too long, absolute, or has too many wildcards.
    """
    return _compile_pattern(pattern).fullmatch(path) is not None


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that `is_match` would refuse."""
    _compile_pattern(pattern)


@functools.cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    if not pattern or len(pattern) > _MAX_CHARACTERS:
        raise MalformedError(f"a path pattern has 1 to {_MAX_CHARACTERS} characters: {pattern!r}")
    if pattern.startswith("/"):
        raise MalformedError(f"a path pattern is relative to the top: {pattern!r}")
    parts = re.split(r"(\*\*/|/\*\*|\*\*|\*|\?)", pattern)
    if len(parts) // 2 > _MAX_WILDCARDS:
        raise MalformedError(f"a path pattern has at most {_MAX_WILDCARDS} wildcards: {pattern!r}")
    return re.compile("".join(_WILDCARDS.get(part, re.escape(part)) for part in parts), re.DOTALL)


_WILDCARDS = {
    "**/": "(?:.*/)?",
    "/**": "/.*",
    "**": ".*",
    "*": "[^/]*",
    "?": "[^/]",
}
