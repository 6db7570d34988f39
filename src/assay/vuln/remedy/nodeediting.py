"""The edits of the lock files of Node's tools, and of package.json beside them."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.lockfiles.packagelock import MAX_LOCK_BYTES
from assay.vuln.remedy import npmlock
from assay.vuln.remedy.changes import Change, Rewrite
from assay.vuln.remedy.npmedit import NewEntry, edit_npm_lock, edit_package_json
from assay.vuln.remedy.work import NOT_HERE, Edited, Work, connected, release_of
from assay.vuln.remedy.yarnblocks import parse_yarn_file
from assay.vuln.remedy.yarnlock import FORCED, NewYarn, edit_yarn_lock, new_tables

New = TypeVar("New", NewEntry, NewYarn)


def edit_npm(work: Work) -> Edited:
    """Edit entries of package-lock.json, and the product's ranges."""
    text = work.load(work.lock.path)
    places = npmlock.lock_places(JsonValue(parse_json(text.encode(), max_bytes=MAX_LOCK_BYTES)))
    kept, refused = _keep(work, {}, lambda key, change: _new_entry(work, change, places[key]))
    if not kept:
        return Edited(refused=refused)
    rewrites = tuple(one for one in work.rewrites if one.ask.target in kept)
    texts = {work.lock.path: edit_npm_lock(text, kept, rewrites), **_manifests(work, rewrites)}
    return Edited(texts=texts, made=frozenset(kept), refused=refused)


def _keep(
    work: Work, refused: Mapping[str, str], make: Callable[[str, Change], New | str]
) -> tuple[dict[str, New], dict[str, str]]:
    """Return what each entry becomes, and why which stay: what is refused, and what needs that."""
    found = {key: make(key, change) for key, change in work.changes.items()}
    unknown = {key: why for key, why in found.items() if isinstance(why, str)}
    left = connected(work.changes, {**refused, **unknown})
    kept = {k: new for k, new in found.items() if k not in left and not isinstance(new, str)}
    return kept, left


def _manifests(work: Work, rewrites: tuple[Rewrite, ...]) -> dict[str, str]:
    """Return the texts of package.json with the product's new ranges, by path."""
    texts: dict[str, str] = {}
    for manifest in sorted({one.ask.manifest for one in rewrites}):
        own = [one for one in rewrites if one.ask.manifest == manifest]
        texts[manifest] = edit_package_json(work.load(manifest), own)
    return texts


def edit_yarn(work: Work) -> Edited:
    """Edit blocks of Yarn 1, and the product's ranges."""
    forced = {
        one.ask.target: f"{one.ask.manifest} forces it by {FORCED}"
        for one in work.rewrites
        if one.ask.kind == FORCED
    }
    blocks = parse_yarn_file(work.load(work.lock.path)).by_key

    def make(key: str, change: Change) -> NewYarn | str:
        return _new_yarn(work, change, blocks[key].members.get("resolved", ""))

    kept, refused = _keep(work, forced, make)
    if not kept:
        return Edited(refused=refused)
    rewrites = tuple(one for one in work.rewrites if one.ask.target in kept)
    text = edit_yarn_lock(work.load(work.lock.path), kept, rewrites, work.lock)
    texts = {work.lock.path: text, **_manifests(work, rewrites)}
    return Edited(texts=texts, made=frozenset(kept), refused=refused)


def _new_yarn(work: Work, change: Change, old: str) -> NewYarn | str:
    """Return what the block becomes, or why that is not known."""
    release = release_of(work, change)
    if release is None or not release.files:
        return NOT_HERE
    if change.missing:
        return f"the file has no {', '.join(change.missing)}"
    (file,) = release.files[:1]
    place, _, fragment = old.partition("#")
    resolved = _resolved(place, change, file.url)
    if not file.digest or (fragment and not file.sha1):
        return "its integrity is not known"
    return NewYarn(
        version=change.to,
        resolved=f"{resolved}#{file.sha1}" if fragment else resolved,
        integrity=file.digest,
        tables=new_tables(release.entry),
    )


def _new_entry(work: Work, change: Change, entry: JsonValue) -> NewEntry | str:
    """Return what the entry becomes, or why that is not known."""
    release = release_of(work, change)
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
