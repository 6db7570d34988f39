"""Gemfile.lock of Bundler 1 and 2 (Ruby): sources with their gems, and what is asked for.

The file names no format version, but the Bundler that wrote it. A section that is not known is
noted, and so is a line in a known one that cannot be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import build_purl
from assay.sbom.component import Component
from assay.sbom.lockfiles.named import NamedEntry, add_named
from assay.sbom.lockfiles.reading import Draft, Reading, clean, is_commit, purl_of, vcs_url_of
from assay.sbom.lockfiles.textlines import text_lines

_SOURCES: Final = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
_SILENT: Final = frozenset({"PLATFORMS", "BUNDLED WITH", "RUBY VERSION"})
_GEM: Final = re.compile(r" {4}(\S+) \(([^\s()-]+)(?:-([^\s()]+))?\)\Z")
_NEEDED: Final = re.compile(r" {6}([^\s!]+)!?(?: \(.*\))?\Z")
_ASKED: Final = re.compile(r" {2}([^\s!]+)(?: \(.*\))?!?\Z")
_CHECKSUM: Final = re.compile(
    r" {2}(\S+) \(([^\s()-]+)(?:-([^\s()]+))?\)(?: sha256=([0-9a-f]{64}))?\Z"
)
_MAJORS: Final = frozenset({"1", "2", "3", "4"})  # of Bundler


@dataclass(slots=True, kw_only=True)
class _Lock:
    """What was read so far. A gem is known by name, version and platform."""

    section: str = ""
    source: dict[str, str] = field(default_factory=dict)
    gems: list[tuple[tuple[str, str, str], str, dict[str, str]]] = field(default_factory=list)
    needs: dict[int, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    sums: dict[tuple[str, str, str], str] = field(default_factory=dict)


def parse_gemfile_lock(data: bytes, path: str) -> Reading:
    """Read a Gemfile.lock.

    Raises:
        MalformedError: Not text, or without the section DEPENDENCIES, which each has.
    """
    draft = Draft(path=path, tells_edges=True)
    lock = _Lock()
    lines = text_lines(data)
    if "DEPENDENCIES" not in lines:
        raise MalformedError("no section DEPENDENCIES")
    for number, line in enumerate(lines, 1):
        if line.strip():
            with draft.entry(f"line {number}"):
                _read_line(lock, line)
    add_named(_entries(lock, draft), draft)
    return replace(draft.finish(), covers=frozenset({""}))


def _read_line(lock: _Lock, line: str) -> None:
    if not line.startswith(" "):
        lock.section, lock.source = line.strip(), {"kind": line.strip()}
        if lock.section not in _SOURCES | _SILENT | {"DEPENDENCIES", "CHECKSUMS"}:
            raise MalformedError(f"the section {clean(line)!r} is not known")
    elif lock.section in _SOURCES:
        _read_source_line(lock, line)
    elif lock.section == "DEPENDENCIES":
        lock.asked.add(_matched(_ASKED, line)[1])
    elif lock.section == "CHECKSUMS":
        match = _matched(_CHECKSUM, line)
        if match[4]:
            lock.sums[match[1], match[2], match[3] or ""] = match[4]
    elif lock.section == "BUNDLED WITH" and line.strip().partition(".")[0] not in _MAJORS:
        raise MalformedError(f"Bundler {clean(line.strip())!r} is not known")


def _read_source_line(lock: _Lock, line: str) -> None:
    if not line.startswith("    "):
        key, _, value = line.strip().partition(":")
        lock.source = lock.source | {key: value.strip()}
    elif line.startswith("      "):
        lock.needs.setdefault(len(lock.gems) - 1, []).append(_matched(_NEEDED, line)[1])
    else:
        match = _matched(_GEM, line)
        lock.gems.append(((match[1], match[2], match[3] or ""), lock.section, lock.source))


def _matched(pattern: re.Pattern[str], line: str) -> re.Match[str]:
    match = pattern.match(line)
    if match is None:
        raise MalformedError(f"{clean(line.strip())!r} cannot be read")
    return match


def _entries(lock: _Lock, draft: Draft) -> Iterator[NamedEntry]:
    for place, (gem, kind, source) in enumerate(lock.gems):
        if kind == "PATH":
            continue  # a folder of the repository: our own
        with draft.entry(gem[0]):
            checksum = lock.sums.get(gem)
            component = Component(
                purl=_purl(gem, kind, source),
                name=gem[0],
                version=gem[1],
                found_in=(),
                hashes=(f"sha256:{checksum}",) if checksum else (),
                direct=gem[0] in lock.asked,
            )
            needs = tuple(lock.needs.get(place, ()))
            yield NamedEntry(key=gem[0], component=component, needs=needs)


def _purl(gem: tuple[str, str, str], kind: str, source: dict[str, str]) -> str:
    name, version, platform = gem
    plain = purl_of("gem", name, version)
    if kind == "GIT":
        commit = source.get("revision", "")
        if not is_commit(commit):
            raise MalformedError(f"{clean(commit)!r} is no full commit id")
        vcs_url = f"{vcs_url_of(source.get('remote', ''))}@{commit}"
        return purl_of("gem", name, version, vcs_url=vcs_url)
    if kind != "GEM":
        raise MalformedError(f"from a source of the kind {clean(kind)!r}, which is not known")
    return str(build_purl("gem", "", name, version, {"platform": platform})) if platform else plain
