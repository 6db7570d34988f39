"""Cargo.lock, versions 1 to 4 (1 and 2 carry no number; 1 keeps its checksums under `metadata`)."""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.component import Component
from assay.sbom.lockfiles.edges import Names
from assay.sbom.lockfiles.reading import Draft, Reading, clean, is_commit, purl_of, vcs_url_of

KNOWN_VERSIONS: Final = frozenset({1, 2, 3, 4})
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_REGISTRY: Final = ("registry+", "sparse+")


def parse_cargo_lock(data: bytes, path: str) -> Reading:
    """Read a Cargo.lock; what our own packages depend on is direct.

    Raises:
        MalformedError: Not TOML, or of a version that is not known.
    """
    document = parse_toml(data)
    number = document.optional("version")
    if number is not None and number.integer() not in KNOWN_VERSIONS:
        raise MalformedError(f"version {number.integer()} is not known", where="version")
    draft = Draft(path=path, tells_edges=True)
    names = Names()
    packages: list[tuple[str, JsonValue]] = []
    root = document.optional("root")
    for entry in (*((root,) if root is not None else ()), *document.optional_items("package")):
        with draft.entry(entry.where):
            purl = _purl(entry)
            names.add(entry.field("name").text(), entry.field("version").text(), purl)
            packages.append((purl, entry))
    _add_components(packages, names, document.optional("metadata"), draft)
    return draft.finish()


def _add_components(
    packages: list[tuple[str, JsonValue]],
    names: Names,
    metadata: JsonValue | None,
    draft: Draft,
) -> None:
    direct: set[str] = set()
    for purl, entry in packages:
        with draft.entry(entry.where):
            if not purl:
                direct.update(_targets(entry, names, draft))
    for purl, entry in packages:
        with draft.entry(entry.where):
            if purl:
                draft.components.append(
                    Component(
                        purl=purl,
                        name=entry.field("name").text(),
                        version=entry.field("version").text(),
                        found_in=(draft.path,),
                        hashes=_hashes(entry, metadata),
                        depends_on=tuple(sorted(set(_targets(entry, names, draft)))),
                        direct=purl in direct,
                    )
                )


def _purl(entry: JsonValue) -> str:
    """Return the purl, empty for a package without a source: a folder of the workspace."""
    name, version = entry.field("name").text(), entry.field("version").text()
    source = entry.optional_text("source")
    if not source:
        return ""
    if source.startswith(_REGISTRY):
        return purl_of("cargo", name, version)
    if not source.startswith("git+"):
        raise MalformedError(f"the source {clean(source)!r} is not known")
    url, _, commit = source.partition("#")
    if not is_commit(commit):
        raise MalformedError(f"{clean(commit)!r} is no full commit id")
    return purl_of("cargo", name, version, vcs_url=f"{vcs_url_of(url)}@{commit}")


def _hashes(entry: JsonValue, metadata: JsonValue | None) -> tuple[str, ...]:
    checksum = entry.optional_text("checksum")
    if not checksum and metadata is not None:
        parts = (entry.field(key).text() for key in ("name", "version", "source"))
        checksum = metadata.optional_text("checksum {} {} ({})".format(*parts))
    if not checksum or checksum == "<none>":
        return ()
    if not _SHA256.match(checksum):
        raise MalformedError(f"{clean(checksum)!r} is no checksum", where=entry.where)
    return (f"sha256:{checksum}",)


def _targets(entry: JsonValue, names: Names, draft: Draft) -> Iterator[str]:
    """Yield the purls of the dependencies, written `name`, `name version` or with the source."""
    for item in entry.optional_items("dependencies"):
        name, _, rest = item.text().partition(" ")
        purls = names.find(name, rest.partition(" ")[0])
        if purls is None:
            draft.note("dependency", item.where, f"{clean(name)!r} is not in the file")
        yield from purls or ()
