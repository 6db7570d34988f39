"""The databases of RPM that are not SQLite, written as Berkeley DB and RPM's own ndb write them."""

import struct
import zlib
from collections.abc import Sequence

PAGE = 512
_HEAD = 26


def _page(order: str, number: int, following: int, counts: tuple[int, int], type_: int) -> bytes:
    return struct.pack(f"{order}8x3I2H2B", number, 0, following, *counts, 0, type_)


def bdb_of(headers: Sequence[bytes], *, order: str = "<", copies: int = 0) -> bytes:
    """Return a hash file: one hash page for each header; those that are short lie in it.

    The page of the last one stands there `copies` times more.
    """
    pages: list[bytes] = [b""]
    again = b""
    for place, header in enumerate(headers, 1):
        key = b"\1" + struct.pack(f"{order}I", place)
        number, parts = len(pages), []
        if len(header) < 64:
            value = b"\1" + header
        else:
            value = struct.pack(f"{order}B3x2I", 3, number + 1, len(header))
            size = PAGE - _HEAD
            parts = [header[at : at + size] for at in range(0, len(header), size)]
        starts = (PAGE - len(key), PAGE - len(key) - len(value))
        head = _page(order, number, 0, (2, starts[1]), 13) + struct.pack(f"{order}2H", *starts)
        again = head.ljust(starts[1], b"\0") + value + key
        pages.append(again)
        for i, part in enumerate(parts, 1):
            following = number + i + 1 if i < len(parts) else 0
            page = _page(order, number + i, following, (1, len(part)), 7) + part
            pages.append(page.ljust(PAGE, b"\0"))
    pages += [again] * copies
    pages.append(_counter(order, len(pages), len(headers) + 1))
    meta = struct.pack(f"{order}8x4I4B2I", 0, 0x061561, 9, PAGE, 0, 8, 0, 0, 0, len(pages) - 1)
    pages[0] = meta.ljust(PAGE, b"\0")
    return b"".join(pages)


def _counter(order: str, number: int, following: int) -> bytes:
    """Return the page on which the number of the next package stands, under the key 0."""
    value = b"\1" + struct.pack(f"{order}I", following)
    starts = (PAGE - 5, PAGE - 10)
    head = _page(order, number, 0, (2, starts[1]), 13) + struct.pack(f"{order}2H", *starts)
    return head.ljust(starts[1], b"\0") + value + b"\1" + bytes(4)


def ndb_of(headers: Sequence[bytes]) -> bytes:
    """Return a database with a page of slots, the second of which is empty."""
    slots = struct.pack("<4s7I", b"RpmP", 0, 1, 1, len(headers) + 1, 0, 0, 0)
    slots += struct.pack("<4s3I", b"Slot", 0, 0, 0)
    blobs, at = b"", 4096 // 16
    for package, header in enumerate(headers, 1):
        head = struct.pack("<4s3I", b"BlbS", package, 1, len(header)) + header
        head += bytes(-(len(head) + 12) % 16)
        blob = head + struct.pack("<2I4s", zlib.adler32(head), len(header), b"BlbE")
        slots += struct.pack("<4s3I", b"Slot", package, at, len(blob) // 16)
        at += len(blob) // 16
        blobs += blob
    empty = struct.pack("<4s3I", b"Slot", 0, 0, 0)
    return slots + empty * ((4096 - len(slots)) // 16) + blobs
