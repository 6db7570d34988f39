"""The shape of sort keys, and how dotted identifiers become a part of one."""

from collections.abc import Callable
from typing import Final

Part = tuple[int | str, ...]
VersionKey = tuple[Part, ...]
Reader = Callable[[str], VersionKey | None]

BEGINNING: Final[VersionKey] = ()  # before every key: OSV's "0"
MAX_DIGITS: Final = 100  # of one number: none is longer, and reading long ones takes long


def ranked(text: str, *, number: int, word: int) -> Part:
    """Return dotted identifiers, each as its rank (numbers or words first) and its value."""
    flat: list[int | str] = []
    for part in text.split("."):
        flat += (number, int(part)) if part.isdigit() else (word, part)
    return tuple(flat)


def without_trailing_zeros(numbers: Part) -> Part:
    """Return `numbers` with `1.0.0` as `1`, but never empty."""
    end = len(numbers)
    while end > 1 and numbers[end - 1] == 0:
        end -= 1
    return numbers[:end]
