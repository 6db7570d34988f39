"""pylock.toml (PEP 751), lock-version 1.0."""

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.pypisource import (
    Locked,
    finish_locked,
    is_hash,
    pypi_from_git,
    pypi_purl,
)
from assay.sbom.lockfiles.reading import Draft, Reading, clean


def parse_pylock(data: bytes, path: str) -> Reading:
    """Read a pylock.toml or pylock.NAME.toml.

    Raises:
        MalformedError: Not TOML, of a major version that is not known, or without packages.
    """
    document = parse_toml(data)
    version = document.field("lock-version").text()
    if version != "1.0" and not version.startswith("1."):
        raise MalformedError(f"version {clean(version)!r} is not known", where="lock-version")
    draft = Draft(path=path)
    locked: list[Locked] = []
    edges: dict[int, list[str]] = {}
    for entry in document.field("packages").items():
        with draft.entry(entry.where):
            item = _locked(entry)
            edges[len(locked)] = [
                needed.optional_text("name") for needed in entry.optional_items("dependencies")
            ]
            locked.append(item)
    finish_locked(locked, edges, draft, tells_edges=False)
    return draft.finish()


def _locked(entry: JsonValue) -> Locked:
    name, version = entry.field("name").text(), entry.optional_text("version")
    vcs = entry.optional("vcs")
    if entry.optional("directory") is not None:
        purl = ""
    elif vcs is not None:
        url = vcs.optional_text("url") or vcs.field("path").text()
        purl, version = pypi_from_git(name, version, url, vcs.field("commit-id").text())
    elif not version:
        raise MalformedError(f"no version of {clean(name)!r}")
    else:
        purl = pypi_purl(name, version)
    return Locked(purl=purl, name=name, version=version, entry=entry, hashes=_hashes(entry))


def _hashes(entry: JsonValue) -> tuple[str, ...]:
    single = (entry.optional("sdist"), entry.optional("archive"))
    files = (*entry.optional_items("wheels"), *(file for file in single if file is not None))
    pairs = (pair for file in files for pair in file.field("hashes").members())
    written = {f"{algorithm}:{value.text()}" for algorithm, value in pairs}
    return tuple(sorted(text for text in written if is_hash(text)))
