"""Packed bytes, taken apart in memory: zip, tar, gzip, bzip2, xz. Anybody may be their author.

* Nothing is written anywhere: names of members are only shown.
* What comes out is bounded in bytes and members, whatever a header says; beyond the bound, or where
  something is encrypted, damaged or packed by a method that we do not know, the rest is a gap.
"""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final

from assay.core.errors import MalformedError
from assay.core.printable import printable

MAX_UNPACKED: Final = 64 * 2**20  # bytes out of one object, in all layers
MAX_MEMBERS: Final = 10_000
_TAR_MAGIC: Final = slice(257, 262)
_ENCRYPTED: Final = 0x1
_DAMAGE: Final = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError),
)
_FORMATS: Final = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)
FIRST_BYTES: Final = frozenset(magic[0] for magic, _ in _FORMATS)


@dataclass(slots=True)
class Budget:
    """How many bytes and members may still come out; all layers of one object share it."""

    size: int = MAX_UNPACKED
    members: int = MAX_MEMBERS

    def take(self, size: int) -> None:
        """Count what came out.

        Raises:
            MalformedError: It is more than there was left.
        """
        self.size -= size
        self.members -= 1
        if self.size < 0:
            raise MalformedError(f"it unpacks to over {MAX_UNPACKED} bytes")
        if self.members < 0:
            raise MalformedError(f"it has over {MAX_MEMBERS} members")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """One member, or with `gap` why it, or all from here on, was not read."""

    name: str
    data: bytes = b""
    gap: str = ""


def format_of(start: bytes) -> str:
    """Return how bytes that begin so (262 of them are enough) are packed, or nothing."""
    if start[_TAR_MAGIC] == b"ustar":
        return "tar"
    name = next((name for magic, name in _FORMATS if start.startswith(magic)), "")
    return "" if name == "bzip2" and start[4:10] != b"1AY&SY" else name


def unpack(data: bytes, budget: Budget) -> Iterator[Unpacked]:
    """Yield the members of packed bytes; those of a compressed file are one without a name."""
    kind = format_of(data[:262])
    reader = _READERS.get(kind)
    if reader is None:
        yield Unpacked(name="", gap=f"it is packed with {kind}, which is not read")
        return
    try:
        yield from reader(data, budget)
    except MalformedError as error:
        yield Unpacked(name="", gap=error.what)
    except _DAMAGE as error:
        said = printable(str(error))[:100]
        yield Unpacked(name="", gap=f"it is no sound {kind} file: {said!r}")


def _zip(data: bytes, budget: Budget) -> Iterator[Unpacked]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & _ENCRYPTED:
                yield Unpacked(name=info.filename, gap="it is encrypted")
                continue
            with archive.open(info) as member:
                yield Unpacked(name=info.filename, data=_read(member, budget))


def _tar(data: bytes, budget: Budget) -> Iterator[Unpacked]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in archive:
            member = archive.extractfile(info) if info.isreg() else None
            if member is not None:
                yield Unpacked(name=info.name, data=_read(member, budget))


def _read(member: IO[bytes] | gzip.GzipFile, budget: Budget) -> bytes:
    content = member.read(budget.size + 1)
    budget.take(len(content))
    return content


def _stream(
    open_stream: Callable[[io.BytesIO], IO[bytes] | gzip.GzipFile],
) -> Callable[[bytes, Budget], Iterator[Unpacked]]:
    def read(data: bytes, budget: Budget) -> Iterator[Unpacked]:
        with open_stream(io.BytesIO(data)) as stream:
            yield Unpacked(name="", data=_read(stream, budget))

    return read


def _gzip(file: io.BytesIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=file)


_READERS: Final[dict[str, Callable[[bytes, Budget], Iterator[Unpacked]]]] = {
    "zip": _zip,
    "tar": _tar,
    "gzip": _stream(_gzip),
    "bzip2": _stream(bz2.BZ2File),
    "xz": _stream(lzma.LZMAFile),
}
