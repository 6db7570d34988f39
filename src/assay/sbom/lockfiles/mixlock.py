"""mix.lock of Elixir: a map with one line for each dependency, as Mix writes it.

Of `{:hex, :name, "version", "checksum", managers, dependencies, "repository", "checksum"}` the last
checksum is the one of the archive. A `{:git, "url", "commit", options}` has no version.
"""

import re
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import build_purl
from assay.sbom.component import Component
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.reading import Draft, Reading, clean, git_purl, purl_of
from assay.sbom.lockfiles.textlines import text_lines

MAX_LINE_CHARACTERS: Final = 20_000  # a package with hundreds of dependencies
_HEX: Final = re.compile(
    r'\s*"(?P<key>[^"]+)": \{:hex, :(?P<name>"[^"]+"|\w+), "(?P<version>[^"]+)", '
    r'"(?:[0-9a-f]{64})?", \[[^\[\]]*\], \[(?P<needs>.*)\], "(?P<repository>[^"]+)"'
    r'(?:, "(?P<checksum>[0-9a-f]{64})")?\},?\Z'
)
_GIT: Final = re.compile(r'\s*"([^"]+)": \{:git, "([^"]+)", "([^"]+)", \[.*\]\},?\Z')
_NEED: Final = re.compile(r'\{:("[^"]+"|\w+), ')
_FRAME: Final = frozenset({"%{", "}", "%{}", ""})  # the lines of the map without dependencies
_PUBLIC: Final = "hexpm"


def parse_mix_lock(data: bytes, path: str) -> Reading:
    """Read a mix.lock; it does not say which dependencies are direct.

    Raises:
        MalformedError: Not text, or no map.
    """
    lines = text_lines(data)
    kept = [line.strip() for line in lines if line.strip()]
    if kept != ["%{}"] and (not kept or kept[0] != "%{" or kept[-1] != "}"):
        raise MalformedError("no map of Elixir, or one that is cut off")
    draft = Draft(path=path)
    entries: list[NamedEntry] = []
    for number, line in enumerate(lines, 1):
        if line.strip() not in _FRAME:
            with draft.entry(f"line {number}"):
                entries.append(_entry(line))
    add_named(entries, draft)
    return draft.finish()


def _entry(line: str) -> NamedEntry:
    if len(line) > MAX_LINE_CHARACTERS:
        raise MalformedError(f"over {MAX_LINE_CHARACTERS} characters")
    hex_, git = _HEX.match(line), _GIT.match(line)
    if git is not None:
        name, url, commit = git.groups()
        purl = git_purl(name, url, commit)
        return NamedEntry(
            key=name, component=Component(purl=purl, name=name, version=commit, found_in=())
        )
    if hex_ is None:
        raise MalformedError(f"{clean(line.strip())[:80]!r} cannot be read")
    name, version = hex_["name"].strip('"'), hex_["version"]
    purl = purl_of("hex", name, version)
    if hex_["repository"] != _PUBLIC:
        where = {"repository_url": clean(hex_["repository"])}
        purl = str(build_purl("hex", "", name, version, where))
    component = Component(
        purl=purl,
        name=name,
        version=version,
        found_in=(),
        hashes=(f"sha256:{hex_['checksum']}",) if hex_["checksum"] else (),
        edges_known=True,  # what one from Git depends on does not stand in the file
    )
    needs = tuple(found.strip('"') for found in _NEED.findall(hex_["needs"]))
    return NamedEntry(key=hex_["key"], component=component, needs=needs)
