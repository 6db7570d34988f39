"""What formats have no place for: properties whose names begin with `assay:`, there and back."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.hashes import spdx_hash

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(  # CycloneDX's kinds in SPDX's words
    {
        "application": "APPLICATION",
        "container": "CONTAINER",
        "device": "DEVICE",
        "file": "FILE",
        "firmware": "FIRMWARE",
        "framework": "FRAMEWORK",
        "library": "LIBRARY",
        "operating-system": "OPERATING-SYSTEM",
    }
)
_OTHER_KINDS: Final = frozenset(
    {"cryptographic-asset", "data", "device-driver", "machine-learning-model", "platform"}
)
_KINDS: Final = _OTHER_KINDS.union(PURPOSES)
_METHODS: Final = frozenset(
    {
        "ast-fingerprint",
        "attestation",
        "binary-analysis",
        "dynamic-analysis",
        "filename",
        "hash-comparison",
        "instrumentation",
        "manifest-analysis",
        "other",
        "source-code-analysis",
    }
)
_PARTS: Final = [f"incomplete_{party}_party" for party in ("first", "third")]
_AGGREGATES: Final = frozenset({"complete", "incomplete", "not_specified", "unknown"}).union(
    f"{part}{kind}_only" for part in _PARTS for kind in ("", "_proprietary", "_opensource")
)
PREFIX: Final = "assay:"
MAX_PROPERTY_BYTES: Final = 2**20  # one entry of what was not checked; its texts are bounded
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")
_FLAGS: Final = {True: "true", False: "false"}
_EDGE_WORDS: Final = {True: "all", False: "some"}
_EDGES: Final = {"all": True, "some": False}
_SAID: Final = {"true": True, "false": False}

Property = tuple[str, str]
Properties = Mapping[str, tuple[JsonValue, ...]]
Notes = Callable[[tuple[NotChecked, ...]], tuple[NotChecked, ...]]


def inventory_properties(inventory: Inventory) -> list[Property]:
    """Return what `read_inventory_properties` needs beside the components."""
    notes = (render_canonical_json(note.as_json()).decode() for note in inventory.not_checked)
    counts = (f"{count} {noun}" for noun, count in inventory.examined.items())
    return [
        *_named("lockFile", inventory.lock_files),
        *_named("unlocked", inventory.unlocked),
        *_named("unpinned", inventory.unpinned),
        *_named("examined", counts),
        *_named("notChecked", notes),
    ]


def read_inventory_properties(components: tuple[Component, ...], found: Properties) -> Inventory:
    """Return the inventory of `components` with what its properties say.

    Raises:
        MalformedError: A property of another form than it is written in.
    """
    return Inventory(
        components=components,
        lock_files=_texts(found["lockFile"]),
        unlocked=_texts(found["unlocked"]),
        unpinned=_texts(found["unpinned"]),
        examined=MappingProxyType(dict(_parse_count(item) for item in found["examined"])),
        not_checked=tuple(_parse_note(item) for item in found["notChecked"]),
    )


def document_properties(sbom: Sbom) -> list[Property]:
    """Return what SPDX has no place for in a document."""
    return [
        *inventory_properties(sbom.inventory),
        *_named("aggregate", filter(None, [sbom.aggregate])),
        *_named("supplier", filter(None, [sbom.supplier])),
        *_named("phase", sbom.phases),
    ]


def organisation_properties(names: Iterable[str]) -> list[Property]:
    """Return which authors are organisations: CycloneDX has one place for one of them."""
    return _named("organisation", names)


def read_document_properties(sbom: Sbom, found: Properties, notes: Notes) -> Sbom:
    """Return `sbom` with what its properties say; `notes` adds what could not be used in it.

    Raises:
        MalformedError: A property of another form than it is written in.
    """
    inventory = read_inventory_properties(sbom.components, found)
    return replace(
        sbom,
        inventory=replace(inventory, not_checked=notes(inventory.not_checked)),
        aggregate=(*_words(found["aggregate"], _AGGREGATES), "")[0],
        supplier=found["supplier"][0].text() if found["supplier"] else "",
        phases=_texts(found["phase"]) or sbom.phases,
    )


def component_properties(component: Component, hashes: Iterable[str]) -> list[Property]:
    """Return what formats have no place for in a component; `hashes` are those among them."""
    properties = [
        *_named("foundIn", component.found_in),
        *_named("hash", hashes),
        *_named("rawPurl", component.raw_purls),
        *_named("cpe", component.cpes[1:]),  # CycloneDX has one place
    ]
    if component.direct is not None:
        properties += _named("direct", (_FLAGS[component.direct],))
    if component.development is not None:
        properties += _named("development", (_FLAGS[component.development],))
    return properties


def spdx_properties(component: Component) -> list[Property]:
    """Return what SPDX has no place for in a component; CPEs it has, as many as there are."""
    properties = component_properties(replace(component, cpes=()), _beyond_spdx(component.hashes))
    if component.kind not in PURPOSES:
        properties += _named("kind", (component.kind,))
    if component.edges_known is not None:
        properties += _named("edges", (_EDGE_WORDS[component.edges_known],))
    if len(component.licences) + len(component.raw_licences) > 1:
        properties += _named("licence", component.licences)
        properties += _named("rawLicence", component.raw_licences)
    return [*properties, *_named("method", component.methods)]


def listed_licences(found: Properties) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the licences that are listed one by one, as expressions and as other texts."""
    return _texts(found["licence"]), _texts(found["rawLicence"])


def _beyond_spdx(hashes: Iterable[str]) -> list[str]:
    return [text for text in hashes if spdx_hash(text) is None]


def apply_component_properties(component: Component, found: Properties) -> Component:
    """Return `component` with what its properties say beside what the format's own members did.

    Raises:
        MalformedError: A property of another form than it is written in.
    """
    development = _parse_flag(found["development"])
    return replace(
        component,
        found_in=_texts(found["foundIn"]) or component.found_in,
        hashes=tuple(sorted({*component.hashes, *_texts(found["hash"])})),
        raw_purls=tuple(sorted({*component.raw_purls, *_texts(found["rawPurl"])})),
        cpes=(*component.cpes, *_texts(found["cpe"])),
        direct=_parse_flag(found["direct"]),
        kind=(*_words(found["kind"], _KINDS), component.kind)[0],
        methods=_words(found["method"], _METHODS) or component.methods,
        edges_known=_EDGES.get(found["edges"][0].text()) if found["edges"] else None,
        development=component.development if development is None else development,
    )


def our_properties(items: Iterable[JsonValue]) -> Properties:
    """Return the values of our own properties by name, those of one name in their order.

    Raises:
        MalformedError: A property without a name or a value.
    """
    found: dict[str, tuple[JsonValue, ...]] = defaultdict(tuple)
    for item in items:
        name = item.field("name").text()
        if name.startswith(PREFIX):
            found[name.removeprefix(PREFIX)] += (item.field("value"),)
    return found


def _named(name: str, values: Iterable[str]) -> list[Property]:
    return [(f"{PREFIX}{name}", value) for value in values]


def _texts(values: tuple[JsonValue, ...]) -> tuple[str, ...]:
    return tuple(value.text() for value in values)


def _words(values: tuple[JsonValue, ...], known: frozenset[str]) -> tuple[str, ...]:
    """Return words of CycloneDX, which a document in another format could hold any of."""
    for value in values:
        if value.text() not in known:
            raise MalformedError(f"{value.text()!r} is no word that is known", where=value.where)
    return _texts(values)


def _parse_count(value: JsonValue) -> tuple[str, int]:
    count, _, noun = value.text().partition(" ")
    if not _COUNT.match(count) or not noun:
        raise MalformedError(f"{value.text()!r} is no count", where=value.where)
    return noun, int(count)


def _parse_note(value: JsonValue) -> NotChecked:
    with inside(value.where):
        data = value.text().encode()
        return parse_not_checked(JsonValue(parse_json(data, max_bytes=MAX_PROPERTY_BYTES)))


def _parse_flag(values: tuple[JsonValue, ...]) -> bool | None:
    if not values:
        return None
    flag = _SAID.get(values[0].text())
    if flag is None or len(values) > 1:
        raise MalformedError("neither true nor false", where=values[0].where)
    return flag
