"""poetry.lock, lock-version 1.x and 2.x."""

from dataclasses import replace

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.pypisource import (
    Locked,
    finish_locked,
    parse_hashes,
    pypi_from_git,
    pypi_purl,
)
from assay.sbom.lockfiles.reading import Draft, Reading


def parse_poetry_lock(data: bytes, path: str) -> Reading:
    """Read a poetry.lock.

    Raises:
        MalformedError: Not TOML, or of a version that is not known.
    """
    document = parse_toml(data)
    metadata = document.field("metadata")
    version = metadata.field("lock-version").text()
    if version.partition(".")[0] not in {"1", "2"}:
        raise MalformedError(f"version {version!r} is not known", where="metadata.lock-version")
    draft = Draft(path=path)
    locked: list[Locked] = []
    edges: dict[int, list[str]] = {}
    for entry in document.optional_items("package"):
        with draft.entry(entry.where):
            item = _locked(entry, metadata)
            needed = entry.optional("dependencies")
            edges[len(locked)] = [name for name, _ in needed.members()] if needed else []
            locked.append(item)
    finish_locked(locked, edges, draft, tells_edges=True)
    return replace(draft.finish(), covers=frozenset({""}))  # no workspaces


def _locked(entry: JsonValue, metadata: JsonValue) -> Locked:
    name, version = entry.field("name").text(), entry.field("version").text()
    source = entry.optional("source")
    kind = source.optional_text("type") if source is not None else ""
    if source is not None and kind == "git":
        commit = source.field("resolved_reference").text()
        purl, version = pypi_from_git(name, version, source.field("url").text(), commit)
    elif kind == "directory":
        purl = ""
    else:
        purl = pypi_purl(name, version)
    return Locked(
        purl=purl,
        name=name,
        version=version,
        entry=entry,
        hashes=_hashes(entry, metadata, name),
        development=_is_development(entry),
    )


def _hashes(entry: JsonValue, metadata: JsonValue, name: str) -> tuple[str, ...]:
    """Return the hashes, which versions before 2 may keep at the end of the document."""
    files = entry.optional_items("files")
    apart = metadata.optional("files")
    if not files and apart is not None:
        files = apart.optional_items(name)
    return parse_hashes(file.field("hash") for file in files)


def _is_development(entry: JsonValue) -> bool | None:
    """Tell by `groups` (2.x) or `category` (1.x); a file without either does not say."""
    groups = [group.text() for group in entry.optional_items("groups")]
    if groups:
        return "main" not in groups
    category = entry.optional_text("category")
    return category != "main" if category else None
