"""What a record says about one package or product, in words: for who asks why."""

from collections.abc import Iterable, Iterator
from typing import Final

from assay.vuln.advisory import ABOVE, Advisory, Affected, Event, Otherwise, Range
from assay.vuln.cpe.configuration import Criterion, Node
from assay.vuln.ecosystems import base_of
from assay.vuln.package import normal_name
from assay.vuln.precedence import Rank
from assay.vuln.products import NO_ECOSYSTEM

MAX_SAID: Final = 8  # of one kind; a record of the NVD can name thousands of versions
_WORDS: Final = {
    "introduced": "from",
    ABOVE: "after",
    "fixed": "before",
    "last_affected": "up to",
    "limit": "before",
}


def rank_of(record: Advisory, ecosystem: str, package: str) -> Rank:
    """Return how exactly a record names the package."""
    if ecosystem == NO_ECOSYSTEM:
        return Rank.PRODUCT
    released = any(item.ecosystem != ecosystem for item in _own(record, ecosystem, package))
    return Rank.RELEASE if released else Rank.PACKAGE


def said_of(record: Advisory, ecosystem: str, package: str) -> Iterator[str]:
    """Yield what a record says about the versions of the package, or of the product."""
    if ecosystem == NO_ECOSYSTEM:
        yield from _some(_products(record.configurations, package))
        return
    for item in _own(record, ecosystem, package):
        release = "" if item.ecosystem == ecosystem else f" in {item.ecosystem}"
        yield from _some(f"affected{release}: {one}" for one in _ranges(item.ranges))
        if not item.ranges:
            yield from _some(f"affected{release}: {one}" for one in item.versions)
        yield from _some(f"not affected{release}: {one}" for one in _ranges(item.unaffected))
        yield from _some(f"not known{release}: {one}" for one in _ranges(item.undecided))
        if item.otherwise is not Otherwise.SILENT:
            yield f"all others{release}: {item.otherwise.value}"


def _own(record: Advisory, ecosystem: str, package: str) -> Iterator[Affected]:
    for item in record.affected:
        base = base_of(item.ecosystem)
        if base == ecosystem and normal_name(base, item.name) == package:
            yield item


def _ranges(ranges: Iterable[Range]) -> Iterator[str]:
    for item in ranges:
        kind = "" if item.type in {"SEMVER", "ECOSYSTEM"} else f" ({item.type})"
        told = [_event(event) for event in item.events if not _is_beginning(event)]
        yield f"{' '.join(told) or 'every version'}{kind}"


def _is_beginning(event: Event) -> bool:
    return event.kind == "introduced" and event.version == "0"


def _event(event: Event) -> str:
    return f"{_WORDS.get(event.kind, event.kind)} {event.version}"


def _products(nodes: Iterable[Node], key: str) -> Iterator[str]:
    for node in nodes:
        platform = any(not one.vulnerable for one in node.criteria())
        beside = " with another product" if node.every or platform else ""
        for one in node.criteria():
            if one.vulnerable and one.name.key == key:
                yield f"affected: {one.name}{_bounds(one)}{beside}"


def _bounds(one: Criterion) -> str:
    words = (("from", one.start), ("after", one.above), ("up to", one.last), ("before", one.end))
    return "".join(f" {word} {bound}" for word, bound in words if bound)


def _some(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number == MAX_SAID:
            yield "… and more"
            return
        yield text
