"""RPM's database in the form ndb (`Packages.db`, of SUSE): slots, each of which points to a blob.

Everything is little-endian and counted in blocks of 16 bytes. A blob repeats the number of its
package and its length, and carries a sum (Adler-32); what does not fit is refused.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError

_HEAD: Final = struct.Struct("<4s7I")
_SLOT: Final = struct.Struct("<4s3I")
_BLOB: Final = struct.Struct("<4s3I")
_TAIL: Final = struct.Struct("<2I4s")
_BLOCK: Final = 16
_PAGE: Final = 4096


def read_ndb_headers(data: bytes) -> Iterator[tuple[str, bytes | MalformedError]]:
    """Yield the place of each blob, and the blob, or why it cannot be read.

    Raises:
        MalformedError: No such database, one of another version, or one that is cut off, or whose
            blobs share their bytes.
    """
    end = _end_of_slots(data)
    left = len(data) // _BLOCK
    for at in range(_HEAD.size, end, _SLOT.size):
        slot, package, start, blocks = _SLOT.unpack_from(data, at)
        left -= blocks if start else 0
        if left < 0:
            raise MalformedError("blobs that share their bytes")
        if slot != b"Slot":
            yield f"byte {at}", MalformedError("no slot")
        elif package:
            try:
                found: bytes | MalformedError = _blob(data, package, start, blocks)
            except MalformedError as error:
                found = error
            yield f"package {package}", found


def _end_of_slots(data: bytes) -> int:
    if len(data) < _PAGE:
        raise MalformedError("no database of the form ndb")
    magic, version, _, pages, *_ = _HEAD.unpack_from(data)
    if magic != b"RpmP" or version != 0:
        raise MalformedError("no database of the form ndb, or of another version")
    if pages * _PAGE > len(data):
        raise MalformedError("the slots are cut off")
    end: int = pages * _PAGE
    return end


def _blob(data: bytes, package: int, start: int, blocks: int) -> bytes:
    whole = data[start * _BLOCK : (start + blocks) * _BLOCK]
    if len(whole) != blocks * _BLOCK or len(whole) < _BLOB.size + _TAIL.size:
        raise MalformedError("a blob that leads out of the file")
    magic, said, _, length = _BLOB.unpack_from(whole)
    summed, again, end = _TAIL.unpack_from(whole, len(whole) - _TAIL.size)
    if (magic, end, said, again) != (b"BlbS", b"BlbE", package, length):
        raise MalformedError("a blob of another form")
    if _BLOB.size + length + _TAIL.size > len(whole):
        raise MalformedError("a blob that is longer than its place")
    if zlib.adler32(whole[: -_TAIL.size]) != summed:
        raise MalformedError("a blob whose sum is another")
    return whole[_BLOB.size : _BLOB.size + length]
