"""What the Go toolchain writes into a program: its version, modules and settings.

Both forms are read: with pointers (until Go 1.17) and inline (from Go 1.18 on). The text of modules
is that of `runtime/debug.BuildInfo`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.binaries.sections import Load, Program, Section
from assay.sbom.lockfiles.reading import clean

MAX_SEARCHED_BYTES: Final = 64 * 2**20  # of a section of data without a name of its own
MAX_TEXT_BYTES: Final = 16 * 2**20  # a program with 10,000 modules has 1 MiB of them
_MAGIC: Final = b"\xff Go buildinf:"
_ALIGNED: Final = 16
_HEAD: Final = 32
_INLINE: Final = 2
_BIG_ENDIAN: Final = 1
_NAMED: Final = frozenset({".go.buildinfo", "__go_buildinfo"})
_DATA: Final = frozenset({".data", "__data", ".writable"})
_SENTINEL: Final = 16  # random bytes around the text, by which it is found in memory
_FIELDS: Final = {"mod", "dep", "=>"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoModule:
    """A module: `version` may be `(devel)` or empty, `checksum` empty; `replaced` is its name."""

    path: str
    version: str
    checksum: str = ""
    replaced: str = ""  # the module that this one stands in for


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBuild:
    """What a program was built from: `path` is its package, `main` None for one without modules."""

    version: str
    path: str
    main: GoModule | None
    modules: tuple[GoModule, ...]
    settings: tuple[tuple[str, str], ...]

    def setting(self, name: str) -> str:
        """Return a setting of the build, empty where it was not made."""
        return dict(self.settings).get(name, "")


def read_go_build(load: Load, program: Program) -> GoBuild | None:
    """Return what a Go program says of itself, or None for a program that is none.

    Raises:
        MalformedError: The mark of a Go program stands there, and not what belongs behind it.
    """
    named = [section for section in program.sections if section.name in _NAMED]
    others = [section for section in program.sections if section.name in _DATA]
    for section in named or others:
        data = load(section.offset, min(section.size, MAX_SEARCHED_BYTES))
        at = _find(data)
        if at >= 0:
            return _read(load, program, data[at:])
    return None


def parse_go_build(version: str, text: str) -> GoBuild:
    """Read the list of modules and settings of a program that Go `version` made.

    Raises:
        MalformedError: A line of another form.
    """
    rows: list[tuple[str, GoModule]] = []
    said: dict[str, str] = {}
    settings: dict[str, str] = {}
    for line in text.split("\n"):
        key, _, rest = line.partition("\t")
        if key in _FIELDS:
            rows.append((key, _module(rest)))
        elif key == "build":
            name, _, settings[name] = rest.partition("=")
        elif key in {"", "path"}:
            said[key] = rest
        else:
            raise MalformedError(f"{clean(line)!r} is no line of build information")
    return GoBuild(
        version=version,
        path=said.get("path", ""),
        main=next((module for key, module in rows if key == "mod"), None),
        modules=tuple(_dependencies(rows)),
        settings=tuple(sorted(settings.items())),
    )


def _dependencies(rows: list[tuple[str, GoModule]]) -> list[GoModule]:
    """Return the modules behind `dep`, each replaced by the one behind the `=>` that follows it."""
    found: list[GoModule] = []
    for key, module in rows:
        if key == "dep":
            found.append(module)
        elif key == "=>" and found:
            found[-1] = replace(module, replaced=found[-1].path)
    return found


def _find(data: bytes) -> int:
    """Return where the mark stands at an aligned place, or -1."""
    at = data.find(_MAGIC)
    while at >= 0 and at % _ALIGNED:
        at = data.find(_MAGIC, at + 1)
    return at


def _read(load: Load, program: Program, data: bytes) -> GoBuild:
    if len(data) < _HEAD:
        raise MalformedError("the build information is cut off")
    if data[15] & _INLINE:
        version, rest = _counted(data[_HEAD:])
        text, _ = _counted(rest)
    else:
        version, text = (_pointed(load, program, data, place) for place in (0, 1))
    if len(text) >= 2 * _SENTINEL + 1 and text[-_SENTINEL - 1 : -_SENTINEL] == b"\n":
        text = text[_SENTINEL:-_SENTINEL]
    elif text:
        raise MalformedError("the list of modules is not marked as one")
    try:
        return parse_go_build(version.decode(), text.decode())
    except UnicodeDecodeError as error:
        raise MalformedError("the build information is no text") from error


def _counted(data: bytes) -> tuple[bytes, bytes]:
    """Return a text that begins with its length (unsigned LEB128), and what follows it."""
    length = 0
    for i, byte in enumerate(data[:10]):
        length |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            text = data[i + 1 : i + 1 + length]
            if len(text) != length:
                break
            return text, data[i + 1 + length :]
    raise MalformedError("the build information is cut off")


def _pointed(load: Load, program: Program, data: bytes, place: int) -> bytes:
    """Return the text that the pointer at `place` leads to, by way of a Go string."""
    size, order = data[14], "big" if data[15] & _BIG_ENDIAN else "little"
    if size not in {4, 8}:
        raise MalformedError(f"pointers of {size} bytes")
    at = 16 + place * size
    pointer = int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]
    header = _at_address(load, program.sections, pointer, 2 * size)
    address = int.from_bytes(header[:size], order)  # type: ignore[arg-type]
    length = int.from_bytes(header[size:], order)  # type: ignore[arg-type]
    if not length:
        return b""
    if length > MAX_TEXT_BYTES:
        raise MalformedError(f"a text of {length} bytes, where at most {MAX_TEXT_BYTES} are read")
    return _at_address(load, program.sections, address, length)


def _at_address(load: Load, sections: tuple[Section, ...], address: int, count: int) -> bytes:
    for section in sections:
        inside = address - section.address
        if section.address and 0 <= inside <= section.size - count:
            data = load(section.offset + inside, count)
            if len(data) == count:
                return data
    raise MalformedError("a pointer out of the program")


def _module(rest: str) -> GoModule:
    parts = rest.split("\t")
    if not parts[0] or len(parts) > 3:
        raise MalformedError(f"{clean(rest)!r} is no module")
    path, version, checksum = (*parts, "", "")[:3]
    return GoModule(path=path, version=version, checksum=checksum)


_RELEASE: Final = re.compile(r"go([0-9]+(?:\.[0-9]+)*(?:(?:rc|beta)[0-9]+)?)(?:[\s+-].*)?\Z")


def standard_library_version(toolchain: str) -> str:
    """Return `1.22.1` for `go1.22.1`, also of a build of it; empty for one between releases."""
    match = _RELEASE.match(toolchain)
    return match[1] if match else ""


def module_version(main: GoModule, build: GoBuild) -> str:
    """Return the version of the main module: its own, or the pseudo-version of its commit.

    Go reference, "Pseudo-versions". Empty where the program says neither.
    """
    if main.version not in {"", "(devel)"}:
        return main.version
    revision, time = build.setting("vcs.revision"), build.setting("vcs.time")
    digits = "".join(_digits(time))[:14]
    if len(revision) < 12 or len(digits) != 14 or build.setting("vcs") != "git":
        return ""
    dirty = "+dirty" if build.setting("vcs.modified") == "true" else ""
    return f"v0.0.0-{digits}-{revision[:12]}{dirty}"


def _digits(time: str) -> Iterator[str]:
    return (character for character in time if character in "0123456789")
