r"""The JSON form of a CycloneDX document of ours, written as XML of the same version.

Elements stand in the order that the format wants. A character that XML cannot hold is written as an
escape (`\x1b`), as it would be on a terminal.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from assay.core.jsonvalue import JsonValue
from assay.sbom.formats.cyclonedxxml import NAMESPACE

_PLAIN: Final = re.compile(r"[A-Za-z0-9@:/._%+ =~,;()\[\]{}?#!*$^|`-]*\Z")  # stands for itself
_ORDER: Final = {
    "bom": ("metadata", "components", "dependencies", "compositions"),
    "metadata": (
        *("timestamp", "lifecycles", "tools", "authors", "component", "manufacturer", "supplier"),
        "properties",
    ),
    "component": (
        *("supplier", "group", "name", "version", "scope", "hashes", "licenses", "cpe", "purl"),
        *("properties", "components", "evidence"),
    ),
    "identity": ("field", "methods"),
    "method": ("technique", "confidence"),
    "composition": ("aggregate", "assemblies", "dependencies"),
}
# What the members of a list are called.
_ITEMS: Final = {
    "components": "component",
    "hashes": "hash",
    "properties": "property",
    "authors": "author",
    "lifecycles": "lifecycle",
    "dependencies": "dependency",
    "compositions": "composition",
    "assemblies": "assembly",
    "methods": "method",
}
_ATTRIBUTES: Final = ("type", "bom-ref", "alg", "ref")


def write_xml(document: Mapping[str, object]) -> bytes:
    """Return the XML form of what `write_cyclonedx` made, 1.6 or later."""
    value = JsonValue(dict(document))
    version = value.field("specVersion").text()
    serial = quoteattr(value.field("serialNumber").text())
    opening = f'<bom xmlns="{NAMESPACE}{version}" serialNumber={serial} version="1">'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', opening, *_members(value, "bom", 1)]
    return "\n".join([*lines, "</bom>", ""]).encode()


def _members(value: JsonValue, name: str, depth: int) -> Iterator[str]:
    for member in _ORDER.get(name, tuple(key for key, _ in value.members())):
        found = value.optional(member)
        if found is not None and member not in _ATTRIBUTES:
            yield from _element(member, found, depth)


def _element(name: str, value: JsonValue, depth: int) -> Iterator[str]:
    if name == "identity" and isinstance(value.value, list):
        for item in value.items():
            yield from _wrapped(name, "", _members(item, name, depth + 1), depth)
    elif isinstance(value.value, list):
        yield from _wrapped(name, "", _items(name, value.items(), depth + 1), depth)
    elif isinstance(value.value, dict):
        yield from _object(name, value, depth)
    else:
        yield _line(name, "", str(value.value), depth)


def _object(name: str, value: JsonValue, depth: int) -> Iterator[str]:
    attributes = _attributes(value, ("name",) if name == "property" else _ATTRIBUTES)
    if name in {"hash", "property"}:
        text = value.optional_text("content") or value.optional_text("value")
        yield _line(name, attributes, text, depth)
    else:
        yield from _wrapped(name, attributes, _members(value, name, depth + 1), depth)


def _items(name: str, items: Iterable[JsonValue], depth: int) -> Iterator[str]:
    for item in items:
        if name == "licenses":
            yield from _members(item, "", depth)
        elif isinstance(item.value, str):
            yield _reference(_ITEMS[name], item.text(), (), depth)
        elif item.optional("ref") is not None:
            targets = [to.text() for to in item.optional_items("dependsOn")]
            yield _reference("dependency", item.field("ref").text(), targets, depth)
        else:
            yield from _object(_ITEMS[name], item, depth)


def _reference(name: str, ref: str, inner: Iterable[str], depth: int) -> str:
    pad = "  " * depth
    below = [_reference(name, target, (), depth + 1) for target in inner]
    if not below:
        return f"{pad}<{name} ref={_quoted(ref)}/>"
    return "\n".join([f"{pad}<{name} ref={_quoted(ref)}>", *below, f"{pad}</{name}>"])


def _wrapped(name: str, attributes: str, inner: Iterable[str], depth: int) -> Iterator[str]:
    pad = "  " * depth
    lines = list(inner)
    if not lines:
        yield f"{pad}<{name}{attributes}/>"
        return
    yield f"{pad}<{name}{attributes}>"
    yield from lines
    yield f"{pad}</{name}>"


def _line(name: str, attributes: str, text: str, depth: int) -> str:
    shown = text if _PLAIN.match(text) else escape(_allowed(text))
    return f"{'  ' * depth}<{name}{attributes}>{shown}</{name}>"


def _attributes(value: JsonValue, names: tuple[str, ...]) -> str:
    found = ((name, value.optional(name)) for name in names)
    return "".join(f" {name}={_quoted(item.text())}" for name, item in found if item is not None)


def _quoted(text: str) -> str:
    if _PLAIN.match(text):
        return f'"{text}"'
    return quoteattr(_allowed(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _allowed(text: str) -> str:
    """Return `text` with what XML 1.0 has no characters for as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c in "\t\n" or _is_character(c) else _escaped(c) for c in text)


def _is_character(char: str) -> bool:
    code = ord(char)
    return code >= 0x20 and not 0xD800 <= code <= 0xDFFF and code not in {0xFFFE, 0xFFFF}


def _escaped(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"
