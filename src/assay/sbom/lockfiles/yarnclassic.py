"""yarn.lock of Yarn 1: blocks of indented lines, with its own rules for quotes.

The first line of a block lists the requests that it answers (`"a@^1.0", a@^1.2:`); its members are
indented by two blanks, the names and ranges under `dependencies:` by four.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.npmsource import NpmPackage, npm_package, split_descriptor
from assay.sbom.lockfiles.reading import Draft, Reading
from assay.sbom.lockfiles.textlines import text_lines

_HEADER: Final = re.compile(r"# yarn lockfile v(\S+)")
_PAIR: Final = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s"]+) ("(?:[^"\\]|\\.)*"|\S+)\Z')
_MEMBERS: Final = frozenset({"version", "resolved", "integrity", "uid"})
_GROUPS: Final = frozenset({"dependencies:", "optionalDependencies:", "peerDependencies:"})


@dataclass(slots=True, kw_only=True)
class _Block:
    """One block of the file, from `line` on."""

    line: int
    requests: tuple[str, ...]
    members: dict[str, str] = field(default_factory=dict)
    dependencies: list[str] = field(default_factory=list)


def parse_yarn_classic(data: bytes, path: str) -> Reading:
    """Read a yarn.lock of version 1.

    Raises:
        MalformedError: Not UTF-8, or without the line that names version 1.
    """
    lines = text_lines(data)
    header = next((match for line in lines if (match := _HEADER.match(line))), None)
    if header is None or header[1] != "1":
        version = repr(header[1]) if header else "none"
        raise MalformedError(f"version {version} is not known", where="the header")
    draft = Draft(path=path)
    packages: list[tuple[NpmPackage, _Block]] = []
    known: dict[str, str] = {}
    names: set[str] = set()
    for block in _read_blocks(lines, draft):
        names.update(split_descriptor(request)[0] for request in block.requests)
        with draft.entry(f"line {block.line}"):
            package = _package(block)
            if package is not None:
                packages.append((package, block))
                known.update((request, package.purl) for request in block.requests)
    for package, block in packages:
        draft.components.append(_component(package, block, known, path))
    return replace(draft.finish(), names=frozenset(names))


def _component(package: NpmPackage, block: _Block, known: dict[str, str], path: str) -> Component:
    integrity = block.members.get("integrity", "").split()
    sha1 = block.members.get("resolved", "").partition("#")[2]
    hashes = integrity or ([f"sha1:{sha1}"] if re.fullmatch("[0-9a-f]{40}", sha1) else [])
    edges = {known.get(request, "") for request in block.dependencies} - {""}
    return Component(
        purl=package.purl,
        name=package.name,
        version=package.version,
        found_in=(path,),
        hashes=tuple(hashes),
        depends_on=tuple(sorted(edges)),
    )


def _package(block: _Block) -> NpmPackage | None:
    name, wanted = split_descriptor(block.requests[0])
    version = block.members.get("version")
    if version is None:
        raise MalformedError("no version")
    if wanted.startswith("npm:"):
        name = split_descriptor(f"{wanted.removeprefix('npm:')}@")[0]
    if wanted.startswith(("file:", "link:")) and not block.members.get("resolved"):
        return None
    return npm_package(name, version, block.members.get("resolved", ""))


def _read_blocks(lines: list[str], draft: Draft) -> list[_Block]:
    blocks: list[_Block] = []
    usable = False  # the block that the next lines belong to could be read
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            if not line.startswith(" "):
                usable = False
                blocks.append(_Block(line=number, requests=_requests(line)))
                usable = True
            elif usable:
                _read_member(line, blocks[-1])
        except MalformedError as error:
            draft.note("lock file line", f"line {number}", error.what)
    return blocks


def _requests(line: str) -> tuple[str, ...]:
    if not line.endswith(":"):
        raise MalformedError(f"{line!r} does not start a block")
    found = tuple(_unquoted(part.strip()) for part in line[:-1].split(", "))
    for request in found:
        split_descriptor(request)
    return found


def _read_member(line: str, block: _Block) -> None:
    depth = len(line) - len(line.lstrip(" "))
    text = line.strip()
    if depth == 2 and text in _GROUPS:
        return
    pair = _PAIR.match(text)
    if pair is None or depth not in {2, 4}:
        raise MalformedError(f"{text!r} is neither a member nor a dependency")
    name, value = _unquoted(pair[1]), _unquoted(pair[2])
    if depth == 4:
        block.dependencies.append(f"{name}@{value}")
    elif name not in _MEMBERS or name in block.members:
        raise MalformedError(f"{name!r} is repeated or not known")
    else:
        block.members[name] = value


def _unquoted(text: str) -> str:
    if text.startswith('"') != text.endswith('"') or text == '"':
        raise MalformedError(f"{text!r} has an open quote")
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
