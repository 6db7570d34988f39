"""Version ranges of advisories, worked out once into intervals.

Follows the evaluation algorithm of the OSV schema: the events of a range in version order, each
`introduced` opening an interval that the next `fixed`, `last_affected` or `limit` closes. What
cannot be worked out is kept as a reason, and makes the answer "unknown" where nothing else
settles it.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from assay.vuln.advisory import Affected, Event, Range
from assay.vuln.ecosystems import scheme_of
from assay.vuln.versions import BEGINNING, VersionKey, scheme_key


class Answer(enum.StrEnum):
    """Whether an advisory, or any advisory, affects a package."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Versions from `start`, up to `end` or without an end. `fixed` is the fixing version."""

    start: VersionKey
    end: VersionKey | None = None
    with_end: bool = False
    fixed: str = ""

    def covers(self, key: VersionKey) -> bool:
        """Tell whether the version with the sort key `key` is inside."""
        if key < self.start:
            return False
        return self.end is None or key < self.end or (self.with_end and key == self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """All that an advisory says about which versions of one package are affected.

    `scheme` orders the versions. `problem` is not empty where a part of it could not be worked
    out.
    """

    scheme: str
    intervals: tuple[Interval, ...]
    versions: frozenset[str]
    problem: str = ""

    def judge(self, version: str) -> Answer:
        """Answer for one version, as written in a lock file."""
        key = scheme_key(self.scheme, version)
        if version in self.versions or (key is not None and self._covers(key)):
            return Answer.AFFECTED
        if self.problem or (key is None and (self.intervals or self.versions)):
            return Answer.UNKNOWN
        return Answer.NOT_AFFECTED

    def _covers(self, key: VersionKey) -> bool:
        for interval in self.intervals:  # no `any`: this is asked millions of times
            if interval.covers(key):
                return True
        # Only where nothing but the list speaks: ranges that were read settle spelling as well.
        return not self.intervals and any(
            scheme_key(self.scheme, listed) == key for listed in self.versions
        )


def extent_of(ecosystem: str, entries: Iterable[Affected]) -> Extent:
    """Work out the union of what the entries about one package say."""
    scheme = scheme_of(ecosystem)
    intervals: list[Interval] = []
    versions: set[str] = set()
    problems: list[str] = []
    for entry in entries:
        versions.update(entry.versions)
        usable = [item for item in entry.ranges if item.type != "GIT"]  # commits, not versions
        if not usable and not entry.versions:
            only = ", only commits" if entry.ranges else ""
            problems.append(f"it names no versions{only}")
        for item in usable:
            try:
                intervals += _intervals(ecosystem, scheme, item)
            except _UnusableError as error:
                problems.append(str(error))
    return Extent(
        scheme=scheme,
        intervals=tuple(intervals),
        versions=frozenset(versions),
        problem="; ".join(dict.fromkeys(problems)),
    )


class _UnusableError(Exception):
    """A range that cannot be worked out; never leaves this module."""


_KNOWN_TYPES: Final = frozenset({"SEMVER", "ECOSYSTEM"})
_KNOWN_EVENTS: Final = frozenset({"introduced", "fixed", "last_affected", "limit"})


def _intervals(ecosystem: str, scheme: str, item: Range) -> list[Interval]:
    if item.type not in _KNOWN_TYPES:
        raise _UnusableError(f"a range of the unknown type {item.type!r}")
    keyed = [
        (_key(ecosystem, scheme, event), event) for event in item.events if not _is_no_limit(event)
    ]
    # The sort is stable: at one version the record's own order of events holds.
    keyed.sort(key=lambda pair: pair[0])
    found: list[Interval] = []
    start: VersionKey | None = None
    for key, event in keyed:
        if event.kind == "introduced":
            start = key if start is None else start
        elif start is not None:
            found.append(_closed(start, key, event))
            start = None
    return found if start is None else [*found, Interval(start=start)]


def _is_no_limit(event: Event) -> bool:
    return event.version == "*" and event.kind == "limit"


def _closed(start: VersionKey, end: VersionKey, event: Event) -> Interval:
    return Interval(
        start=start,
        end=end,
        with_end=event.kind == "last_affected",
        fixed=event.version if event.kind == "fixed" else "",
    )


def _key(ecosystem: str, scheme: str, event: Event) -> VersionKey:
    if event.kind not in _KNOWN_EVENTS:
        raise _UnusableError(f"an event of the unknown kind {event.kind!r}")
    if event.version == "0" and event.kind == "introduced":
        return BEGINNING
    key = scheme_key(scheme, event.version)
    if key is None:
        raise _UnusableError(f"{event.version!r} is no version of {ecosystem}")
    return key
