"""Which commit a tag of an action stands for, as far as it is known without asking anybody.

Two sources: what the repository pins already, with the tag in a comment behind it; and a list that
somebody made with care, one `owner/repo@tag COMMIT` a line. Where two of them disagree nothing is
known: a commit is never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from assay.core.errors import MalformedError

_COMMIT: Final = r"([0-9a-f]{40})"
_PINNED: Final = re.compile(
    r"\buses:\s{1,4}[\"']?([\w.-]{1,100}/[\w.-]{1,100})(?:/[\w./-]{1,200})?@"
    + _COMMIT
    + r"[\"']?\s{1,8}#\s{0,4}(?:tag=)?([\w.-]{1,100})\s*$",
    re.MULTILINE,
)
_LISTED: Final = re.compile(
    r"([\w.-]{1,100}/[\w.-]{1,100})@([\w./-]{1,200})\s{1,20}" + _COMMIT + r"\s*\Z"
)
MAX_PINS_BYTES: Final = 2**20  # of a list

Pins = Mapping[tuple[str, str], str]


def learn_pins(texts: Iterable[str], *, listed: Pins) -> dict[tuple[str, str], str]:
    """Return the commit of each (repository, tag) that the workflows `texts` pin, or `listed` has.

    Names of repositories are in small letters, as GitHub compares them.
    """
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for text in texts:
        for repository, commit, tag in _PINNED.findall(text):
            found[repository.lower(), tag].add(commit)
    for name, commit in listed.items():
        found[name].add(commit)
    return {name: commits.pop() for name, commits in found.items() if len(commits) == 1}


def parse_pins(data: bytes) -> dict[tuple[str, str], str]:
    """Read a list of pins; empty lines and those that begin with `#` do not count.

    Raises:
        MalformedError: A line of another form, or one tag with two commits.
    """
    pins: dict[tuple[str, str], str] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = _LISTED.match(line)
        if entry is None:
            hint = "owner/repo@tag and a commit of 40 hex digits"
            raise MalformedError("not a pin", where=f"line {number}", hint=hint)
        name = (entry.group(1).lower(), entry.group(2))
        if pins.setdefault(name, entry.group(3)) != entry.group(3):
            raise MalformedError("another commit than above", where=f"line {number}")
    return pins
