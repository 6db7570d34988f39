"""RPM's database as a hash file of Berkeley DB (`Packages`), versions 8 to 10 of that.

Pages have one size, which the first one says, and the byte order of the machine that wrote them. A
hash page lists offsets of keys and values by turns; a long value lies on overflow pages, each of
which names the next. All of that is an assertion of whoever made the file: a page outside of it is
refused, a chain may not be longer than the value that it holds, nor all values than the file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

_MAGIC: Final = 0x061561  # of a hash file
_VERSIONS: Final = range(8, 11)
_SIZES: Final = frozenset(2**power for power in range(9, 17))
_META: Final = 8  # types of pages
_HASHES: Final = frozenset({2, 13})
_OVERFLOW: Final = 7
_HEAD: Final = 26  # bytes before the offsets, or the content
_INLINE, _ON_PAGES = 1, 3  # types of values
_COUNTER: Final = bytes(4)  # the key of the number of the next package


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    data: bytes
    order: str
    size: int  # of a page

    def page(self, number: int) -> bytes:
        start = number * self.size
        page = self.data[start : start + self.size]
        if len(page) != self.size:
            raise MalformedError(f"page {number} is not in the file")
        return page

    def unpack(self, form: str, data: bytes, at: int) -> tuple[int, ...]:
        if at + struct.calcsize(self.order + form) > len(data):
            raise MalformedError("a number that leads out of its page")
        return struct.unpack_from(self.order + form, data, at)


def read_bdb_headers(data: bytes) -> Iterator[tuple[str, bytes | MalformedError]]:
    """Yield the place of each value, and the value, or why it cannot be read.

    Raises:
        MalformedError: No hash file of Berkeley DB, or one that is encrypted or has sums of pages,
            or whose values share their bytes.
    """
    file, left = _opened(data), len(data)
    for number in range(1, len(data) // file.size):
        page = file.page(number)
        for place, value in _values(file, page, number) if page[25] in _HASHES else ():
            left -= len(value) if isinstance(value, bytes) else 0
            if left < 0:
                raise MalformedError("values that share their bytes")
            yield place, value


def _opened(data: bytes) -> _File:
    order = next((order for order in "<>" if data[12:16] == struct.pack(f"{order}I", _MAGIC)), "")
    if not order or len(data) < min(_SIZES):
        raise MalformedError("no hash file of Berkeley DB")
    version, size = struct.unpack_from(f"{order}2I", data, 16)
    if version not in _VERSIONS or size not in _SIZES or data[25] != _META:
        raise MalformedError(f"Berkeley DB of another form (version {version})")
    if data[24] or data[26]:
        raise MalformedError("encrypted, or with sums of its pages")
    if len(data) % size:
        raise MalformedError("the file is cut off")
    return _File(data=data, order=order, size=size)


def _values(file: _File, page: bytes, number: int) -> Iterator[tuple[str, bytes | MalformedError]]:
    """Yield the values of a hash page; each item ends where the one before it begins."""
    (count,) = file.unpack("H", page, 20)
    if count % 2 or _HEAD + 2 * count > file.size:
        yield f"page {number}", MalformedError("offsets that lead out of the page")
        return
    starts = file.unpack(f"{count}H", page, _HEAD)
    ends = (file.size, *starts)
    for place in range(0, count, 2):
        key = page[starts[place] + 1 : ends[place]]
        if key == _COUNTER:
            continue
        try:
            value: bytes | MalformedError = _value(file, page[starts[place + 1] : ends[place + 1]])
        except MalformedError as error:
            value = error
        yield f"page {number}, entry {place // 2 + 1}", value


def _value(file: _File, item: bytes) -> bytes:
    if item[:1] == bytes((_INLINE,)):
        return item[1:]
    if item[:1] != bytes((_ON_PAGES,)):
        raise MalformedError("a value of another type")
    number, length = file.unpack("2I", item, 4)
    parts: list[bytes] = []
    left = length
    while left:
        page = file.page(number)
        number, held = file.unpack("I", page, 16)[0], file.unpack("H", page, 22)[0]
        if page[25] != _OVERFLOW or not 0 < held <= min(left, file.size - _HEAD):
            raise MalformedError("an overflow page of another form")
        parts.append(page[_HEAD : _HEAD + held])
        left -= held
    return b"".join(parts)
