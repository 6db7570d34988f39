"""Layers of container images, unpacked into one tar file each; nothing of what they hold is.

* gzip, zstd (by the program of that name) and plain tar are told by their first bytes.
* Digests are counted on the way: of what is read, and of what comes out.
* What comes out is bounded in bytes and by its rate, whatever a header says: more is a bomb.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from assay.core.errors import MalformedError, UnavailableError
from assay.system.packed import format_of
from assay.system.process import find_program, stream_process

MAX_RATIO: Final = 200  # beyond `RATIO_FREE_BYTES`; logs full of zeros reach deflate's 1,032
RATIO_FREE_BYTES: Final = 2**30
ZSTD_SECONDS: Final = 1800.0
_ZSTD_MEMORY: Final = "128MiB"  # for its window; a frame may ask for much more
_CHUNK: Final = 2**20
_GZIP: Final = 31  # zlib's window bits for gzip with its header


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A part of a file: where it begins, and its length in bytes."""

    file: Path
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackedLayer:
    """A tar file, and the digests (SHA-256) of it and of what it was unpacked from."""

    file: Path
    size: int
    packed: str
    unpacked: str


def unpack_layer(
    layer: Extent, into: Path, *, max_bytes: int, free_bytes: int = RATIO_FREE_BYTES
) -> UnpackedLayer:
    """Write the tar file that `layer` holds into the new file `into`.

    Up to `free_bytes`, a high rate of compression harms nobody.

    Raises:
        MalformedError: Packed by another method, damaged, over `max_bytes`, or a bomb.
        UnavailableError: It cannot be read or written, or is packed with zstd, a program that is
            not here.
    """
    packed, unpacked = hashlib.sha256(), hashlib.sha256()
    size = 0
    try:
        for chunk in _read(layer):
            packed.update(chunk)
        with into.open("xb") as out:
            for chunk in _unpacked(layer, into.with_suffix(".zst")):
                size += len(chunk)
                _check_size(size, max_bytes, max(free_bytes, MAX_RATIO * layer.size))
                unpacked.update(chunk)
                out.write(chunk)
    except OSError as error:
        raise UnavailableError(f"cannot unpack a layer: {error.strerror}") from error
    except zlib.error as error:
        raise MalformedError(f"no sound gzip file: {error}") from error
    return UnpackedLayer(
        file=into,
        size=size,
        packed=f"sha256:{packed.hexdigest()}",
        unpacked=f"sha256:{unpacked.hexdigest()}",
    )


def open_extent(extent: Extent) -> IO[bytes]:
    """Open the file at the place where the extent begins."""
    file = extent.file.open("rb")
    file.seek(extent.offset)
    return file


def _check_size(size: int, max_bytes: int, plausible: int) -> None:
    if size > max_bytes:
        raise MalformedError(f"it unpacks to over {max_bytes} bytes")
    if size > plausible:
        raise MalformedError(f"packed more than {MAX_RATIO}-fold, as bombs are")


def _read(extent: Extent) -> Iterator[bytes]:
    with open_extent(extent) as file:
        left = extent.size
        while left:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                raise MalformedError(f"it ends {left} bytes early")
            left -= len(chunk)
            yield chunk


def _unpacked(layer: Extent, beside: Path) -> Iterator[bytes]:
    with open_extent(layer) as file:
        kind = format_of(file.read(min(262, layer.size)))
    if kind == "gzip":
        yield from _gunzip(_read(layer))
    elif kind == "zstd":
        yield from _unzstd(_file_of(layer, beside))
    elif kind in {"tar", ""}:
        yield from _read(layer)  # without the mark of ustar it may be an older tar
    else:
        raise MalformedError(f"packed with {kind}, which no layer is")


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what comes out, in pieces of bounded size; several gzip members may follow another."""
    inflating = zlib.decompressobj(_GZIP)
    for chunk in chunks:
        rest = chunk
        while rest and not (inflating.eof and not rest.strip(b"\0")):  # zeros may fill a block
            if inflating.eof:
                inflating = zlib.decompressobj(_GZIP)
            yield inflating.decompress(rest, _CHUNK)
            rest = inflating.unconsumed_tail or inflating.unused_data
    if not inflating.eof:
        raise MalformedError("the gzip file breaks off")


def _file_of(layer: Extent, beside: Path) -> Path:
    """Return a file with nothing else in it; `beside` is written where there is none."""
    if not layer.offset and layer.size == layer.file.stat().st_size:
        return layer.file.resolve()
    with beside.open("xb") as out:
        for chunk in _read(layer):
            out.write(chunk)
    return beside


def _unzstd(file: Path) -> Iterator[bytes]:
    program = find_program("zstd")
    if program is None:
        raise UnavailableError(
            "a layer is packed with zstd, a program that is not installed here",
            hint="install zstd",
        )
    command = (program, "-dcq", "--no-progress", f"--memory={_ZSTD_MEMORY}", file)
    errors = bytearray()
    with stream_process(command, cwd=Path("/"), errors=errors, seconds=ZSTD_SECONDS) as child:
        while child.stdout is not None and (chunk := child.stdout.read(_CHUNK)):
            yield chunk
        if child.wait():
            raise MalformedError("no sound zstd file, or one that needs too much memory")
