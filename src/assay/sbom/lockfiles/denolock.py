"""deno.lock, versions 2 to 5: packages of npm and JSR, and modules by their URLs.

A package of JSR has no type of package URL: it is a `generic` one that names its registry. A module
that is loaded from a URL is a file with its digest.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import build_purl
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.npmsource import split_descriptor
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of

MAX_LOCK_BYTES: Final = 64 * 2**20
KNOWN_VERSIONS: Final = frozenset({"2", "3", "4", "5"})
_REGISTRY: Final = "https://jsr.io"
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_KINDS: Final = ("npm", "jsr")


@dataclass(slots=True)
class _Found:
    """The packages by kind and `name@version`, and what each needs as it is written."""

    components: dict[str, Component] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)


def parse_deno_lock(data: bytes, path: str) -> Reading:
    """Read a deno.lock.

    Raises:
        MalformedError: Not strict JSON, or of a version that is not known.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    version = document.field("version").text()
    if version not in KNOWN_VERSIONS:
        raise MalformedError(f"version {clean(version)!r} is not known", where="version")
    draft = Draft(path=path)
    found = _Found()
    for kind, packages in _packages(document, version):
        for key, item in packages.members():
            with draft.entry(item.where):
                _read(kind, key, item, found)
    _add(found, draft)
    for url, item in _members(document, "remote"):
        with draft.entry(item.where):
            draft.components.append(_module(url, item, path))
    return draft.finish()


def _packages(document: JsonValue, version: str) -> Iterator[tuple[str, JsonValue]]:
    """Yield the packages of each kind; they moved to the top with version 4."""
    if version == "2":
        npm = document.optional("npm")
        if npm is not None:
            yield "npm", npm.field("packages")
        return
    holder = document.optional("packages") if version == "3" else document
    for kind in _KINDS:
        packages = holder.optional(kind) if holder is not None else None
        if packages is not None:
            yield kind, packages


def _read(kind: str, key: str, item: JsonValue, found: _Found) -> None:
    name, version = split_descriptor(key)
    bare = version.partition("_")[0]  # behind it stand the versions of peers
    integrity = item.optional_text("integrity")
    if kind == "jsr":
        purl_of("generic", name, bare)  # refuses what no name holds
        scope, _, last = name.rpartition("/")
        purl = str(build_purl("generic", scope, last, bare, {"repository_url": _REGISTRY}))
        hashes = (_sha256(integrity, item.where),) if integrity else ()
    else:
        purl = purl_of("npm", name, bare)
        hashes = (integrity,) if integrity else ()
    needs = [*_needs(kind, item.optional("dependencies"))]
    needs += _needs(kind, item.optional("optionalDependencies"))
    found.needs[f"{kind}:{key}"] = needs
    found.components[f"{kind}:{key}"] = Component(
        purl=purl, name=name, version=bare, found_in=(), hashes=hashes
    )


def _needs(kind: str, needed: JsonValue | None) -> Iterator[str]:
    """Yield what a package needs, with its kind: a list, and until version 3 a map for npm."""
    if needed is None:
        return
    if isinstance(needed.value, dict):
        texts = [value.text() for _, value in needed.members()]
    else:
        texts = [value.text() for value in needed.items()]
    for text in texts:
        yield text if text.startswith(("npm:", "jsr:")) else f"{kind}:{text}"


def _add(found: _Found, draft: Draft) -> None:
    by_name: dict[str, set[str]] = {}
    for key in found.components:
        kind, _, rest = key.partition(":")
        by_name.setdefault(f"{kind}:{split_descriptor(rest)[0]}", set()).add(key)
    for key, component in found.components.items():
        targets = [_targets(need, found.components, by_name) for need in found.needs[key]]
        edges = {found.components[target].identity for group in targets for target in group}
        draft.components.append(
            replace(
                component,
                found_in=(draft.path,),
                depends_on=tuple(sorted(edges - {component.identity})),
                edges_known=all(targets),  # of a module nobody says what it imports
            )
        )


def _targets(
    need: str, components: Mapping[str, Component], by_name: Mapping[str, set[str]]
) -> set[str]:
    """Return the keys that `npm:name@version` or `jsr:name` means; a range may mean any of them."""
    if need in components:
        return {need}
    kind, _, rest = need.partition(":")
    at = rest.find("@", 1)
    return by_name.get(f"{kind}:{rest[:at] if at > 0 else rest}", set())


def _module(url: str, item: JsonValue, path: str) -> Component:
    return Component(
        purl="",
        name=clean(url),
        version="",
        found_in=(path,),
        hashes=(_sha256(item.text(), item.where),),
        kind="file",
    )


def _sha256(text: str, where: str) -> str:
    if not _SHA256.match(text):
        raise MalformedError(f"{clean(text)!r} is no digest", where=where)
    return f"sha256:{text}"


def _members(value: JsonValue, name: str) -> tuple[tuple[str, JsonValue], ...]:
    member = value.optional(name)
    return member.members() if member is not None else ()
