"""Packed bytes, taken apart in memory: zip, tar, gzip, bzip2, xz, zstd. Whoever may have made them.

* Nothing is written anywhere: names of members are only shown.
* What comes out is bounded in bytes and members, whatever a header says; beyond the bound, or where
  something is encrypted, damaged or packed by a method that we do not know, the rest is a gap.
* This Python knows no zstd: the program of that name does it, where it is installed.
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
from pathlib import Path
from typing import IO, Final

from assay.core.errors import AssayError, MalformedError
from assay.core.printable import printable
from assay.system.packed import Budget, format_of
from assay.system.process import find_program, run_process

_ENCRYPTED: Final = 0x1
_ZSTD_SECONDS: Final = 60.0  # its own limit is the bytes that come out
_ZSTD_MEMORY: Final = "128MiB"  # for its window; a frame may ask for much more
_DAMAGE: Final = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, ValueError, NotImplementedError, RuntimeError, OverflowError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """One member, or with `gap` why it, or all from here on, was not read."""

    name: str
    data: bytes = b""
    gap: str = ""


def unpack(data: bytes, budget: Budget) -> Iterator[Unpacked]:
    """Yield the members of packed bytes; those of a compressed file are one without a name."""
    kind = format_of(data[:262])
    reader = _READERS.get(kind)
    if reader is None:
        yield Unpacked(name="", gap=f"it is packed with {kind}, which is not read")
        return
    try:
        yield from reader(data, budget)
    except AssayError as error:
        yield Unpacked(name="", gap=error.what)
    except _DAMAGE as error:
        said = printable(str(error))[:100]
        yield Unpacked(name="", gap=f"it is no sound {kind} file: {said!r}")


def _zip(data: bytes, budget: Budget) -> Iterator[Unpacked]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename.endswith("/"):  # a folder; `is_dir` fails where there is no name
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


def _zstd(data: bytes, budget: Budget) -> Iterator[Unpacked]:
    program = find_program("zstd")
    if program is None:
        yield Unpacked(name="", gap="it is packed with zstd, a program that is not installed here")
        return
    done = run_process(
        (program, "-dcq", "--no-progress", f"--memory={_ZSTD_MEMORY}"),
        cwd=Path("/"),
        seconds=_ZSTD_SECONDS,
        stdin=data,
        max_output_bytes=budget.size + 1,
    )
    if done.status:
        raise MalformedError("it is no sound zstd file, or one that needs too much memory")
    budget.take(len(done.output))
    yield Unpacked(name="", data=done.output)


_READERS: Final[dict[str, Callable[[bytes, Budget], Iterator[Unpacked]]]] = {
    "zip": _zip,
    "tar": _tar,
    "gzip": _stream(_gzip),
    "bzip2": _stream(bz2.BZ2File),
    "xz": _stream(lzma.LZMAFile),
    "zstd": _zstd,
}
