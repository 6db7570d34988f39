"""pubspec.lock of Dart and Flutter; the file names no format version."""

import re
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.purl import build_purl
from assay.core.strictyaml import parse_yaml
from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Draft, Reading, clean, is_commit, purl_of, vcs_url_of

_DIRECT: Final = {
    "direct main": (True, False),
    "direct dev": (True, True),
    "direct overridden": (True, None),
    "transitive": (False, None),
}
_PUBLIC: Final = frozenset({"https://pub.dev", "https://pub.dartlang.org"})
_OWN: Final = frozenset({"path", "sdk"})
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")


def parse_pubspec_lock(data: bytes, path: str) -> Reading:
    """Read a pubspec.lock; it does not say what needs what.

    Raises:
        MalformedError: Not YAML of the strict kind, or no packages.
    """
    draft = Draft(path=path)
    for name, item in parse_yaml(data).field("packages").members():
        with draft.entry(item.where):
            source = item.field("source").text()
            if source not in _OWN:  # folders of the repository, and what comes with the SDK
                draft.components.append(_component(name, item, source, path))
    return draft.finish()


def _component(name: str, item: JsonValue, source: str, path: str) -> Component:
    version = item.field("version").text()
    kind = item.field("dependency").text()
    if kind not in _DIRECT:
        raise MalformedError(f"{clean(kind)!r} is not known", where=f"{item.where}.dependency")
    direct, development = _DIRECT[kind]
    described = item.field("description")
    checksum = described.optional_text("sha256")
    if checksum and not _SHA256.match(checksum):
        raise MalformedError(f"{clean(checksum)!r} is no checksum", where=described.where)
    return Component(
        purl=_purl(name, version, source, described),
        name=name,
        version=version,
        found_in=(path,),
        hashes=(f"sha256:{checksum}",) if checksum else (),
        direct=direct,
        development=development,
    )


def _purl(name: str, version: str, source: str, described: JsonValue) -> str:
    plain = purl_of("pub", name, version)
    if source == "git":
        commit = described.field("resolved-ref").text()
        if not is_commit(commit):
            raise MalformedError(f"{clean(commit)!r} is no full commit id", where=described.where)
        vcs_url = f"{vcs_url_of(described.field('url').text())}@{commit}"
        return purl_of("pub", name, version, vcs_url=vcs_url)
    if source != "hosted":
        raise MalformedError(f"the source {clean(source)!r} is not known")
    url = described.field("url").text()
    if url in _PUBLIC:
        return plain
    return str(build_purl("pub", "", name, version, {"repository_url": clean(url)}))
