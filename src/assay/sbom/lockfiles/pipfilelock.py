"""Pipfile.lock, pipfile-spec 6."""

from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.pypisource import parse_hashes, pypi_from_git, pypi_purl
from assay.sbom.lockfiles.reading import Draft, Reading

MAX_LOCK_BYTES: Final = 64 * 2**20  # above any lock file that we have seen; bounds memory
KNOWN_SPEC: Final = 6
_REPOSITORIES: Final = ("git", "hg", "svn", "bzr")


def parse_pipfile_lock(data: bytes, path: str) -> Reading:
    """Read a Pipfile.lock: `default`, `develop`, and the groups of a project's own.

    Raises:
        MalformedError: Not strict JSON, or of a version that is not known.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    spec = document.field("_meta").field("pipfile-spec").integer()
    if spec != KNOWN_SPEC:
        raise MalformedError(f"version {spec} is not known", where="_meta.pipfile-spec")
    draft = Draft(path=path)
    for group, members in document.members():
        if group == "_meta":
            continue
        with draft.entry(group):
            for name, entry in members.members():
                with draft.entry(entry.where):
                    _read_entry(name, entry, draft, development=group != "default")
    return replace(draft.finish(), covers=frozenset({""}))  # no workspaces


def _read_entry(name: str, entry: JsonValue, draft: Draft, *, development: bool) -> None:
    if any(entry.optional(key) is not None for key in _REPOSITORIES):
        url, commit = entry.field("git").text(), entry.field("ref").text()
        purl, version = pypi_from_git(name, "", url, commit)
    elif entry.optional("path") is not None:
        return  # a folder of the repository: our own
    else:
        version = entry.field("version").text().removeprefix("==")
        purl = pypi_purl(name, version)
    draft.components.append(
        Component(
            purl=purl,
            name=name,
            version=version,
            found_in=(draft.path,),
            hashes=parse_hashes(entry.optional_items("hashes")),
            development=development,
        )
    )
