"""The edits that make a set of changes, for each format that can be edited truthfully.

What a file says of a version that nobody here knows (a hash, what it asks for) is never invented:
such a change is not made, and neither is what hangs together with it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.lockfiles.packagelock import MAX_LOCK_BYTES
from assay.vuln.remedy import npmlock, requirementslock
from assay.vuln.remedy.asking import is_optional
from assay.vuln.remedy.changes import Change, Rewrite
from assay.vuln.remedy.model import Catalogue, Lock, Release, Requirement
from assay.vuln.remedy.npmedit import NewEntry, edit_npm_lock, edit_package_json
from assay.vuln.remedy.pipfileedit import edit_pipfile_lock
from assay.vuln.remedy.pyproject import edit_project
from assay.vuln.remedy.requirementsedit import NewPin, edit_requirements
from assay.vuln.remedy.tomledit import NewBlock, edit_toml_lock

NOT_HERE: Final = "the new version is not known here"
NO_MANIFEST: Final = "the product's own range has to change as well"


@dataclass(slots=True, kw_only=True)
class Edited:
    """The texts after the edits by path, the keys that are in them, and why others are not."""

    texts: dict[str, str] = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What shall be edited: `load` gives the present text of a file of the commit."""

    lock: Lock
    changes: Mapping[str, Change]
    rewrites: tuple[Rewrite, ...]
    catalogue: Catalogue
    load: Callable[[str], str]


def edit_lock(work: Work) -> Edited:
    """Make the edits that can be made.

    Raises:
        MalformedError: A file is not what it was read as.
    """
    make = _EDITORS.get(work.lock.kind)
    if make is None:
        why = f"a file of {work.lock.kind} is not edited here"
        return Edited(refused=dict.fromkeys(work.changes, why))
    return make(work)


def _connected(changes: Mapping[str, Change], refused: Mapping[str, str]) -> dict[str, str]:
    """Return `refused`, and all changes that are there because of one of them or the reverse."""
    found = dict(refused)
    while True:
        more = {
            key: f"it goes together with {changes[other].pin.name}"
            for key, change in changes.items()
            if key not in found
            for other in (
                *((change.because,) if change.because in changes else ()),
                *_led(changes, key),
            )
            if other in found
        }
        if not more:
            return found
        found |= more


def _led(changes: Mapping[str, Change], key: str) -> Iterable[str]:
    return (other for other, change in changes.items() if change.because == key)


def _release(work: Work, change: Change) -> Release | None:
    releases = work.catalogue.releases(work.lock.ecosystem, change.pin)
    return None if releases is None else releases.get(change.to)


def _edit_requirements(work: Work) -> Edited:
    wanted: dict[str, NewPin] = {}
    refused: dict[str, str] = {}
    for key, change in work.changes.items():
        hashes = _hashes(work, change) if change.pin.hashed else None
        if change.pin.hashed and not hashes:
            refused[key] = f"its hashes cannot be written: {NOT_HERE}"
        elif change.pin.hashed and change.missing:
            refused[key] = f"the file has no {', '.join(change.missing)}"
        else:
            wanted[key] = NewPin(old=change.pin.version, new=change.to, hashes=hashes)
    refused = _connected(work.changes, refused)
    kept = {key: new for key, new in wanted.items() if key not in refused}
    if not kept:
        return Edited(refused=refused)
    texts = {work.lock.path: edit_requirements(work.load(work.lock.path), kept)}
    for manifest in {one.ask.manifest for one in work.rewrites if one.ask.target in kept}:
        pins = {
            one.ask.target: NewPin(
                old=one.ask.range.lstrip("= "), new=one.range.lstrip("= "), hashes=None
            )
            for one in work.rewrites
            if one.ask.manifest == manifest and one.ask.target in kept
        }
        edit = edit_project if manifest.endswith(".toml") else edit_requirements
        texts[manifest] = edit(texts.get(manifest) or work.load(manifest), pins)
    return Edited(texts=texts, made=frozenset(kept), refused=refused)


def _hashes(work: Work, change: Change) -> tuple[str, ...]:
    release = _release(work, change)
    return () if release is None else tuple(file.digest for file in release.files if file.digest)


def _edit_npm(work: Work) -> Edited:
    text = work.load(work.lock.path)
    places = npmlock.lock_places(JsonValue(parse_json(text.encode(), max_bytes=MAX_LOCK_BYTES)))
    entries: dict[str, NewEntry] = {}
    refused: dict[str, str] = {}
    for key, change in work.changes.items():
        found = _new_entry(work, change, places[key])
        if isinstance(found, str):
            refused[key] = found
        else:
            entries[key] = found
    refused = _connected(work.changes, refused)
    kept = {key: new for key, new in entries.items() if key not in refused}
    if not kept:
        return Edited(refused=refused)
    rewrites = tuple(one for one in work.rewrites if one.ask.target in kept)
    texts = {work.lock.path: edit_npm_lock(text, kept, rewrites)}
    for manifest in {one.ask.manifest for one in rewrites}:
        own = [one for one in rewrites if one.ask.manifest == manifest]
        texts[manifest] = edit_package_json(work.load(manifest), own)
    return Edited(texts=texts, made=frozenset(kept), refused=refused)


def _new_entry(work: Work, change: Change, entry: JsonValue) -> NewEntry | str:
    """Return what the entry becomes, or why that is not known."""
    release = _release(work, change)
    if release is None or not release.files:
        return NOT_HERE
    if change.missing:
        return f"the file has no {', '.join(change.missing)}"
    (file,) = release.files[:1]
    if change.pin.hashed and not file.digest:
        return "its integrity is not known"
    return NewEntry(
        version=change.to,
        resolved=_resolved(entry.optional_text("resolved"), change, file.url),
        integrity=file.digest,
        manifest=release.entry,
    )


def _resolved(old: str, change: Change, told: str) -> str:
    """Return where the archive is: on the registry that the file names, where that can be told.

    An index does not get to send the user's tool elsewhere.
    """
    last = change.pin.name.rpartition("/")[2]
    ending = f"/-/{last}-{change.pin.version}.tgz"
    if old.endswith(ending):
        return f"{old.removesuffix(ending)}/-/{last}-{change.to}.tgz"
    return told


def _edit_pipfile_lock(work: Work) -> Edited:
    """Edit version and hashes; the file does not say what its packages ask for."""
    wanted: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    refused = {one.ask.target: NO_MANIFEST for one in work.rewrites}
    for key, change in work.changes.items():
        hashes = _hashes(work, change)
        if not hashes:
            refused[key] = f"its hashes cannot be written: {NOT_HERE}"
        elif change.missing:
            refused[key] = f"the file has no {', '.join(change.missing)}"
        else:
            wanted[key] = (change.pin.version, change.to, tuple(sorted(hashes)))
    refused = _connected(work.changes, refused)
    kept = {key: new for key, new in wanted.items() if key not in refused}
    if not kept:
        return Edited(refused=refused)
    text = edit_pipfile_lock(work.load(work.lock.path), kept)
    return Edited(texts={work.lock.path: text}, made=frozenset(kept), refused=refused)


def _edit_toml(work: Work) -> Edited:
    """Edit where the new version asks for just what the old one did: the rest of the file holds."""
    wanted: dict[str, NewBlock] = {}
    refused: dict[str, str] = {}
    for key, change in work.changes.items():
        release = _release(work, change)
        if release is None or not all(file.digest for file in release.files):
            refused[key] = f"its hashes cannot be written: {NOT_HERE}"
        elif why := _asks_otherwise(work, change):
            refused[key] = why
        else:
            wanted[key] = NewBlock(
                name=change.pin.name, old=change.pin.version, release=release, version=change.to
            )
    refused |= {one.ask.target: NO_MANIFEST for one in work.rewrites}
    refused = _connected(work.changes, refused)
    kept = {key: new for key, new in wanted.items() if key not in refused}
    if not kept:
        return Edited(refused=refused)
    text = edit_toml_lock(work.lock.kind, work.load(work.lock.path), tuple(kept.values()))
    return Edited(texts={work.lock.path: text}, made=frozenset(kept), refused=refused)


def _asks_otherwise(work: Work, change: Change) -> str:
    """Say how the new version's wishes differ from those that the lock file has."""
    ask = work.catalogue.requirements
    pin, ecosystem = change.pin, work.lock.ecosystem
    old, new = ask(ecosystem, pin, pin.version), ask(ecosystem, pin, change.to)
    if old is None or new is None:
        return "what it asks for is not known here"
    before, after = (_as_locked(work.lock.kind, asked) for asked in (old, new))
    different = sorted({one.name for one in before ^ after})
    return f"it asks for {', '.join(different)} in another way than before" if different else ""


def _as_locked(kind: str, asked: Iterable[Requirement]) -> frozenset[Requirement]:
    """Return what a lock file of `kind` keeps of the wishes of a package.

    uv keeps no ranges. Extras are kept by Poetry; by uv and PDM only those that are used, and a
    block with any is refused when it is edited.
    """
    return frozenset(
        replace(one, range="") if kind == "uv" else one
        for one in asked
        if kind == "poetry" or not is_optional(one)
    )


_EDITORS: Final[Mapping[str, Callable[[Work], Edited]]] = MappingProxyType(
    {
        requirementslock.KIND: _edit_requirements,
        npmlock.KIND: _edit_npm,
        "pipenv": _edit_pipfile_lock,
        "uv": _edit_toml,
        "poetry": _edit_toml,
        "pdm": _edit_toml,
    }
)
