"""packages.lock.json of NuGet (.NET), versions 1 and 2.

`contentHash` is SHA-512 of the package without its signature, and so of no file that could be
fetched: it is kept as `nuget:…`.
"""

import re
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.reading import Draft, Reading, clean, purl_of

MAX_LOCK_BYTES: Final = 64 * 2**20
_DIRECT: Final = {"Direct": True, "Transitive": False, "CentralTransitive": False}
_CONTENT_HASH: Final = re.compile(r"[A-Za-z0-9+/]{86}==\Z")


def parse_nuget_lock(data: bytes, path: str) -> Reading:
    """Read a packages.lock.json: the packages for each framework that the project is built for.

    Raises:
        MalformedError: Not strict JSON, or of a version that is not known.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    version = document.field("version").integer()
    if version not in {1, 2}:
        raise MalformedError(f"version {version} is not known", where="version")
    draft = Draft(path=path, tells_edges=True)
    for _, framework in document.field("dependencies").members():
        entries: list[NamedEntry] = []
        for name, item in framework.members():
            with draft.entry(item.where):
                entries += _entry(name, item)
        add_named(entries, draft)
    return replace(draft.finish(), covers=frozenset({""}))  # one project each


def _entry(name: str, item: JsonValue) -> list[NamedEntry]:
    """Return the package, none for a project of our own."""
    kind = item.field("type").text()
    if kind == "Project":
        return []
    if kind not in _DIRECT:
        raise MalformedError(f"{clean(kind)!r} is not known", where=f"{item.where}.type")
    version = item.field("resolved").text()
    content_hash = item.optional_text("contentHash")
    if content_hash and not _CONTENT_HASH.match(content_hash):
        raise MalformedError(f"{clean(content_hash)!r} is no hash", where=item.where)
    needed = item.optional("dependencies")
    component = Component(
        purl=purl_of("nuget", name, version),
        name=name,
        version=version,
        found_in=(),
        hashes=(f"nuget:{content_hash}",) if content_hash else (),
        direct=_DIRECT[kind],
    )
    needs = tuple(key.lower() for key, _ in needed.members()) if needed else ()
    return [NamedEntry(key=name.lower(), component=component, needs=needs)]
