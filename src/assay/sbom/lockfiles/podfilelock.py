"""Podfile.lock of CocoaPods 1: pods, what asks for them, and where they are from.

A subspec (`Pod/Part`) comes out of the archive of its pod, so all of one pod are one component.
`SPEC CHECKSUMS` are of the descriptions, not the archives: they are kept as `podspec:…`.
"""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.reading import Draft, Reading, clean, is_commit, purl_of, vcs_url_of

_POD: Final = re.compile(r"(\S+)(?: \(([^()]*)\))?\Z")
_OWN: Final = ":path"


def parse_podfile_lock(data: bytes, path: str) -> Reading:
    """Read a Podfile.lock.

    Raises:
        MalformedError: Not YAML of the strict kind, or of a version that is not known.
    """
    document = parse_yaml(data)
    version = document.field("COCOAPODS").text()
    if not version.startswith("1."):
        raise MalformedError(f"version {version!r} is not known", where="COCOAPODS")
    draft = Draft(path=path, tells_edges=True)
    add_named(_entries(document, draft), draft)
    return draft.finish()


def _entries(document: JsonValue, draft: Draft) -> Iterator[NamedEntry]:
    asked: set[str] = set()
    for item in document.optional_items("DEPENDENCIES"):
        with draft.entry(item.where):
            asked.add(_split(item)[0])
    for item in document.optional_items("PODS"):
        with draft.entry(item.where):
            (head, needs), *more = _heads(item)
            if more:
                raise MalformedError("several pods where one is listed", where=item.where)
            name, version = _split(head)
            component = _component(document, name, version, direct=name in asked)
            if component is not None:
                needed = tuple(_split(need)[0] for need in needs)
                yield NamedEntry(key=name, component=component, needs=needed)


def _heads(item: JsonValue) -> list[tuple[JsonValue, tuple[JsonValue, ...]]]:
    """Return the pod with what it needs: a text, or a map with one member."""
    if isinstance(item.value, str):
        return [(item, ())]
    found = [(JsonValue(key, item.where), needs.items()) for key, needs in item.members()]
    if not found:
        raise MalformedError("no pod", where=item.where)
    return found


def _split(item: JsonValue) -> tuple[str, str]:
    """Return name and version of `Name/Part (1.2.3)`."""
    match = _POD.match(item.text())
    if match is None:
        raise MalformedError(f"{clean(item.text())!r} is no pod", where=item.where)
    return match[1].partition("/")[0], match[2] or ""


def _component(document: JsonValue, name: str, version: str, *, direct: bool) -> Component | None:
    source = _member(document, "EXTERNAL SOURCES", name)
    if source is not None and source.optional(_OWN) is not None:
        return None  # a folder of the repository: our own
    vcs_url = ""
    if source is not None and source.optional(":git") is not None:
        checkout = _member(document, "CHECKOUT OPTIONS", name)
        commit = checkout.optional_text(":commit") if checkout is not None else ""
        if not is_commit(commit):
            raise MalformedError(f"{name} is of no full commit id", where="CHECKOUT OPTIONS")
        vcs_url = f"{vcs_url_of(source.field(':git').text())}@{commit}"
    sums = document.optional("SPEC CHECKSUMS")
    checksum = sums.optional_text(name) if sums is not None else ""
    return Component(
        purl=purl_of("cocoapods", name, version, vcs_url=vcs_url),
        name=name,
        version=version,
        found_in=(),
        hashes=(f"podspec:{clean(checksum)}",) if checksum else (),
        direct=direct,
    )


def _member(document: JsonValue, section: str, name: str) -> JsonValue | None:
    found = document.optional(section)
    return found.optional(name) if found is not None else None
