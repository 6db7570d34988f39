"""The sections of a program: ELF, Mach-O (universal files too) and PE.

Only tables are read, and every offset in them is an assertion of whoever made the file: what leads
out of the file is refused, and tables are bounded.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

Load = Callable[[int, int], bytes]  # offset and count to bytes, fewer at the end of the file

MAX_SECTIONS: Final = 65_536
MAX_STRING_BYTES: Final = 2**20
MAX_ROW_BYTES: Final = 256  # of one entry of a table; 64 by the format
MAX_SLICES: Final = 16  # processors that one universal file serves
_UNIVERSAL: Final = b"\xca\xfe\xba\xbe"  # Java's class files begin so too; they say another count
_MACHO: Final = {
    b"\xcf\xfa\xed\xfe": ("<", 8),
    b"\xce\xfa\xed\xfe": ("<", 4),
    b"\xfe\xed\xfa\xcf": (">", 8),
    b"\xfe\xed\xfa\xce": (">", 4),
}
_LOAD: Final = 1  # type of an ELF segment that is in memory
_WRITABLE: Final = 2  # flag of an ELF segment
_NO_BITS: Final = 8  # type of an ELF section without content
_SEGMENTS: Final = {0x19: 8, 0x1: 4}  # Mach-O commands that list sections, by size of addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a program: its name, its address in memory, and where in the file it is."""

    name: str
    address: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The sections of a program for one processor."""

    format: str
    sections: tuple[Section, ...]


def is_program(start: bytes) -> bool:
    """Tell whether a file that begins so is of one of the three formats."""
    return start[:4] in {b"\x7fELF", _UNIVERSAL, *_MACHO} or start[:2] == b"MZ"


def read_programs(load: Load) -> tuple[Program, ...]:
    """Return the programs in a file: one, or in a universal file one for each processor.

    Raises:
        MalformedError: A table is cut off, too long, or leads out of the file.
    """
    start = load(0, 64)
    try:
        if start[:4] == b"\x7fELF":
            return (Program(format="ELF", sections=tuple(_elf(load, start))),)
        if start[:4] == _UNIVERSAL:
            return tuple(_universal(load))
        if start[:4] in _MACHO:
            return (Program(format="Mach-O", sections=tuple(_macho(load, 0))),)
        if start[:2] == b"MZ":
            return (Program(format="PE", sections=tuple(_pe(load, start))),)
    except struct.error as error:
        raise MalformedError("a table of the program is cut off") from error
    raise MalformedError("no program of a format that is read")


def _elf(load: Load, start: bytes) -> Iterator[Section]:
    """System V ABI, chapter 4; of a file without sections, its writable segments."""
    order = {b"\1": "<", b"\2": ">"}.get(start[5:6])
    if start[4:5] not in {b"\1", b"\2"} or order is None:
        raise MalformedError("an ELF file of another class or byte order")
    wide = start[4] == 2
    head = struct.unpack_from(f"{order}{'QQQ' if wide else 'III'}IHHHHHH", start, 24)
    _, segments, table, _, _, segment_size, segment_count, size, count, names = head
    form = f"{order}{'IIQQQQ' if wide else 'IIIIII'}"
    if not table:
        yield from _elf_segments(load, order, (segments, segment_size, segment_count), wide=wide)
        return
    if not struct.calcsize(form) <= size <= MAX_ROW_BYTES or count > MAX_SECTIONS:
        raise MalformedError("a table of sections of another form")
    data = load(table, count * size)
    rows = [struct.unpack_from(form, data, i * size) for i in range(count)]
    if names >= len(rows):
        return
    texts = load(rows[names][4], min(rows[names][5], MAX_STRING_BYTES))
    for name, kind, _, address, offset, length in rows:
        if kind != _NO_BITS:
            text = texts[name:].partition(b"\0")[0].decode(errors="replace")
            yield Section(name=text, address=address, offset=offset, size=length)


def _elf_segments(
    load: Load, order: str, table: tuple[int, int, int], *, wide: bool
) -> Iterator[Section]:
    at, size, count = table
    form = f"{order}{'IIQQQQ' if wide else 'IIIIIII'}"
    for i in range(count):
        row = struct.unpack_from(form, load(at + i * size, size))
        kind, flags = row[0], row[1] if wide else row[6]
        offset, address, length = (row[2], row[3], row[5]) if wide else (row[1], row[2], row[4])
        if kind == _LOAD:
            name = ".writable" if flags & _WRITABLE else ".segment"
            yield Section(name=name, address=address, offset=offset, size=length)


def _universal(load: Load) -> Iterator[Program]:
    (count,) = struct.unpack(">I", load(4, 4))
    if count > MAX_SLICES:
        return  # a class file of Java
    for i in range(count):
        _, _, offset, _, _ = struct.unpack(">5I", load(8 + 20 * i, 20))
        if load(offset, 4) in _MACHO:
            yield Program(format="Mach-O", sections=tuple(_macho(load, offset)))


def _macho(load: Load, base: int) -> Iterator[Section]:
    order, wide = _MACHO[load(base, 4)]
    count, length = struct.unpack(f"{order}2I", load(base + 16, 8))
    if length > MAX_STRING_BYTES:
        raise MalformedError("a table of load commands of another form")
    commands = load(base + (32 if wide == 8 else 28), length)
    at = 0
    for _ in range(count):
        command, size = struct.unpack_from(f"{order}2I", commands, at)
        if size < 8:
            raise MalformedError("a load command without end")
        if _SEGMENTS.get(command) == wide:
            yield from _macho_sections(commands[at : at + size], order, wide, base)
        at += size


def _macho_sections(segment: bytes, order: str, wide: int, base: int) -> Iterator[Section]:
    word = "Q" if wide == 8 else "I"
    head = struct.calcsize(f"{order}2I16s4{word}2i")
    (count,) = struct.unpack_from(f"{order}I", segment, head)
    form = f"{order}16s16s2{word}I"
    each = 80 if wide == 8 else 68
    for i in range(count):
        name, _, address, size, offset = struct.unpack_from(form, segment, head + 8 + i * each)
        text = name.rstrip(b"\0").decode(errors="replace")
        yield Section(name=text, address=address, offset=base + offset, size=size)


def _pe(load: Load, start: bytes) -> Iterator[Section]:
    (at,) = struct.unpack_from("<I", start, 60)
    head = load(at, 24)
    if head[:4] != b"PE\0\0":
        return  # a program for DOS, which knows no such sections
    count, optional = struct.unpack_from("<H", head, 6)[0], struct.unpack_from("<H", head, 20)[0]
    extra = load(at + 24, optional)
    wide = struct.unpack_from("<H", extra)[0] == 0x20B
    (base,) = struct.unpack_from("<Q" if wide else "<I", extra, 24 if wide else 28)
    for i in range(count):
        row = load(at + 24 + optional + 40 * i, 40)
        name, used, address, size, offset = struct.unpack_from("<8s4I", row)
        text = name.rstrip(b"\0").decode(errors="replace")
        yield Section(name=text, address=base + address, offset=offset, size=min(used, size))
