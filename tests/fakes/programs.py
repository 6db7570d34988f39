"""Programs with the lists that Go and cargo-auditable leave in them, and nothing else."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence

MAGIC = b"\xff Go buildinf:"
MODULES = (
    "path\texample.com/shop/cmd\n"
    "mod\texample.com/shop\tv1.2.0\t\n"
    "dep\texample.com/a/v2\tv2.0.1\th1:aaaa=\n"
    "dep\texample.com/b\tv1.0.0\n"
    "=>\texample.com/fork\tv1.0.1\th1:bbbb=\n"
    "build\t-compiler=gc\n"
)


def elf(sections: Mapping[str, bytes], *, wide: bool = True, big: bool = False) -> bytes:
    """Return an ELF file with these sections; each is at the address of its offset."""
    order, word = ">" if big else "<", "Q" if wide else "I"
    head = 64 if wide else 52
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    rows, body = [(0, 0, 0, 0, 0, 0)], b""
    for name, content in (*sections.items(), (".shstrtab", names)):
        body += b"\0" * (-(head + len(body)) % 16)
        at = head + len(body)
        rows.append((names.index(b"\0" + name.encode() + b"\0") + 1, 1, 0, at, at, len(content)))
        body += content
    table = head + len(body)
    rest = struct.pack(
        f"{order}{3 * word}I6H", 0, 0, table, 0, 0, 0, 0, head, len(rows), len(rows) - 1
    )
    ident = b"\x7fELF" + bytes((2 if wide else 1, 2 if big else 1, 1)) + b"\0" * 9
    form = f"{order}II{4 * word}"
    table_bytes = b"".join(struct.pack(form, *row).ljust(head, b"\0") for row in rows)
    front = ident + struct.pack(f"{order}HHI", 2, 62, 1) + rest
    return front.ljust(head, b"\0") + body + table_bytes + b"\0" * 512


def macho(sections: Mapping[str, bytes]) -> bytes:
    """Return a 64-bit Mach-O file with one segment."""
    size = 72 + 80 * len(sections)
    at, rows, body = 32 + size, b"", b""
    for name, content in sections.items():
        body += b"\0" * (-(at + len(body)) % 16)
        place = at + len(body)
        rows += struct.pack(
            "<16s16s2Q8I", name.encode(), b"__DATA", place, len(content), place, *[0] * 7
        )
        body += content
    command = struct.pack("<2I16s4Q4I", 0x19, size, b"__DATA", 0, 0, 0, 0, 0, 0, len(sections), 0)
    head = struct.pack("<8I", 0xFEEDFACF, 0, 0, 2, 1, size, 0, 0)
    return head + command + rows + body + b"\0" * 512


def universal(*programs: bytes) -> bytes:
    """Return one file for several processors."""
    head, body, at = struct.pack(">2I", 0xCAFEBABE, len(programs)), b"", 8 + 20 * len(programs)
    at += -at % 16
    for program in programs:
        head += struct.pack(">5I", 0, 0, at + len(body), len(program), 4)
        body += program + b"\0" * (-len(program) % 16)
    return head.ljust(at, b"\0") + body


def pe(sections: Mapping[str, bytes]) -> bytes:
    """Return a 64-bit PE file."""
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<2H3I2H", 0x8664, len(sections), 0, 0, 0, 32, 0)
    optional = struct.pack("<H22xQ", 0x20B, 0x400000)
    at, rows, body = 64 + 24 + 32 + 40 * len(sections), b"", b""
    for name, content in sections.items():
        body += b"\0" * (-(at + len(body)) % 16)
        place = at + len(body)
        rows += struct.pack("<8s4I16x", name.encode(), len(content), place, len(content), place)
        body += content
    return head + coff + optional + rows + body + b"\0" * 512


def _counted(text: bytes) -> bytes:
    length, out = len(text), b""
    while length >= 0x80:
        out += bytes((length & 0x7F | 0x80,))
        length >>= 7
    return out + bytes((length,)) + text


def inline_build(version: str = "go1.22.1", modules: str = MODULES) -> bytes:
    """Return the build information of Go 1.18 and later."""
    text = b"<" * 16 + modules.encode() + b">" * 16 if modules else b""
    return (MAGIC + b"\x08\x02").ljust(32, b"\0") + _counted(version.encode()) + _counted(text)


def pointed_elf(version: str = "go1.16.15", modules: str = MODULES, *, big: bool = False) -> bytes:
    """Return an ELF file with the build information of Go until 1.17: pointers to strings."""
    text = b"<" * 16 + modules.encode() + b">" * 16
    order = ">" if big else "<"
    base = 64  # where elf() puts the first section, which is its address too
    strings = base + 64
    headers = struct.pack(f"{order}4Q", strings, len(version), strings + len(version), len(text))
    front = MAGIC + bytes((8, 1 if big else 0)) + struct.pack(f"{order}2Q", base + 32, base + 48)
    return elf({".go.buildinfo": front + headers + version.encode() + text}, big=big)


def crates(packages: Sequence[Mapping[str, object]]) -> bytes:
    return zlib.compress(json.dumps({"packages": packages}).encode())
