"""What formats have no place for: properties whose names begin with `assay:`, there and back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.sbom.component import Component, Inventory

PREFIX: Final = "assay:"
MAX_PROPERTY_BYTES: Final = 2**20  # one entry of what was not checked; its texts are bounded
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")
_FLAGS: Final = {True: "true", False: "false"}
_SAID: Final = {"true": True, "false": False}

Property = tuple[str, str]
Properties = Mapping[str, tuple[JsonValue, ...]]


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
