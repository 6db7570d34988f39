"""A package's document of the npm registry ("packument"), whole or abbreviated."""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.vuln.remedy.model import NPM, OPTIONAL, Release, ReleaseFile, Requirement
from assay.vuln.remedy.steps import is_release

MAX_PACKUMENT_BYTES: Final = 128 * 2**20
_SHA1: Final = re.compile(r"[0-9a-f]{40}\Z")
_STRONG: Final = re.compile(r"sha(?:256|384|512)-[A-Za-z0-9+/]{43,88}={0,2}\Z")


def parse_packument(data: bytes, name: str) -> dict[str, Release]:
    """Return the releases of the package `name` by version.

    A version that cannot be read, or that is about another package, is left out.

    Raises:
        MalformedError: Not such a document, or one about another package.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_PACKUMENT_BYTES))
    if document.field("name").text() != name:
        raise MalformedError(f"a document about another package, and not {name!r}", where="name")
    found: dict[str, Release] = {}
    for version, manifest in document.field("versions").members():
        if not is_release(NPM, version):
            continue
        try:
            release = _release(version, manifest, name)
        except MalformedError:
            continue
        found[version] = release
    return found


def requirements_of(release: Release) -> tuple[Requirement, ...]:
    """Return what a release asks for; what it can do without is marked `OPTIONAL`.

    Raises:
        MalformedError: A table is of another form.
    """
    manifest = JsonValue(dict(release.entry))
    optional = {one.name for one in _table(manifest, "optionalDependencies", OPTIONAL)}
    peers = manifest.optional("peerDependenciesMeta")
    for name, told in () if peers is None else peers.members():
        flag = told.optional("optional")
        if flag is not None and flag.value is True:
            optional.add(name)
    return tuple(
        one
        if one.name not in optional
        else Requirement(name=one.name, range=one.range, marker=OPTIONAL)
        for table in ("dependencies", "optionalDependencies", "peerDependencies")
        for one in _table(manifest, table, "")
    )


def _table(manifest: JsonValue, table: str, marker: str) -> Iterator[Requirement]:
    members = manifest.optional(table)
    for name, wanted in () if members is None else members.members():
        yield Requirement(name=name, range=wanted.text(), marker=marker)


def _release(version: str, manifest: JsonValue, name: str) -> Release:
    if manifest.field("name").text() != name or manifest.field("version").text() != version:
        raise MalformedError("a manifest of another release", where=manifest.where)
    dist = manifest.field("dist")
    integrity, sha1 = dist.optional_text("integrity"), dist.optional_text("shasum")
    entry = manifest.value
    release = Release(
        version=version,
        files=(
            ReleaseFile(
                name=f"{name.rpartition('/')[2]}-{version}.tgz",
                url=dist.field("tarball").text(),
                digest=integrity if _STRONG.match(integrity) else "",
                sha1=sha1 if _SHA1.match(sha1) else "",
            ),
        ),
        entry=entry if isinstance(entry, dict) else {},
    )
    requirements_of(release)  # refused here, and not later
    return release
