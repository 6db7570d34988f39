"""package-lock.json and npm-shrinkwrap.json as a `Lock`: places, and who asks for what.

Version 1 nests `dependencies`; its places are spelled as versions 2 and 3 spell them.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.lockfiles.npmsource import npm_package
from assay.sbom.lockfiles.packagelock import MAX_LOCK_BYTES, has_flag, resolve_place
from assay.sbom.manifest import MAX_MANIFEST_BYTES
from assay.vuln.remedy.model import NPM, OWN, Ask, Lock, Pin
from assay.vuln.remedy.registries import npm_registry, registry_of

KIND: Final = "npm"
FOLDER: Final = "node_modules/"
ASKED: Final = ("dependencies", "optionalDependencies", "peerDependencies")
OWN_ASKED: Final = (*ASKED, "devDependencies")


def read_npm_lock(data: bytes, path: str, manifests: Mapping[str, bytes]) -> Lock:
    """Read the lock file at `path`; `manifests` are the files of the commit, by path.

    Raises:
        MalformedError: It is not what `parse_package_lock` reads.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    places = {OWN: JsonValue({}), **lock_places(document)}  # the product asks, told of or not
    pins: dict[str, Pin] = {}
    asks: dict[str, tuple[Ask, ...]] = {}
    folder, why_not = posixpath.dirname(path), ""
    for key, entry in places.items():
        own = _is_own(key, entry)
        try:
            if own:
                manifest = posixpath.join(folder, key, "package.json")
                asks[key] = tuple(_own_asks(key, manifest, manifests, places))
                continue
            pin = _pin(key, entry)
        except MalformedError as error:  # the inventory names it; a wish that is not known forbids
            why_not = f"the manifest beside it cannot be read: {error.what}" if own else why_not
            continue
        if pin is not None:
            pins[key] = pin
            asks[key] = tuple(_asks(key, entry, places))
    asked = {one.target for key in asks if key not in pins for one in asks[key]}
    marked = {key: replace(pin, direct=key in asked) for key, pin in pins.items()}
    marked = _from_registries(marked, manifests, folder)
    return Lock(
        path=path,
        ecosystem=NPM,
        kind=KIND,
        pins=marked,
        asks=asks,
        find=lambda key, one: resolve_place(key, one.name, marked),
        why_not=why_not,
    )


def _from_registries(
    pins: Mapping[str, Pin], files: Mapping[str, bytes], folder: str
) -> dict[str, Pin]:
    """Return the pins with the registry that an .npmrc names, where they name none themselves."""
    return {
        key: replace(pin, registry=pin.registry or npm_registry(files, folder, pin.name))
        for key, pin in pins.items()
    }


def lock_places(document: JsonValue) -> dict[str, JsonValue]:
    """Return the entries of a lock file by place; of version 1, with the product's own.

    Raises:
        MalformedError: A version or a shape that is not known.
    """
    version = document.field("lockfileVersion").integer()
    if version in {2, 3}:
        return dict(document.field("packages").members())
    if version != 1:
        raise MalformedError(f"version {version} is not known", where="lockfileVersion")
    return {OWN: document, **dict(_nested(document, ""))}


def _nested(entry: JsonValue, folder: str) -> Iterator[tuple[str, JsonValue]]:
    inner = entry.optional("dependencies")
    for name, one in () if inner is None else inner.members():
        place = f"{folder}{FOLDER}{name}"
        yield place, one
        yield from _nested(one, f"{place}/")


def _is_own(key: str, entry: JsonValue) -> bool:
    return not key or (FOLDER not in f"/{key}" and not has_flag(entry, "link"))


def _pin(key: str, entry: JsonValue) -> Pin | None:
    if has_flag(entry, "link") or has_flag(entry, "inBundle") or has_flag(entry, "bundled"):
        return None  # our own, or inside of another package's archive
    name = entry.optional_text("name") or key.rpartition(FOLDER)[2]
    package = npm_package(name, entry.field("version").text(), entry.optional_text("resolved"))
    if package is None:
        return None
    registry = package.purl if package.purl.startswith("pkg:npm/") else ""
    return Pin(
        key=key,
        name=package.name,
        version=package.version,
        purl=registry if "?" not in registry else "",
        hashes=frozenset(entry.optional_text("integrity").split()),
        registry=registry_of(entry.optional_text("resolved"), package.name),
    )


def _asks(key: str, entry: JsonValue, places: Mapping[str, JsonValue]) -> Iterator[Ask]:
    tables = ("requires",) if entry.optional("requires") is not None else ASKED
    for table in tables:
        yield from _table(key, entry, table, places, manifest="")


def _own_asks(
    key: str, manifest: str, manifests: Mapping[str, bytes], places: Mapping[str, JsonValue]
) -> Iterator[Ask]:
    """Yield what the product asks for, by its manifest; by the lock file where there is none."""
    data = manifests.get(manifest)
    if data is None:
        for table in OWN_ASKED:
            yield from _table(key, places[key], table, places, manifest=manifest)
        return
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    for table in OWN_ASKED:
        yield from _table(key, document, table, places, manifest=manifest)
    overrides = document.optional("overrides")
    for name, wanted in () if overrides is None else _overrides(overrides):
        for place in places:
            if place.rpartition(FOLDER)[2] == name:
                yield Ask(
                    name=name, range=wanted, target=place, manifest=manifest, kind="overrides"
                )


def _overrides(table: JsonValue, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield what is forced on whom, at any depth; `.` is the package that the table is about."""
    for key, wanted in table.members():
        own = name if key == "." else key[:1] + key[1:].partition("@")[0]
        if isinstance(wanted.value, str):
            yield own, wanted.value
        else:
            yield from _overrides(wanted, own)


def _table(
    key: str, entry: JsonValue, table: str, places: Mapping[str, JsonValue], *, manifest: str
) -> Iterator[Ask]:
    members = entry.optional(table)
    if members is None or not isinstance(members.value, dict):
        return
    for name, wanted in members.members():
        target = resolve_place(key, name, places)
        if target:
            yield Ask(name=name, range=wanted.text(), target=target, manifest=manifest, kind=table)
