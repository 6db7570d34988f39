"""What a CVE record, JSON 5.x, says about the versions of one package.

* "Unaffected" and "unknown" are kept as said, for versions and as what holds for all others.
* A range whose versions are of a type that nobody here orders, that ends before it begins, or has
  two ends, is one that nobody can work out.
* What is "unaffected" on some platforms alone is not said to be on others.
* Of two words about one version, "affected" counts, in whatever order they stand: the format lets
  the first one win, and its authors seldom mean an order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.advisory import Affected, Event, Otherwise, Range
from assay.vuln.ecosystems import scheme_of
from assay.vuln.foreign.comparisons import UNKNOWN_RANGE, range_or_unknown
from assay.vuln.versions import scheme_key

_ENDLESS: Final = frozenset({"*", ""})
_ANY_ORDER: Final = frozenset({"", "custom", "git", "semver"})  # said of versions of any order
_ORDERS: Final = {  # of some ecosystems' versions, by other names than our own
    "python": "pypi",
    "pep440": "pypi",
    "go": "golang",
    "ruby": "gem",
    "rubygems": "gem",
    "rust": "cargo",
    "packagist": "composer",
    "dpkg": "deb",
    "debian": "deb",
    "alpine": "apk",
}
_BEGINNINGS: Final = frozenset({"0", "", "*", "unspecified", "n/a"})
_COMPARED: Final = ("<", ">", "=")


@dataclass(slots=True, kw_only=True)
class _Said:
    """What the versions of one entry, in the order `scheme`, say, by status."""

    scheme: str
    ranges: dict[Otherwise, list[Range]] = field(default_factory=dict)

    def add(self, status: Otherwise, said: Range) -> None:
        self.ranges.setdefault(status, []).append(said)

    def of(self, status: Otherwise) -> tuple[Range, ...]:
        return tuple(self.ranges.get(status, ()))


def affected_of(item: JsonValue, ecosystem: str, name: str) -> Affected:
    """Read an entry of `affected`, which is about the package `name` of `ecosystem`.

    Raises:
        MalformedError: A member that is needed is missing or of another type, or a status is none.
    """
    said = _Said(scheme=scheme_of(ecosystem))
    for version in item.optional_items("versions"):
        _take(said, version)
    default = item.optional("defaultStatus")
    # The format: "unknown" where the author does not say.
    otherwise = Otherwise.UNKNOWN if default is None else _status(default)
    elsewhere = bool(item.optional_items("platforms"))
    if elsewhere and otherwise is Otherwise.UNAFFECTED:
        otherwise = Otherwise.SILENT
    return Affected(
        ecosystem=ecosystem,
        name=name,
        ranges=said.of(Otherwise.AFFECTED),
        unaffected=() if elsewhere else said.of(Otherwise.UNAFFECTED),
        undecided=said.of(Otherwise.UNKNOWN),
        otherwise=otherwise,
    )


def _status(value: JsonValue) -> Otherwise:
    text = value.text().lower()
    if text not in {"affected", "unaffected", "unknown"}:
        raise MalformedError(f"the status {text[:40]!r}", where=value.where)
    return Otherwise(text)


def _take(said: _Said, value: JsonValue) -> None:
    status = _status(value.field("status"))
    version = value.field("version").text().strip()
    order = value.optional_text("versionType").strip().lower()
    kind = "GIT" if order == "git" else "ECOSYSTEM"
    below, last = value.optional_text("lessThan"), value.optional_text("lessThanOrEqual")
    if not _is_ordered(order, said.scheme) or (below and last):
        said.add(status, UNKNOWN_RANGE)
    elif version.startswith(_COMPARED):
        said.add(status, range_or_unknown(version))
    elif any(value.optional(name) is not None for name in _BEYOND):
        for one, part in _parts(value, version, kind, below or last, inclusive=not below):
            said.add(one, part if _goes_up(part, said.scheme) else UNKNOWN_RANGE)
    else:
        said.add(status, _single(kind, version))


_BEYOND: Final = ("lessThan", "lessThanOrEqual", "changes")  # an entry with any of them is a range


def _is_ordered(order: str, scheme: str) -> bool:
    """Tell whether versions of the type `order` are compared as `scheme` does."""
    return order in _ANY_ORDER or _ORDERS.get(order, order) == scheme


def _goes_up(part: Range, scheme: str) -> bool:
    """Tell whether a range does not end before it begins, as far as its versions can be read."""
    start, *end = (scheme_key(scheme, event.version) for event in part.events)
    return not end or start is None or end[0] is None or start <= end[0]


def _single(kind: str, version: str) -> Range:
    """Return one version as a range; `*` is all of them, and nothing is none that is known."""
    if not version:
        return UNKNOWN_RANGE
    start = Event(kind="introduced", version="0" if version == "*" else version)
    last = () if version == "*" else (Event(kind="last_affected", version=version),)
    return Range(type=kind, events=(start, *last))


def _parts(
    value: JsonValue, version: str, kind: str, end: str, *, inclusive: bool
) -> Iterator[tuple[Otherwise, Range]]:
    """Yield the range, cut where its status changes."""
    status = _status(value.field("status"))
    start = "0" if version.lower() in _BEGINNINGS else version
    for change in value.optional_items("changes"):
        at = change.field("at").text()
        yield status, _range(kind, start, Event(kind="fixed", version=at))
        status, start = _status(change.field("status")), at
    if end in _ENDLESS:
        yield status, _range(kind, start, None)
    else:
        closing = "last_affected" if inclusive else "fixed"
        yield status, _range(kind, start, Event(kind=closing, version=end))


def _range(kind: str, start: str, end: Event | None) -> Range:
    events = (Event(kind="introduced", version=start),)
    return Range(type=kind, events=events if end is None else (*events, end))
