"""Which versions an entry of `affects` in CycloneDX is about, and which it says otherwise of."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.vuln.vers import parse_vers
from assay.vuln.vex.statement import Status, VexProduct, VexTarget

_MEANT: Final[Mapping[Status, frozenset[str]]] = MappingProxyType(
    {
        Status.NOT_AFFECTED: frozenset({"unaffected"}),
        Status.FIXED: frozenset({"unaffected"}),
        Status.AFFECTED: frozenset({"affected"}),
        Status.UNDER_INVESTIGATION: frozenset({"affected", "unaffected", "unknown"}),
    }
)


def split_versions(versions: JsonValue, status: Status) -> tuple[list[JsonValue], list[JsonValue]]:
    """Return the entries that the analysis is about, and the others."""
    meant, contrary = list[JsonValue](), list[JsonValue]()
    # The specification's default is "affected". The examples of its authors leave it out where
    # they name the version that a vulnerability is resolved in, and nowhere else.
    default = "unaffected" if status is Status.FIXED else "affected"
    for item in versions.items():
        said = item.optional_text("status", default)
        (meant if said in _MEANT[status] else contrary).append(item)
    return meant, contrary


def limit_product(product: VexProduct, entries: list[JsonValue]) -> VexProduct:
    """Return the product, or the component in it that was pointed at, limited to versions."""
    versions = tuple(e.field("version").text() for e in entries if e.optional("version"))
    ranges = tuple(_range(e.field("range")) for e in entries if e.optional("range"))
    parts = product.subcomponents
    if parts:
        limited = tuple(_limited(part, versions, ranges) for part in parts)
        return replace(product, subcomponents=limited)
    return replace(product, target=_limited(product.target, versions, ranges))


def _limited(target: VexTarget, versions: tuple[str, ...], ranges: tuple[str, ...]) -> VexTarget:
    """Return the target limited to versions; a range without limits means all there are."""
    if any(parse_vers(text).is_every for text in ranges):
        return replace(target, all_versions=True)
    return replace(target, versions=versions, ranges=ranges)


def _range(value: JsonValue) -> str:
    value.parsed(parse_vers)
    return value.text()
