"""Which record counts where two are about one vulnerability of one component, and disagree.

Records are ranked by how exactly they name the component: a release of its distribution, before
its package, before a product by CPE. A record that says "not affected" takes away what records of
a lower rank say about the same vulnerability, never what those of its own rank say: there,
"affected" stands, and the disagreement is told.

* A product is taken away by any record of a higher rank that does not find the version affected.
* A package is taken away only by a record that says so in so many words: nothing follows from what
  is left out.
* Who says not to know gives way to who knows, at the same rank as well. That a record cannot be
  worked out is no such word: it stays.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from assay.vuln.ranges import Answer


class Rank(enum.IntEnum):
    """How exactly a record names a component."""

    PRODUCT = 1  # by CPE
    PACKAGE = 2
    RELEASE = 3  # of a distribution


class Record(Protocol):
    """What is known of one record about one component."""

    @property
    def rank(self) -> Rank:
        """Return how exactly it names the component."""

    def clears(self, version: str) -> bool:
        """Tell whether it says, in so many words, that the version is not affected."""

    def leaves_open(self, version: str) -> bool:
        """Tell whether its authors say that they do not know."""


One = TypeVar("One", bound=Record)


@dataclass(slots=True, kw_only=True)  # not frozen: one is made for each vulnerability found
class Standing(Generic[One]):
    """The records about one vulnerability: whose word stands, and whose does not, by whom."""

    affecting: tuple[One, ...]
    unknown: tuple[One, ...]
    against: tuple[One, ...] = ()  # say "not affected", and do not outrank those that stand
    overruled: Mapping[One, One] = field(default_factory=lambda: MappingProxyType({}))


def decide_standing(judged: Sequence[tuple[One, Answer]], version: str) -> Standing[One]:
    """Decide whose word stands about `version`, from what each record of a cluster says."""
    clear = [(one, one.clears(version)) for one, a in judged if a is Answer.NOT_AFFECTED]
    said = [(one, answer) for one, answer in judged if answer is not Answer.NOT_AFFECTED]
    overruled: dict[One, One] = {}
    for one, answer in said if clear else ():
        is_open = answer is Answer.UNKNOWN and one.leaves_open(version)
        by = _outranking(one, clear, is_open=is_open)
        if by is not None:
            overruled[one] = by
    told = standing_of([(one, answer) for one, answer in said if one not in overruled])
    against = tuple(one for one, in_words in clear if in_words) if told.affecting else ()
    return replace(told, against=against, overruled=MappingProxyType(overruled))


def standing_of(said: Iterable[tuple[One, Answer]]) -> Standing[One]:
    """Return what records say of which none can take away another's word.

    Those that say "not affected" are left out of `said`.
    """
    affecting: list[One] = []
    unknown: list[One] = []
    for one, answer in said:
        (affecting if answer is Answer.AFFECTED else unknown).append(one)
    return Standing(affecting=tuple(affecting), unknown=tuple(unknown))


def _outranking(one: One, clear: Iterable[tuple[One, bool]], *, is_open: bool) -> One | None:
    """Return the first record that takes the word of `one` away."""
    for by, in_words in clear:
        if is_open and by.rank >= one.rank:
            return by
        if by.rank > one.rank and (in_words or one.rank is Rank.PRODUCT):
            return by
    return None
