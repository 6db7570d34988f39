"""Version ranges of advisories, worked out once into intervals.

Follows the evaluation algorithm of the OSV schema: the events of a range in version order, each
`introduced` opening an interval that the next `fixed` or `last_affected` closes, and nothing at or
above the highest `limit`. What cannot be worked out is kept as a reason, and makes the answer
"unknown" where nothing else settles it.

Where an entry also says what is not affected, the order is: versions that any entry names as
affected are; of the others, those that an entry names as not affected are not, by that entry; what
is left is what it says about all others. Two words of one record against each other are "affected".
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, NamedTuple

from assay.vuln.advisory import ABOVE, Affected, Event, Otherwise, Range
from assay.vuln.ecosystems import scheme_of
from assay.vuln.versions import BEGINNING, VersionKey, scheme_key


class Answer(enum.StrEnum):
    """Whether an advisory, or any advisory, affects a package."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    UNKNOWN = "unknown"


class Interval(NamedTuple):
    """Versions from `start`, up to `end` or without an end. `fixed` is the fixing version."""

    start: VersionKey
    end: VersionKey | None = None
    with_end: bool = False
    fixed: str = ""
    above: bool = False  # the start is not inside


def _cover(intervals: Iterable[Interval], key: VersionKey) -> bool:
    """Tell whether the version with the sort key `key` is inside any of `intervals`."""
    for start, end, with_end, _, above in intervals:
        if key < start or (above and key == start):
            continue
        if end is None or key < end or (with_end and key == end):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one entry says beside what is affected: not affected, not known, and all others."""

    cleared: tuple[Interval, ...]
    undecided: tuple[Interval, ...]
    otherwise: Otherwise

    def judge(self, key: VersionKey) -> Otherwise:
        """Return what it says about a version that it does not name as affected."""
        if _cover(self.cleared, key):
            return Otherwise.UNAFFECTED
        if _cover(self.undecided, key):
            return Otherwise.UNKNOWN
        return self.otherwise


@dataclass(slots=True, kw_only=True)  # not frozen: one of those takes twice as long to make
class Extent:
    """All that an advisory says about which versions of one package are affected.

    `scheme` orders the versions. `problem` is not empty where a part of it could not be worked
    out. Nothing changes one.
    """

    scheme: str
    intervals: tuple[Interval, ...]
    versions: frozenset[str]
    problem: str = ""
    stated: tuple[Stated, ...] = ()
    _listed: frozenset[VersionKey | None] | None = field(default=None, repr=False, compare=False)

    def judge(self, version: str) -> Answer:
        """Answer for one version, as written in a lock file."""
        if version in self.versions:
            return Answer.AFFECTED
        key = scheme_key(self.scheme, version)
        if key is not None and (_cover(self.intervals, key) or self._lists(key)):
            return Answer.AFFECTED
        if self.stated:
            return self._judge_stated(key)
        if self.problem or (key is None and (self.intervals or self.versions)):
            return Answer.UNKNOWN
        return Answer.NOT_AFFECTED

    def clears(self, version: str) -> bool:
        """Tell whether it says, in so many words, that the version is not affected."""
        key = scheme_key(self.scheme, version)
        return (
            key is not None
            and self.judge(version) is Answer.NOT_AFFECTED
            and any(one.judge(key) is Otherwise.UNAFFECTED for one in self.stated)
        )

    def leaves_open(self, version: str) -> bool:
        """Tell whether it says, in so many words, that its authors do not know."""
        key = scheme_key(self.scheme, version)
        return (
            key is not None
            and not self.problem
            and self.judge(version) is Answer.UNKNOWN
            and any(one.judge(key) is Otherwise.UNKNOWN for one in self.stated)
        )

    def _judge_stated(self, key: VersionKey | None) -> Answer:
        """Answer for a version that is in no range and no list."""
        if key is None:
            return Answer.UNKNOWN
        said = {one.judge(key) for one in self.stated}
        if Otherwise.AFFECTED in said and not self.problem:
            return Answer.AFFECTED
        doubt = self.problem or not said.isdisjoint({Otherwise.UNKNOWN, Otherwise.AFFECTED})
        return Answer.UNKNOWN if doubt else Answer.NOT_AFFECTED

    def _lists(self, key: VersionKey) -> bool:
        """Tell whether a version is listed in another spelling.

        Only where nothing but the list speaks: ranges that were read settle spelling as well.
        """
        if self.intervals:
            return False
        if self._listed is None:
            self._listed = frozenset(scheme_key(self.scheme, listed) for listed in self.versions)
        return key in self._listed


def extent_of(ecosystem: str, entries: Iterable[Affected]) -> Extent:
    """Work out the union of what the entries about one package say."""
    reader = _RangeReader(ecosystem=ecosystem, scheme=scheme_of(ecosystem))
    intervals: list[Interval] = []
    versions: set[str] = set()
    stated: list[Stated] = []
    for entry in entries:
        versions.update(entry.versions)
        intervals += reader.read(entry.ranges)
        if not _says_something(entry):
            only = ", only commits" if entry.ranges else ""
            reader.problems.append(f"it names no versions{only}")
        if entry.unaffected or entry.undecided or entry.otherwise:
            stated.append(
                Stated(
                    cleared=tuple(reader.read(entry.unaffected)),
                    undecided=tuple(reader.read(entry.undecided)),
                    otherwise=entry.otherwise,
                )
            )
    return Extent(
        scheme=reader.scheme,
        intervals=tuple(intervals),
        versions=frozenset(versions),
        problem="; ".join(dict.fromkeys(reader.problems)),
        stated=tuple(stated),
    )


def _says_something(entry: Affected) -> bool:
    """Tell whether an entry is about versions; ranges of commits alone leave all of them open."""
    if entry.versions:
        return True
    said = (*entry.ranges, *entry.unaffected, *entry.undecided)
    for item in said:
        if item.type != _COMMITS:
            return True
    return not said and entry.otherwise is not Otherwise.SILENT


@dataclass(slots=True, kw_only=True)
class _RangeReader:
    """Works ranges out, and collects why one cannot be."""

    ecosystem: str
    scheme: str
    problems: list[str] = field(default_factory=list)

    def read(self, ranges: Iterable[Range]) -> list[Interval]:
        found: list[Interval] = []
        for item in ranges:
            if item.type == _COMMITS:
                continue
            try:
                found += _intervals(self.ecosystem, self.scheme, item)
            except _UnusableError as error:
                self.problems.append(str(error))
        return found


class _UnusableError(Exception):
    """A range that cannot be worked out; never leaves this module."""


_COMMITS: Final = "GIT"  # no versions
_KNOWN_TYPES: Final = frozenset({"SEMVER", "ECOSYSTEM"})
_KNOWN_EVENTS: Final = frozenset({"introduced", "fixed", "last_affected", "limit", ABOVE})
_BEGINNINGS: Final = frozenset({"introduced", ABOVE})


def _intervals(ecosystem: str, scheme: str, item: Range) -> list[Interval]:
    if item.type not in _KNOWN_TYPES:
        raise _UnusableError(f"a range of the unknown type {item.type!r}")
    keyed = [
        (_key(ecosystem, scheme, event), event) for event in item.events if event.kind != "limit"
    ]
    # The sort is stable: at one version the record's own order of events holds.
    keyed.sort(key=itemgetter(0))
    found: list[Interval] = []
    opened: tuple[VersionKey, bool] | None = None
    for key, event in keyed:
        kind = event.kind
        if kind in _BEGINNINGS:
            opened = opened or (key, kind == ABOVE)
        elif opened is not None:
            start, above = opened
            fixed = event.version if kind == "fixed" else ""
            found.append(Interval(start, key, kind == "last_affected", fixed, above))
            opened = None
    if opened is not None:
        found.append(Interval(start=opened[0], above=opened[1]))
    if len(keyed) == len(item.events):
        return found
    limits = [event for event in item.events if event.kind == "limit"]
    if any(event.version == "*" for event in limits):  # that is no limit
        return found
    return _below(max(_key(ecosystem, scheme, event) for event in limits), found)


def _below(limit: VersionKey, intervals: Iterable[Interval]) -> list[Interval]:
    """Return what is below the limit of a range, the highest where there are several."""
    return [
        one
        if one.end is not None and (one.end, one.with_end) <= (limit, False)
        else one._replace(end=limit, with_end=False, fixed="")
        for one in intervals
        if one.start < limit
    ]


def _key(ecosystem: str, scheme: str, event: Event) -> VersionKey:
    kind, version = event.kind, event.version
    if kind not in _KNOWN_EVENTS:
        raise _UnusableError(f"an event of the unknown kind {kind!r}")
    if version == "0" and kind == "introduced":
        return BEGINNING
    key = scheme_key(scheme, version)
    if key is None:
        raise _UnusableError(f"{version!r} is no version of {ecosystem}")
    return key
