"""composer.lock of Composer 1 and 2 (PHP)."""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.reading import Draft, Reading, clean, is_commit, purl_of, vcs_url_of

MAX_LOCK_BYTES: Final = 64 * 2**20
_SHA1: Final = re.compile(r"[0-9a-f]{40}\Z")
_LISTS: Final = (("packages", False), ("packages-dev", True))


def parse_composer_lock(data: bytes, path: str) -> Reading:
    """Read a composer.lock; it does not say which packages are direct.

    Raises:
        MalformedError: Not strict JSON, no list of packages, or of a version that is not known.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    version = document.optional_text("plugin-api-version", "1")
    if version.partition(".")[0] not in {"1", "2"}:
        raise MalformedError(f"version {version!r} is not known", where="plugin-api-version")
    document.field("packages")
    draft = Draft(path=path, tells_edges=True)
    add_named(_entries(document, draft), draft)
    return draft.finish()


def _entries(document: JsonValue, draft: Draft) -> Iterator[NamedEntry]:
    for member, development in _LISTS:
        for item in document.optional_items(member):
            with draft.entry(item.where):
                yield _entry(item, development=development)


def _entry(item: JsonValue, *, development: bool) -> NamedEntry:
    name, version = item.field("name").text().lower(), item.field("version").text()
    required = item.optional("require")
    licences, raw = split_licences([licence.text() for licence in item.optional_items("license")])
    return NamedEntry(
        key=name,
        component=Component(
            purl=purl_of("composer", name, version, vcs_url=_vcs_url(item)),
            name=name,
            version=version,
            found_in=(),
            hashes=_hashes(item),
            development=development,
            licences=licences,
            raw_licences=raw,
        ),
        needs=tuple(_packages(required)) if required is not None else (),
    )


def _packages(required: JsonValue) -> Iterator[str]:
    """Yield the packages that are needed; PHP itself and its extensions have no slash."""
    names = (key.lower() for key, _ in required.members())
    return (name for name in names if "/" in name)


def _vcs_url(item: JsonValue) -> str:
    """Return where a package was cloned from, if no archive of it was fetched."""
    source = item.optional("source")
    if source is None or item.optional("dist") is not None:
        return ""
    commit = source.field("reference").text()
    if source.field("type").text() != "git" or not is_commit(commit):
        raise MalformedError("a source that is no commit of Git", where=source.where)
    return f"{vcs_url_of(source.field('url').text())}@{commit}"


def _hashes(item: JsonValue) -> tuple[str, ...]:
    dist = item.optional("dist")
    checksum = dist.optional_text("shasum") if dist is not None else ""
    if not checksum:
        return ()
    if not _SHA1.match(checksum):
        raise MalformedError(f"{clean(checksum)!r} is no checksum", where=item.where)
    return (f"sha1:{checksum}",)
