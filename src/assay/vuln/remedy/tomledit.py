"""Edits of uv.lock, poetry.lock, pdm.lock and pylock.toml: version and files of a package's block.

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

_HEADER: Final = re.compile(r"^\[\[packages?\]\][ \t]*\r?\n", re.MULTILINE)
_END: Final = re.compile(r"^\[(?!\[?packages?\.)", re.MULTILINE)
_PYTHON: Final = re.compile(
    r'^(?:python-versions|requires_python|requires-python) = "([^"\r\n]*)"', re.MULTILINE
)
_UPLOADED: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|\+00:00)\Z", re.ASCII
)
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
    if "attestation-identities" in text[start:end]:
        raise MalformedError(f"{new.name} is locked with who attested it, which is not known")
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
    yield from _python(text, block, new)


def _python(text: str, block: tuple[int, int], new: NewBlock) -> Iterator[Span]:
    python = _PYTHON.search(text, *block)
    if python is not None and new.release.python:
        yield (python.start(1), python.end(1), _quoted(new.release.python)[1:-1])


def _tables(text: str, block: tuple[int, int], new: NewBlock) -> Iterator[Span]:
    """Replace `sdist = {…}` and `wheels = […]`, as uv writes them into both of its files."""
    sdist = re.compile(r"^sdist = (\{[^\r\n]*\})", re.MULTILINE).search(text, *block)
    wheels = re.compile(
        r"^wheels = \[(\r?\n)((?:[ \t]+\{ url = [^\r\n]*\r?\n)+)\]|^wheels = \[([^\r\n]+)\]",
        re.MULTILINE,
    ).search(text, *block)
    built = [one for one in new.release.files if one.name.endswith(".whl")]
    source = next((one for one in new.release.files if one.name.endswith(".tar.gz")), None)
    if (sdist is None) != (source is None) or (wheels is None) != (not built):
        raise MalformedError(f"{new.name} {new.version} comes in other kinds of files than before")
    if sdist is not None and source is not None:
        yield (sdist.start(1), sdist.end(1), _described(source, like=sdist[1]))
    if wheels is not None:
        yield (wheels.start(), wheels.end(), _wheels(wheels, built))
    yield from _python(text, block, new)


def _wheels(old: re.Match[str], built: list[ReleaseFile]) -> str:
    like = old[2] or old[3]
    made = [_described(one, like=like) for one in sorted(built, key=lambda file: file.name)]
    if len(made) == 1 and old[3]:
        return f"wheels = [{made[0]}]"
    end = old[1] or "\n"
    return f"wheels = [{end}{''.join(f'    {one},{end}' for one in made)}]"


def _described(file: ReleaseFile, *, like: str) -> str:
    """Return the table of a file with the members that those of the old version have."""
    if urlsplit(file.url).scheme != "https" or posixpath.basename(file.url) != file.name:
        raise MalformedError(f"the place of {file.name!r} is no URL of its own")
    url, size = f"url = {_quoted(file.url)}", f"size = {file.size}"
    sized = file.size is not None and " size = " in like
    at = _UPLOADED.match(file.uploaded) if " upload-time = " in like else None
    if " hashes = " in like:  # pylock.toml
        when = [f"upload-time = {at[1]}Z"] if at else []
        digest = [f"hashes = {{ sha256 = {_quoted(file.digest.removeprefix('sha256:'))} }}"]
        parts = [url, *when, *([size] if sized else []), *digest]
    else:
        when = [f'upload-time = "{_milliseconds(at)}Z"'] if at else []
        parts = [url, f"hash = {_quoted(file.digest)}", *([size] if sized else []), *when]
    return f"{{ {', '.join(parts)} }}"


def _milliseconds(at: re.Match[str]) -> str:
    """Return a time as uv writes it: thousandths of a second, without zeros at the end."""
    fraction = (at[2] or "")[:4].rstrip("0")
    return f"{at[1]}{fraction if fraction != '.' else ''}"


def _quoted(text: str) -> str:
    """Return a text of TOML, for what needs no escapes; there is nothing else in sound files."""
    if '"' in text or "\\" in text or not text.isprintable():
        raise MalformedError(f"{text[:80]!r} cannot be written into the lock file")
    return f'"{text}"'


_FILES: Final[Mapping[str, Callable[[str, tuple[int, int], NewBlock], Iterator[Span]]]] = (
    MappingProxyType({"uv": _tables, "pylock": _tables, "poetry": _flat, "pdm": _flat})
)
