"""The inventory as a CycloneDX 1.6 document (ECMA-424), and back.

* The document is written directly, not through a library: docs/decisions/0002. The tests hold every
  document against the strict JSON schema.
* The same inventory, subject and time give the same document: everything is sorted, and the serial
  number is derived from all the rest.
* What CycloneDX has no place for (files read, what was not checked, what is not locked or pinned)
  goes into properties whose names begin with `assay:`, so that nothing is lost on the way back.
* `compositions` claims "complete" only where nothing speaks against it.
"""

import hashlib
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.clock import format_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.sbom.component import Component, Inventory
from assay.sbom.hashes import parse_hash, render_hash
from assay.sbom.requirementnames import is_requirements

PREDICATE_TYPE: Final = "https://cyclonedx.org/bom"
SPEC_VERSION: Final = "1.6"
MAX_PROPERTY_BYTES: Final = 2**20  # one entry of what was not checked; its texts are bounded

PRODUCT: Final = "product"  # the product's bom-ref; every other one is a purl
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")
_PREFIX: Final = "assay:"
_TOOL: Final = {"type": "application", "name": "assay", "version": __version__}
_FLAGS: Final = {True: "true", False: "false"}
_SAID: Final = {"true": True, "false": False}


def render_cyclonedx(
    inventory: Inventory, *, subject_name: str, subject_version: str, at: datetime
) -> dict[str, object]:
    """Return the CycloneDX 1.6 object for `inventory`; `subject_version` is the commit.

    Raises:
        ValueError: `at` has no time zone.
    """
    document: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {
            "timestamp": format_time(at),
            "tools": {"components": [_TOOL]},
            "component": {
                "type": "application",
                "bom-ref": PRODUCT,
                "name": subject_name,
                "version": subject_version,
            },
            "properties": _inventory_properties(inventory),
        },
        "components": [_render_component(component) for component in inventory.components],
        "dependencies": _render_dependencies(inventory.components),
        "compositions": [{"aggregate": decide_aggregate(inventory), "assemblies": [PRODUCT]}],
    }
    return {"serialNumber": _serial_number(document)} | document


def decide_aggregate(inventory: Inventory) -> str:
    """Return how far the list of components may be relied on, in CycloneDX's words.

    "incomplete" where something was not checked, not locked or not pinned; "unknown" where no file
    said anything, or where a requirements file without hashes may have left packages out (pip
    insists on naming every package only when all have hashes); otherwise "complete".
    """
    if inventory.not_checked or inventory.unlocked or inventory.unpinned:
        return "incomplete"
    if not inventory.examined:
        return "unknown"
    open_lists = (
        is_requirements(path)
        for component in inventory.components
        if not component.hashes
        for path in component.found_in
    )
    return "unknown" if any(open_lists) else "complete"


def parse_inventory(value: JsonValue) -> Inventory:
    """Read a document that `render_cyclonedx` wrote.

    Raises:
        MalformedError: Not CycloneDX 1.6, or a part that `render_cyclonedx` writes is missing or
            of another form.
    """
    if value.field("bomFormat").text() != "CycloneDX":
        raise MalformedError("not a CycloneDX document", where="bomFormat")
    if value.field("specVersion").text() != SPEC_VERSION:
        raise MalformedError(f"a CycloneDX version other than {SPEC_VERSION}", where="specVersion")
    properties = _properties(value.field("metadata"))
    edges = _parse_dependencies(value.field("dependencies"))
    return Inventory(
        components=tuple(
            _parse_component(item, edges) for item in value.field("components").items()
        ),
        lock_files=tuple(item.text() for item in properties["lockFile"]),
        unlocked=tuple(item.text() for item in properties["unlocked"]),
        unpinned=tuple(item.text() for item in properties["unpinned"]),
        examined=MappingProxyType(dict(_parse_count(item) for item in properties["examined"])),
        not_checked=tuple(_parse_note(item) for item in properties["notChecked"]),
    )


def _render_component(component: Component) -> dict[str, object]:
    standard = [found for text in component.hashes if (found := render_hash(text)) is not None]
    properties = [
        *_property("foundIn", component.found_in),
        *_property("hash", (text for text in component.hashes if render_hash(text) is None)),
    ]
    if component.direct is not None:
        properties += _property("direct", (_FLAGS[component.direct],))
    if component.development is not None:
        properties += _property("development", (_FLAGS[component.development],))
    rendered: dict[str, object] = {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
    }
    if component.development:
        rendered["scope"] = "excluded"  # used to make the product, not part of it
    if standard:
        rendered["hashes"] = standard
    return rendered | {"purl": component.purl, "properties": properties}


def _parse_component(value: JsonValue, edges: dict[str, tuple[str, ...]]) -> Component:
    properties = _properties(value)
    purl = value.field("purl").text()
    hashes = (parse_hash(item) for item in value.optional_items("hashes"))
    others = (item.text() for item in properties["hash"])
    return Component(
        purl=purl,
        name=value.field("name").text(),
        version=value.field("version").text(),
        found_in=tuple(item.text() for item in properties["foundIn"]),
        hashes=tuple(sorted({*hashes, *others})),
        depends_on=edges.get(value.field("bom-ref").text(), ()),
        direct=_parse_flag(properties["direct"]),
        development=_parse_flag(properties["development"]),
    )


def _inventory_properties(inventory: Inventory) -> list[dict[str, str]]:
    notes = (render_canonical_json(note.as_json()).decode() for note in inventory.not_checked)
    counts = (f"{count} {noun}" for noun, count in inventory.examined.items())
    return [
        *_property("lockFile", inventory.lock_files),
        *_property("unlocked", inventory.unlocked),
        *_property("unpinned", inventory.unpinned),
        *_property("examined", counts),
        *_property("notChecked", notes),
    ]


def _property(name: str, values: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": f"{_PREFIX}{name}", "value": value} for value in values]


def _properties(value: JsonValue) -> Mapping[str, tuple[JsonValue, ...]]:
    """Return the values of our own properties by name, those of one name in their order."""
    found: dict[str, tuple[JsonValue, ...]] = defaultdict(tuple)
    for item in value.optional_items("properties"):
        name = item.field("name").text().removeprefix(_PREFIX)
        found[name] += (item.field("value"),)
    return found


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


def _render_dependencies(components: tuple[Component, ...]) -> list[dict[str, object]]:
    """Return one entry for the product, with its direct dependencies, and one for each component.

    Of some files nobody can tell which dependencies are direct; the product's entry then names
    fewer than it has, and `compositions` makes no claim about the graph.
    """
    direct = [component.purl for component in components if component.direct]
    edges = [(PRODUCT, direct), *((item.purl, list(item.depends_on)) for item in components)]
    return [{"ref": ref, "dependsOn": targets} for ref, targets in edges]


def _parse_dependencies(value: JsonValue) -> dict[str, tuple[str, ...]]:
    return {
        item.field("ref").text(): tuple(to.text() for to in item.optional_items("dependsOn"))
        for item in value.items()
    }


def _serial_number(document: dict[str, object]) -> str:
    """Return a UUID of version 8 (RFC 9562) from the SHA-256 of the rest of the document.

    It only has to be the same for the same document; the canonical form would take twice as long.
    """
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    bits = bytearray(hashlib.sha256(text.encode()).digest()[:16])
    bits[6] = 0x80 | bits[6] & 0x0F  # the version
    bits[8] = 0x80 | bits[8] & 0x3F  # the variant
    return f"urn:uuid:{uuid.UUID(bytes=bytes(bits))}"
