"""The edits of requirements files and of the lock files of Python's tools."""

from collections.abc import Iterable
from dataclasses import replace

from assay.vuln.remedy.asking import is_optional
from assay.vuln.remedy.changes import Change
from assay.vuln.remedy.model import Lock, Requirement
from assay.vuln.remedy.pipfileedit import edit_pipfile_lock
from assay.vuln.remedy.pyproject import edit_project
from assay.vuln.remedy.pythons import NEVER, marker_for
from assay.vuln.remedy.requirementsedit import NewPin, edit_requirements
from assay.vuln.remedy.tomledit import NewBlock, edit_toml_lock
from assay.vuln.remedy.work import (
    NO_MANIFEST,
    NOT_HERE,
    Edited,
    Work,
    connected,
    hashes_of,
    release_of,
)


def edit_requirements_file(work: Work) -> Edited:
    """Edit pins of a requirements file, and exact wishes of what stands beside it."""
    wanted: dict[str, NewPin] = {}
    refused: dict[str, str] = {}
    for key, change in work.changes.items():
        hashes = hashes_of(work, change) if change.pin.hashed else None
        if change.pin.hashed and not hashes:
            refused[key] = f"its hashes cannot be written: {NOT_HERE}"
        elif change.pin.hashed and change.missing:
            refused[key] = f"the file has no {', '.join(change.missing)}"
        else:
            wanted[key] = NewPin(old=change.pin.version, new=change.to, hashes=hashes)
    refused = connected(work.changes, refused)
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


def edit_pipenv(work: Work) -> Edited:
    """Edit version and hashes; the file does not say what its packages ask for."""
    wanted: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    refused = {one.ask.target: NO_MANIFEST for one in work.rewrites}
    for key, change in work.changes.items():
        hashes = hashes_of(work, change)
        if not hashes:
            refused[key] = f"its hashes cannot be written: {NOT_HERE}"
        elif change.missing:
            refused[key] = f"the file has no {', '.join(change.missing)}"
        else:
            wanted[key] = (change.pin.version, change.to, tuple(sorted(hashes)))
    refused = connected(work.changes, refused)
    kept = {key: new for key, new in wanted.items() if key not in refused}
    if not kept:
        return Edited(refused=refused)
    text = edit_pipfile_lock(work.load(work.lock.path), kept)
    return Edited(texts={work.lock.path: text}, made=frozenset(kept), refused=refused)


def edit_toml(work: Work) -> Edited:
    """Edit where the new version asks for just what the old one did: the rest of the file holds."""
    wanted: dict[str, NewBlock] = {}
    refused: dict[str, str] = {}
    for key, change in work.changes.items():
        release = release_of(work, change)
        if release is None or not all(file.digest for file in release.files):
            refused[key] = f"its hashes cannot be written: {NOT_HERE}"
        elif why := _asks_otherwise(work, change):
            refused[key] = why
        else:
            wanted[key] = NewBlock(
                name=change.pin.name, old=change.pin.version, release=release, version=change.to
            )
    refused |= {one.ask.target: NO_MANIFEST for one in work.rewrites}
    refused = connected(work.changes, refused)
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
    before, after = (_as_locked(work.lock, asked) for asked in (old, new))
    different = sorted({one.name for one in before ^ after})
    return f"it asks for {', '.join(different)} in another way than before" if different else ""


def _as_locked(lock: Lock, asked: Iterable[Requirement]) -> frozenset[Requirement]:
    """Return what a lock file keeps of the wishes of a package.

    uv and pylock.toml keep no ranges, and nothing that the product's Pythons never ask for. Extras
    are kept by Poetry; by the others only those that are used, and a block with any is refused when
    it is edited.
    """
    if lock.kind == "poetry":
        return frozenset(asked)
    bare = lock.kind in {"uv", "pylock"}
    judged = (
        replace(one, marker=marker_for(one.marker, lock.python), range="" if bare else one.range)
        for one in asked
        if not is_optional(one)
    )
    return frozenset(one for one in judged if one.marker != NEVER)
