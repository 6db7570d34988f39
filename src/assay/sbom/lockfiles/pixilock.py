"""pixi.lock, versions 4 to 6: packages of conda and of PyPI, for environments and platforms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.condaurl import VIRTUAL, parse_conda_url
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.pypisource import is_hash, normal_name, pypi_purl
from assay.sbom.lockfiles.reading import Draft, Reading, clean

KNOWN_VERSIONS: Final = frozenset({"4", "5", "6"})
_KINDS: Final = ("conda", "pypi")
_REMOTE: Final = ("http://", "https://")
_ENDS: Final = " =<>!~[;(,"


def parse_pixi_lock(data: bytes, path: str) -> Reading:
    """Read a pixi.lock; it does not say which packages are direct.

    Raises:
        MalformedError: Not YAML of the strict kind, or of a version that is not known.
    """
    document = parse_yaml(data)
    version = document.field("version").text()
    if version not in KNOWN_VERSIONS:
        raise MalformedError(f"version {clean(version)!r} is not known", where="version")
    draft = Draft(path=path, tells_edges=True)
    entries: dict[str, NamedEntry] = {}
    for item in document.field("packages").items():
        with draft.entry(item.where):
            kind, url = _place(item)
            if url.startswith(_REMOTE):  # another one is a folder of the repository
                entries[url] = _conda(item, url) if kind == "conda" else _pypi(item)
    for place in _platforms(document):
        with draft.entry(place.where):
            add_named(_entries(place, entries, draft), draft)
    return draft.finish()


def _platforms(document: JsonValue) -> Iterator[JsonValue]:
    """Yield the list of packages of each environment on each platform."""
    for _, environment in document.field("environments").members():
        for _, listed in environment.field("packages").members():
            yield listed


def _entries(
    listed: JsonValue, entries: Mapping[str, NamedEntry], draft: Draft
) -> list[NamedEntry]:
    urls = [_place(item)[1] for item in listed.items()]
    for url in urls:
        if url.startswith(_REMOTE) and url not in entries:
            draft.note("lock file entry", listed.where, f"{url!r} is not among the packages")
    return [entries[url] for url in urls if url in entries]


def _place(item: JsonValue) -> tuple[str, str]:
    """Return whether a package is of conda or PyPI, and its URL; before version 6 both apart."""
    kind = item.optional_text("kind")
    if kind in _KINDS:
        return kind, item.field("url").text()
    found = [(name, item.optional_text(name)) for name in _KINDS if item.optional_text(name)]
    if len(found) != 1:
        raise MalformedError("neither of conda nor of PyPI", where=item.where)
    return found[0]


def _conda(item: JsonValue, url: str) -> NamedEntry:
    component = parse_conda_url(url)
    licences, raw = split_licences([clean(item.optional_text("license"))])
    said = (need.text().partition(" ")[0] for need in item.optional_items("depends"))
    needs = (name for name in said if not name.startswith(VIRTUAL))
    found = replace(component, hashes=_hashes(item), licences=licences, raw_licences=raw)
    return NamedEntry(key=component.name, component=found, needs=tuple(needs))


def _pypi(item: JsonValue) -> NamedEntry:
    name, version = item.field("name").text(), item.field("version").text()
    component = Component(
        purl=pypi_purl(name, version),
        name=name,
        version=version,
        found_in=(),
        hashes=_hashes(item),
    )
    said = [need.text() for need in item.optional_items("requires_dist")]
    return NamedEntry(
        key=normal_name(name),
        component=component,
        needs=tuple(_required(text) for text in said if ";" not in text),
        wishes=tuple(_required(text) for text in said if ";" in text),  # with a marker
    )


def _required(text: str) -> str:
    end = next((at for at, character in enumerate(text) if character in _ENDS), len(text))
    return normal_name(text[:end])


def _hashes(item: JsonValue) -> tuple[str, ...]:
    said = {name: item.optional_text(name) for name in ("md5", "sha256")}
    found = tuple(f"{name}:{text}" for name, text in said.items() if text)
    for text in found:
        if not is_hash(text):
            raise MalformedError(f"{clean(text)!r} is no hash", where=item.where)
    return found
