"""What the three forges have in common: reading one after the other, and naming what could not be.

A part that a forge does not tell becomes a `NotChecked` with the way to change that; the other
parts are read all the same. Names come from outside, and go on as printable text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeVar

from assay.core.clock import parse_time
from assay.core.errors import AssayError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.forge.client import ForbiddenError, ForgeClient
from assay.source.forge.facts import ChangeRequest, Member, RefRules

MAX_NAME: Final = 200  # characters of an account, a branch or a check
MAX_REQUESTS: Final = 10  # for one commit: it belongs to one, or to a few backports

_Part = TypeVar("_Part")


class ForgeReader(Protocol):
    """One forge's way to tell each part; all of them raise `AssayError` where it cannot be told."""

    @property
    def client(self) -> ForgeClient:
        """The interface that is asked."""

    def default_branch(self) -> str:
        """Return the name of the branch that a clone checks out."""

    def branch(self, name: str) -> RefRules:
        """Return what is enforced on a branch."""

    def tags(self) -> tuple[RefRules, ...]:
        """Return what is enforced on tags, by patterns."""

    def members(self) -> tuple[Member, ...]:
        """Return who may do what."""

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the requests that brought `commit` in, or are to."""


@dataclass(slots=True)
class Parts:
    """Reads parts, and keeps what could not be read."""

    gaps: list[NotChecked] = field(default_factory=list)

    def read(self, what: str, name: str, part: Callable[[], _Part], otherwise: _Part) -> _Part:
        """Return what `part` returns, or `otherwise` and a gap where it cannot be told."""
        try:
            return part()
        except AssayError as error:
            where = f" at {error.where}" if error.where else ""
            remedy = error.hint or (
                "Use a token that may read the administration of the repository."
                if isinstance(error, ForbiddenError)
                else "Run `assay forge record` again."
            )
            gap = NotChecked(what=what, where=name, why=f"{error.what}{where}", remedy=remedy)
            self.gaps.append(gap)
            return otherwise


def name_of(value: JsonValue | None, member: str) -> str:
    """Return the name of an account, empty where the forge has none (any more)."""
    return "" if value is None else text_of(value.field(member))


def text_of(value: JsonValue) -> str:
    """Return a text as it may be shown and kept."""
    return printable(value.text(), limit=MAX_NAME)


def flag_of(value: JsonValue | None, member: str) -> bool | None:
    """Return a boolean, None where it is absent or null."""
    found = None if value is None else value.optional(member)
    return None if found is None else found.boolean()


def count_of(value: JsonValue, member: str) -> int:
    """Return a whole number, 0 where it is absent, null or below."""
    found = value.optional(member)
    return 0 if found is None else max(0, found.integer())


def time_of(value: JsonValue, member: str) -> datetime | None:
    """Return a time, None where it is absent, null or empty."""
    text = value.optional_text(member)
    return parse_time(text) if text else None


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Combine what several rules say: enforced by one is enforced; else one unknown is unknown."""
    seen = set(answers)
    return True if True in seen else (None if None in seen else False)
