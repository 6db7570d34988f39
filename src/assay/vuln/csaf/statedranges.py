"""Ranges of versions as CSAF has them (`vers` texts), as the events that advisories are kept in."""

from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.advisory import ABOVE, Event, Range
from assay.vuln.ecosystems import scheme_of
from assay.vuln.vers import Constraint, VersionRange, parse_vers
from assay.vuln.versions import VersionKey, scheme_key

_UNKNOWN: Final = "assay:unknown"  # a type of range that is never known: the answer is UNKNOWN
_BEGINS: Final = {">=": "introduced", ">": ABOVE}
_ENDS: Final = {"<=": "last_affected", "<": "fixed"}
_ANY_SCHEME: Final = frozenset({"generic", "all"})  # says nothing about the order
_BEGINNING: Final = Event(kind="introduced", version="0")


def single_version(version: str) -> Range:
    """Return the range that has one version in it."""
    kinds = ("introduced", "last_affected")
    return Range(type="ECOSYSTEM", events=tuple(Event(kind=k, version=version) for k in kinds))


def stated_range(text: str, *, ecosystem: str) -> tuple[Range, ...]:
    """Return the ranges that a `vers` text means for packages of `ecosystem`.

    What is no `vers`, is of another scheme, or cannot be put in order is a range that nobody can
    work out, so that the answer is UNKNOWN.
    """
    unknown = (Range(type=_UNKNOWN, events=(_BEGINNING,)),)
    try:
        versions = parse_vers(text)
    except MalformedError:
        return unknown
    scheme = scheme_of(ecosystem)
    if versions.scheme not in {scheme, *_ANY_SCHEME}:
        return unknown
    if not versions.constraints:
        return (Range(type="ECOSYSTEM", events=(_BEGINNING,)),)
    ordered = _ordered(versions, scheme)
    found = None if ordered is None else _intervals(ordered)
    return (
        unknown
        if found is None
        else tuple(Range(type="ECOSYSTEM", events=events) for events in found)
    )


def _ordered(versions: VersionRange, scheme: str) -> list[Constraint] | None:
    """Return the constraints along the line of versions, or None where they have no order."""
    keyed: list[tuple[VersionKey, Constraint]] = []
    for one in versions.constraints:
        key = scheme_key(scheme, one.version)
        if key is None:
            return None
        keyed.append((key, one))
    if len({key for key, _ in keyed}) < len(keyed):
        return None  # VERS wants each version once; two words about one have no order
    return [one for _, one in sorted(keyed, key=lambda pair: pair[0])]


def _intervals(ordered: list[Constraint]) -> list[tuple[Event, ...]] | None:
    """Return the events of each interval; None where an end has no beginning before it.

    The first constraint may be an end: then everything before it is inside.
    """
    found: list[tuple[Event, ...]] = []
    opened: Event | None = None
    for number, one in enumerate(ordered):
        if one.comparator in _BEGINS and opened is None:
            opened = Event(kind=_BEGINS[one.comparator], version=one.version)
        elif one.comparator in _ENDS and (opened is not None or number == 0):
            end = Event(kind=_ENDS[one.comparator], version=one.version)
            found.append((opened or _BEGINNING, end))
            opened = None
        elif not one.comparator and opened is None:
            found.append(single_version(one.version).events)
        else:
            return None
    return found if opened is None else [*found, (opened,)]
