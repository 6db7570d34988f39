"""Package.resolved of the Swift package manager, versions 1, 2 and 3."""

import re
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Draft, Reading, clean, is_commit, purl_of

MAX_LOCK_BYTES: Final = 16 * 2**20
_PLACE: Final = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@]+@)?|git@)([^/:\s]+)(?::[0-9]+)?[:/](.+?)(?:\.git)?/?\Z"
)


def parse_package_resolved(data: bytes, path: str) -> Reading:
    """Read a Package.resolved; it says neither which are direct nor what needs what.

    Raises:
        MalformedError: Not strict JSON, or of a version that is not known.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    version = document.field("version").integer()
    if version not in {1, 2, 3}:
        raise MalformedError(f"version {version} is not known", where="version")
    place = "repositoryURL" if version == 1 else "location"
    holder = document.field("object") if version == 1 else document
    draft = Draft(path=path)
    for pin in holder.field("pins").items():
        with draft.entry(pin.where):
            if pin.optional_text("kind") != "localSourceControl":
                draft.components.append(_component(pin, place, path))
    return draft.finish()


def _component(pin: JsonValue, place: str, path: str) -> Component:
    state = pin.field("state")
    if pin.optional_text("kind") == "registry":
        version = state.field("version").text()
        name = pin.field("identity").text().replace(".", "/", 1)  # scope.name
    else:
        commit = state.field("revision").text()
        if not is_commit(commit):
            raise MalformedError(f"{clean(commit)!r} is no full commit id", where=state.where)
        version = state.optional_text("version") or commit
        name = _name(pin.field(place).text())
    return Component(
        purl=purl_of("swift", name, version), name=name, version=version, found_in=(path,)
    )


def _name(url: str) -> str:
    """Return `host/owner/name` for the URL of a repository."""
    match = _PLACE.match(url)
    if match is None:
        raise MalformedError(f"{clean(url)!r} is no URL of a repository")
    return f"{match[1]}/{match[2]}"
