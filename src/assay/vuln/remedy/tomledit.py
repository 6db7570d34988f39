"""Edits of uv.lock, poetry.lock and pdm.lock: the version and the files of a package's block.

The tools write one block for each package, laid out line by line; a block that is laid out in
another way is refused. Comments, order and line ends stay.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.remedy.jsontext import Span, replace_spans
from assay.vuln.remedy.model import Release, ReleaseFile

_HEADER: Final = re.compile(r"^\[\[package\]\][ \t]*\r?\n", re.MULTILINE)
_END: Final = re.compile(r"^\[(?!package\.)", re.MULTILINE)
_FIELD: Final = re.compile(r'^(name|version) = "([^"\\\r\n]*)"', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBlock:
    """What the block of a package becomes."""

    name: str
    old: str
    release: Release
    version: str


def edit_toml_lock(kind: str, text: str, wanted: tuple[NewBlock, ...]) -> str:
    """Return the lock file of the tool `kind` with the new blocks.

    Raises:
        MalformedError: A block is not there once, or is laid out in another way.
    """
    spans: list[Span] = []
    blocks = list(_blocks(text))
    for new in wanted:
        own = [
            (start, end)
            for start, end, name, version in blocks
            if name == normal_name(new.name) and version == new.old
        ]
        if len(own) != 1:
            raise MalformedError(f"{len(own)} blocks of {new.name} {new.old}, where one is needed")
        spans += _block(kind, text, own[0], new)
    return replace_spans(text, spans)


def _blocks(text: str) -> Iterator[tuple[int, int, str, str]]:
    for header in _HEADER.finditer(text):
        start = header.end()
        after = _END.search(text, start)
        end = after.start() if after else len(text)
        told = dict(reversed(_FIELD.findall(text, start, end)))
        yield start, end, normal_name(told.get("name", "")), told.get("version", "")


def _block(kind: str, text: str, block: tuple[int, int], new: NewBlock) -> Iterator[Span]:
    start, end = block
    if "[package.optional-dependencies]" in text[start:end]:
        raise MalformedError(f"{new.name} is locked with extras, which may differ")
    version = next(one for one in _FIELD.finditer(text, start, end) if one[1] == "version")
    yield (version.start(2), version.end(2), new.version)
    yield from _FILES[kind](text, block, new)


def _flat(text: str, block: tuple[int, int], new: NewBlock) -> Iterator[Span]:
    """Replace `files = […]`, as Poetry and PDM write it."""
    files = re.compile(r"^files = \[(\r?\n)(?:([ \t]+)\{file = [^\r\n]*\r?\n)+\]", re.MULTILINE)
    found = files.search(text, *block)
    if found is None:
        raise MalformedError(f"the files of {new.name} are laid out in another way")
    lines = (
        f"{found[2]}{{file = {_quoted(one.name)}, hash = {_quoted(one.digest)}}},{found[1]}"
        for one in sorted(new.release.files, key=lambda file: file.name)
    )
    yield (found.start(), found.end(), f"files = [{found[1]}{''.join(lines)}]")
    needs = re.compile(r'^(?:python-versions|requires_python) = "([^"\r\n]*)"', re.MULTILINE)
    python = needs.search(text, *block)
    if python is not None and new.release.python:
        yield (python.start(1), python.end(1), _quoted(new.release.python)[1:-1])


def _uv(text: str, block: tuple[int, int], new: NewBlock) -> Iterator[Span]:
    """Replace `sdist = {…}` and `wheels = […]`."""
    sdist = re.compile(r"^sdist = \{[^\r\n]*\}", re.MULTILINE).search(text, *block)
    wheels = re.compile(
        r"^wheels = \[(\r?\n)(?:([ \t]+)\{ url = [^\r\n]*\r?\n)+\]", re.MULTILINE
    ).search(text, *block)
    built = [one for one in new.release.files if one.name.endswith(".whl")]
    source = next((one for one in new.release.files if one.name.endswith(".tar.gz")), None)
    if (sdist is None) != (source is None) or (wheels is None) != (not built):
        raise MalformedError(f"{new.name} {new.version} comes in other kinds of files than before")
    if sdist is not None and source is not None:
        yield (sdist.start(), sdist.end(), f"sdist = {_described(source)}")
    if wheels is not None:
        lines = (
            f"{wheels[2]}{_described(one)},{wheels[1]}"
            for one in sorted(built, key=lambda file: file.name)
        )
        yield (wheels.start(), wheels.end(), f"wheels = [{wheels[1]}{''.join(lines)}]")


def _described(file: ReleaseFile) -> str:
    parts = [f"url = {_quoted(file.url)}", f"hash = {_quoted(file.digest)}"]
    if urlsplit(file.url).scheme != "https" or posixpath.basename(file.url) != file.name:
        raise MalformedError(f"the place of {file.name!r} is no URL of its own")
    if file.size is not None:
        parts.append(f"size = {file.size}")
    return f"{{ {', '.join(parts)} }}"


def _quoted(text: str) -> str:
    """Return a text of TOML, for what needs no escapes; there is nothing else in sound files."""
    if '"' in text or "\\" in text or not text.isprintable():
        raise MalformedError(f"{text[:80]!r} cannot be written into the lock file")
    return f'"{text}"'


_FILES: Final[Mapping[str, Callable[[str, tuple[int, int], NewBlock], Iterator[Span]]]] = (
    MappingProxyType({"uv": _uv, "poetry": _flat, "pdm": _flat})
)
