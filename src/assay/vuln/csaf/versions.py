"""Versions of CSAF documents: a whole number, or a semantic version (section 3.1.11)."""

from dataclasses import dataclass
from functools import total_ordering
from typing import Final

from assay.core.errors import MalformedError

MAX_VERSION: Final = 200  # characters; numbers of thousands of digits are no numbers to Python


@total_ordering
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVersion:
    """A version; `numbers` has one for the integer way of counting, and three otherwise."""

    numbers: tuple[int, ...]
    pre_release: tuple[str, ...] = ()
    build: str = ""

    @property
    def is_integer(self) -> bool:
        """Tell whether it is a whole number."""
        return len(self.numbers) == 1

    @property
    def major(self) -> int:
        """Return the first number."""
        return self.numbers[0]

    @property
    def _key(self) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
        parts = tuple(
            (False, int(part), "") if part.isdigit() else (True, 0, part)
            for part in self.pre_release
        )
        # 1 and 1.0.0 are the same place of the line, though no document may mix them.
        return (*self.numbers, 0, 0)[:3], not self.pre_release, parts

    def __lt__(self, other: "DocumentVersion") -> bool:
        """Tell whether this is before `other` by Semantic Versioning 2.0.0, section 11."""
        return self._key < other._key


def document_version(text: str) -> DocumentVersion:
    """Return the version that a text of the form of the schema says.

    Raises:
        MalformedError: It is longer than any that counts something.
    """
    if len(text) > MAX_VERSION:
        raise MalformedError(f"a version of {len(text)} characters, at most {MAX_VERSION}")
    rest, _, build = text.partition("+")
    numbers, _, pre_release = rest.partition("-")
    return DocumentVersion(
        numbers=tuple(int(part) for part in numbers.split(".")),
        pre_release=tuple(pre_release.split(".")) if pre_release else (),
        build=build,
    )
