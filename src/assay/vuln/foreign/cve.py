"""CVE records, JSON 5.x, as their authors (CNAs) and those who add to them (ADPs) publish them.

* What they say about packages of an ecosystem is taken: by package URL, or by a registry and a
  name. A vendor and a product in prose name nothing that could be compared.
* "Unaffected" and "unknown" are kept as said, for versions and as what holds for all others.
* A record in the state REJECTED counts as withdrawn.
* A range whose versions are of a type that nobody here orders, that ends before it begins, or has
  two ends, is one that nobody can work out.
* What is "unaffected" on some platforms alone is not said to be on others.
* Of two words about one version, "affected" counts, in whatever order they stand: the format lets
  the first one win, and its authors seldom mean an order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Affected, Event, Otherwise, Range, Rating, Unreadable
from assay.vuln.cpe.configuration import parse_configuration
from assay.vuln.ecosystems import scheme_of
from assay.vuln.foreign.comparisons import UNKNOWN_RANGE, range_or_unknown
from assay.vuln.foreign.names import (
    MAX_SUMMARY,
    cve_id,
    cve_of,
    package_of_purl,
    package_of_registry,
    summary_of,
)
from assay.vuln.foreign.ratings import vectors_of
from assay.vuln.versions import scheme_key

CVE: Final = "CVE"
MAX_CVE_BYTES: Final = 32 * 2**20
_METRICS: Final = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_STATES: Final = frozenset({"PUBLISHED", "REJECTED"})
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


def cve_records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
    """Yield the one record of a document, whose name is `name`."""
    try:
        yield parse_cve(data)
    except MalformedError as error:
        shown = cve_of(data) or name
        yield Unreadable(ecosystem=CVE, name=printable(shown), why=printable(str(error)))


def parse_cve(data: bytes) -> Advisory:
    """Read one CVE record.

    Raises:
        MalformedError: Not strict JSON, of another major version than 5, of a state that is not
            known, or a member that is needed is missing or of another type.
    """
    record = JsonValue(parse_json(data, max_bytes=MAX_CVE_BYTES))
    version = record.field("dataVersion").text()
    if record.field("dataType").text() != "CVE_RECORD" or not version.startswith("5."):
        raise MalformedError(f"a record of the version {version[:40]!r}", hint="CVE_RECORD 5.x")
    about = record.field("cveMetadata")
    state = about.field("state").text()
    if state not in _STATES:
        raise MalformedError(f"the state {state[:40]!r}", where="cveMetadata.state")
    containers = _containers(record.field("containers"))
    published = about.optional("datePublished")
    updated = about.optional("dateUpdated") or about.optional("dateRejected") or published
    if updated is None:
        raise MalformedError("no dateUpdated", where="cveMetadata")
    return Advisory(
        id=cve_id(about.field("cveId")),
        modified=_time(updated),
        published=None if published is None else _time(published),
        withdrawn=_time(updated) if state == "REJECTED" else None,
        summary=_summary(containers),
        ratings=_ratings(containers),
        affected=tuple(_affected(containers)),
        configurations=tuple(
            parse_configuration(item)
            for one in containers
            for item in one.optional_items("cpeApplicability")
        ),
        source=CVE,
    )


def _containers(value: JsonValue) -> tuple[JsonValue, ...]:
    return (value.field("cna"), *value.optional_items("adp"))


def _time(value: JsonValue) -> datetime:
    """Read a time; records of the first years leave the zone out, which is UTC."""
    text = value.text()
    bare = not text.endswith("Z") and "+" not in text[10:] and "-" not in text[10:]
    with inside(value.where):
        return parse_time(f"{text}Z" if bare else text)


def _summary(containers: tuple[JsonValue, ...]) -> str:
    title = containers[0].optional_text("title").strip()
    if title:
        return printable(title.partition("\n")[0], limit=MAX_SUMMARY)
    prose = (summary_of(one.optional_items("descriptions")) for one in containers)
    return next((text for text in prose if text), "")


def _ratings(containers: Iterable[JsonValue]) -> tuple[Rating, ...]:
    metrics = [item for one in containers for item in one.optional_items("metrics")]
    found = (item.optional(name) for name in _METRICS for item in metrics)
    return vectors_of(found, "vectorString")


def _affected(containers: Iterable[JsonValue]) -> Iterator[Affected]:
    for container in containers:
        for item in container.optional_items("affected"):
            package = _package(item)
            if package is not None:
                yield _entry(item, *package)


def _package(item: JsonValue) -> tuple[str, str] | None:
    """Return the ecosystem and the name of a package, if the entry says any."""
    purl = item.optional_text("packageURL")
    if purl:
        return package_of_purl(purl)
    return package_of_registry(
        item.optional_text("collectionURL"), item.optional_text("packageName")
    )


@dataclass(slots=True, kw_only=True)
class _Said:
    """What the versions of one entry, in the order `scheme`, say, by status."""

    scheme: str
    ranges: dict[Otherwise, list[Range]] = field(default_factory=dict)

    def add(self, status: Otherwise, said: Range) -> None:
        self.ranges.setdefault(status, []).append(said)

    def of(self, status: Otherwise) -> tuple[Range, ...]:
        return tuple(self.ranges.get(status, ()))


def _entry(item: JsonValue, ecosystem: str, name: str) -> Affected:
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
