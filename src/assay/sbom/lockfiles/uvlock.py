"""uv.lock, version 1."""

from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.edges import Names, reachable
from assay.sbom.lockfiles.pypisource import Locked, parse_hashes, pypi_from_git, pypi_purl
from assay.sbom.lockfiles.reading import Draft, Reading, clean

KNOWN_VERSION: Final = 1
_OWN: Final = ("virtual", "editable", "directory")


def parse_uv_lock(data: bytes, path: str) -> Reading:
    """Read a uv.lock.

    Raises:
        MalformedError: Not TOML, or of a version that is not known.
    """
    document = parse_toml(data)
    version = document.field("version").integer()
    if version != KNOWN_VERSION:
        raise MalformedError(f"version {version} is not known", where="version")
    draft = Draft(path=path, tells_edges=True)
    locked: list[Locked] = []
    names = Names()
    for entry in document.optional_items("package"):
        with draft.entry(entry.where):
            item = _locked(entry)
            locked.append(item)
            names.add(item.name, item.version, item.purl)
    _add_components(locked, names, draft)
    folders = (_own_folder(item.entry) for item in locked if not item.purl)
    return replace(draft.finish(), covers=frozenset(folders))


def _add_components(locked: list[Locked], names: Names, draft: Draft) -> None:
    edges: dict[str, set[str]] = {}
    used: set[str] = set()
    development: set[str] = set()
    for item in locked:
        with draft.entry(item.entry.where):
            needed = set(_targets(item.entry.optional_items("dependencies"), names, draft))
            extra = set(_in_group(item.entry, "optional-dependencies", names, draft))
            if item.purl:
                edges[item.purl] = needed | extra
            else:
                used |= needed | extra
                development |= set(_in_group(item.entry, "dev-dependencies", names, draft))
    kept = reachable(used, edges)
    for item in locked:
        if item.purl:
            component = Locked(
                purl=item.purl,
                name=item.name,
                version=item.version,
                entry=item.entry,
                hashes=item.hashes,
                direct=item.purl in used or item.purl in development,
                development=item.purl not in kept,
            )
            draft.components.append(component.component(draft.path, edges.get(item.purl, ())))


def _locked(entry: JsonValue) -> Locked:
    name, version = entry.field("name").text(), entry.optional_text("version")
    source = entry.field("source")
    git = source.optional("git")
    if any(source.optional(kind) is not None for kind in _OWN):
        purl = ""
    elif git is not None:
        url, _, commit = git.text().partition("#")
        purl, version = pypi_from_git(name, version, url, commit)
    else:
        purl = pypi_purl(name, version)
    return Locked(purl=purl, name=name, version=version, entry=entry, hashes=_hashes(entry))


def _own_folder(entry: JsonValue) -> str:
    source = entry.field("source")
    folder = next(filter(None, (source.optional_text(kind) for kind in _OWN)), "")
    return "" if folder == "." else folder


def _hashes(entry: JsonValue) -> tuple[str, ...]:
    sdist = entry.optional("sdist")
    files = (*entry.optional_items("wheels"), *((sdist,) if sdist is not None else ()))
    hashes = (file.optional("hash") for file in files)
    return parse_hashes(value for value in hashes if value is not None)


def _in_group(entry: JsonValue, group: str, names: Names, draft: Draft) -> list[str]:
    lists = entry.optional(group)
    members = lists.members() if lists is not None else ()
    return [purl for _, items in members for purl in _targets(items.items(), names, draft)]


def _targets(items: tuple[JsonValue, ...], names: Names, draft: Draft) -> list[str]:
    """Return the purls of the packages that `items` name; the file must hold all of them."""
    found: list[str] = []
    for item in items:
        name = item.field("name").text()
        purls = names.find(name, item.optional_text("version"))
        if purls is None:
            draft.note("dependency", item.where, f"{clean(name)!r} is not in the file")
        found.extend(purls or ())
    return found
