"""Edits of package.json and package-lock.json: the entry of a pin, and the product's ranges.

An entry gets what npm itself would write for the new version: version, place of the archive, its
integrity, and what the package asks for. The rest of the file stays as it is, to the byte.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.remedy.changes import Rewrite
from assay.vuln.remedy.jsontext import Node, Span, locate_json, replace_spans, set_members
from assay.vuln.remedy.npmlock import FOLDER

_ASKS: Final = ("dependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta")
_NEEDED: Final = (*_ASKS, "engines", "os", "cpu", "libc", "deprecated")
_INSTALLS: Final = ("preinstall", "install", "postinstall")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What the entry at one place becomes. `manifest` is the package.json of the new version."""

    version: str
    resolved: str
    integrity: str
    manifest: Mapping[str, object]


def edit_npm_lock(text: str, entries: Mapping[str, NewEntry], rewrites: Iterable[Rewrite]) -> str:
    """Return the lock file with the new entries by place, and with the product's new ranges.

    Raises:
        MalformedError: An entry is not where it should be.
    """
    root = locate_json(text)
    spans: list[Span] = []
    for place, new in entries.items():
        node = root.at("packages", place)
        nested = root.at(*_nested(place))
        if node is not None:
            spans += set_members(text, node, _updates(node, new))
        if nested is not None:
            spans += set_members(text, nested, _nested_updates(nested, new))
        if (node is None and "packages" in root.members) or (
            nested is None and "dependencies" in root.members
        ):
            raise MalformedError("no entry", where=place)
    for rewrite in rewrites:
        spans += _range(root.at("packages", rewrite.by), rewrite)
    return replace_spans(text, spans)


def edit_package_json(text: str, rewrites: Iterable[Rewrite]) -> str:
    """Return the manifest with the product's new ranges."""
    root = locate_json(text)
    return replace_spans(text, [span for one in rewrites for span in _range(root, one)])


def has_install_script(manifest: Mapping[str, object]) -> bool:
    """Tell whether a package runs something of its own when it is installed."""
    scripts = manifest.get("scripts")
    named = isinstance(scripts, dict) and any(name in scripts for name in _INSTALLS)
    return named or manifest.get("hasInstallScript") is True


def _updates(node: Node, new: NewEntry) -> dict[str, object]:
    """Return the members of an entry of `packages` that change; None for those that go."""
    updates = _fetched(node, new)
    for name in _NEEDED:
        updates[name] = new.manifest.get(name) or None
    if new.manifest.get("license") and "license" in node.members:  # short documents do not say
        updates["license"] = new.manifest["license"]
    updates["bin"] = _programs(new)
    updates["hasInstallScript"] = True if has_install_script(new.manifest) else None
    return {name: value for name, value in updates.items() if value or name in node.members}


def _nested_updates(node: Node, new: NewEntry) -> dict[str, object]:
    """Return the same for an entry of nested `dependencies`, where `requires` says it all."""
    asked: dict[str, object] = {}
    for name in ("dependencies", "optionalDependencies"):
        table = new.manifest.get(name)
        asked |= table if isinstance(table, dict) else {}
    updates = {**_fetched(node, new), "requires": asked or None}
    return {name: value for name, value in updates.items() if value or name in node.members}


def _fetched(node: Node, new: NewEntry) -> dict[str, object]:
    """Return version, place and integrity; a file that leaves out places goes on leaving out."""
    updates: dict[str, object] = {"version": new.version, "integrity": new.integrity or None}
    if "resolved" in node.members:
        updates["resolved"] = new.resolved
    return updates


def _programs(new: NewEntry) -> object:
    """Return `bin` as npm writes it into a lock file: always a table."""
    programs = new.manifest.get("bin")
    if isinstance(programs, str):
        name = new.manifest.get("name")
        return {str(name).rpartition("/")[2]: programs}
    return programs or None


def _nested(place: str) -> tuple[str, ...]:
    names = place.removeprefix(FOLDER).split(f"/{FOLDER}")
    return tuple(part for name in names for part in ("dependencies", name))


def _range(node: Node | None, rewrite: Rewrite) -> list[Span]:
    wanted = None if node is None else node.at(rewrite.ask.kind, rewrite.ask.name)
    if wanted is None:
        return []
    return [(wanted.start, wanted.end, json.dumps(rewrite.range))]
