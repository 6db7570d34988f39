"""Which package.json files one lock file of Node's tools is for."""

import posixpath
from collections.abc import Iterator, Mapping

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.filekinds import is_vendored, lock_parser
from assay.sbom.manifest import MAX_MANIFEST_BYTES
from assay.vuln.remedy.npmlock import OWN_ASKED

NAME = "package.json"


def own_manifests(path: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the manifests that the lock file at `path` serves, the one beside it first.

    Where that has workspaces, those beneath it too, unless a lock file of their own serves them.

    Raises:
        MalformedError: The manifest is no JSON.
    """
    folder = posixpath.dirname(path)
    top = posixpath.join(folder, NAME)
    if top not in files:
        return ()
    document = JsonValue(parse_json(files[top], max_bytes=MAX_MANIFEST_BYTES))
    if not isinstance(document.value, dict):
        raise MalformedError("no object", where=top)
    if document.optional("workspaces") is None:
        return (top,)
    locked = {posixpath.dirname(one) for one in files if lock_parser(one) is not None} - {folder}
    beneath = (
        one
        for one in sorted(files)
        if posixpath.basename(one) == NAME and one != top and not is_vendored(one)
    )
    return (top, *(one for one in beneath if _is_served(posixpath.dirname(one), folder, locked)))


def _is_served(place: str, folder: str, locked: set[str]) -> bool:
    """Tell whether the folder `place` is beneath `folder`, with no lock file on the way up."""
    while place and place != folder:
        if place in locked:
            return False
        place = posixpath.dirname(place)
    return place == folder


def wishes_of(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield table, name and range of what a package.json asks for.

    Raises:
        MalformedError: It is of another form.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    for table in OWN_ASKED:
        members = document.optional(table)
        if members is not None and isinstance(members.value, dict):
            yield from ((table, name, wanted.text()) for name, wanted in members.members())
