"""bun.lock of Bun, lockfileVersion 0 to 2: JSON with commas at the ends and comments.

Version 2 is written as version 1 is; Bun only checks more when it reads it.

A key of `packages` is a path of names, as in node_modules: `a/b` is the `b` that `a` alone sees.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.edges import reachable
from assay.sbom.lockfiles.npmsource import NpmPackage, npm_package, split_descriptor
from assay.sbom.lockfiles.reading import Draft, Reading

MAX_LOCK_BYTES: Final = 64 * 2**20
# Every branch matches to the end of the file where its own end is missing: none is tried twice.
_LOOSE: Final = re.compile(
    rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
    rb"|(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*\Z))"
    rb"|(?P<comma>,)(?=\s*[\]}])",
    re.DOTALL,
)
_USED: Final = ("dependencies", "optionalDependencies", "peerDependencies")
_DEVELOPMENT: Final = "devDependencies"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package:
    found: NpmPackage | None  # None: a workspace or another folder
    needs: tuple[str, ...]
    integrity: str


def parse_bun_lock(data: bytes, path: str) -> Reading:
    """Read a bun.lock.

    Raises:
        MalformedError: Not such JSON, or of a version that is not known.
    """
    if len(data) > MAX_LOCK_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_LOCK_BYTES} are read")
    strict = _LOOSE.sub(_kept, data)
    document = JsonValue(parse_json(strict, max_bytes=MAX_LOCK_BYTES))
    version = document.field("lockfileVersion").integer()
    if version not in {0, 1, 2}:
        raise MalformedError(f"version {version} is not known", where="lockfileVersion")
    draft = Draft(path=path)
    packages: dict[str, _Package] = {}
    for key, item in document.field("packages").members():
        with draft.entry(item.where):
            packages[key] = _package(item)
    covers = _add(document.field("workspaces"), packages, draft)
    names = frozenset(packages)
    return replace(draft.finish(), covers=covers, names=names)


def _kept(match: re.Match[bytes]) -> bytes:
    """Return a text as it is, and nothing for a comment or a comma before an end."""
    return b"" if match["comment"] or match["comma"] else match[0]


def _package(item: JsonValue) -> _Package:
    parts = item.items()
    name, rest = split_descriptor(parts[0].text() if parts else "")
    found = npm_package(name, rest)
    described = next((part for part in parts[1:] if isinstance(part.value, dict)), None)
    last = parts[-1].value if len(parts) > 1 else ""
    return _Package(
        found=found,
        needs=_names(described, _USED) if described is not None else (),
        integrity=last if isinstance(last, str) and last.startswith("sha") else "",
    )


def _names(item: JsonValue, lists: tuple[str, ...]) -> tuple[str, ...]:
    members = (item.optional(name) for name in lists)
    return tuple(key for member in members if member is not None for key, _ in member.members())


def _add(workspaces: JsonValue, packages: Mapping[str, _Package], draft: Draft) -> frozenset[str]:
    """Add the components; return the folders of the workspaces."""
    meant = {
        key: {_resolve(key, name, packages) for name in package.needs}
        for key, package in packages.items()
    }
    edges = {key: places - {""} for key, places in meant.items()}
    used: set[str] = set()
    development: set[str] = set()
    for _, item in workspaces.members():
        with draft.entry(item.where):
            used |= set(_names(item, _USED))
            development |= set(_names(item, (_DEVELOPMENT,)))
    needed = reachable(used & packages.keys(), edges)
    for key, package in packages.items():
        if package.found is not None:
            targets = {found.purl for to in edges[key] if (found := packages[to].found)}
            draft.components.append(
                Component(
                    purl=package.found.purl,
                    name=package.found.name,
                    version=package.found.version,
                    found_in=(draft.path,),
                    hashes=(package.integrity,) if package.integrity else (),
                    depends_on=tuple(sorted(targets - {package.found.purl})),
                    direct=key in used or key in development,
                    development=key not in needed,
                    edges_known=None if "" in meant[key] else True,  # a peer may be missing
                )
            )
    return frozenset(folder for folder, _ in workspaces.members())


def _resolve(key: str, name: str, packages: Mapping[str, _Package]) -> str:
    """Return the key that `name` means for the package at `key`: the nearest one."""
    folder = key
    while folder:
        if f"{folder}/{name}" in packages:
            return f"{folder}/{name}"
        folder = folder.rpartition("/")[0]
    return name if name in packages else ""
