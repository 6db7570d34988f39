"""The header of a package in the database of RPM: an index of tags, and a store of their values.

RPM 4, "Header structure": two counts, then 16 bytes for each entry (tag, type, offset, count), then
the values. Every offset and count is an assertion of whoever made the database.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

MAX_ENTRIES: Final = 0xFFFF  # as RPM itself has it
MAX_STORE_BYTES: Final = 256 * 2**20
_ENTRY: Final = struct.Struct(">4I")
_STRING, _STRINGS, _I18N, _INT32 = 6, 8, 9, 4
_TEXTS: Final = {
    1000: "name",
    1001: "version",
    1002: "release",
    1011: "vendor",
    1014: "licence",
    1022: "arch",
    1044: "source",
    269: "header_sha1",
    273: "header_sha256",
    5096: "modularity",
}
_LISTS: Final = {1047: "provides", 1049: "requires", 1117: "names", 1118: "folders"}
_FOLDERS_OF: Final = 1116  # for each of the names of files, the place of its folder
_EPOCH: Final = 1003


@dataclass(frozen=True, slots=True, kw_only=True)
class RpmHeader:
    """What a header says of its package; a text that is absent is empty."""

    texts: Mapping[str, str]
    provides: tuple[str, ...]
    requires: tuple[str, ...]
    epoch: int | None
    files: tuple[str, ...] = ()  # without the `/` at their start

    def text(self, name: str) -> str:
        """Return the value of a tag that is a text."""
        return self.texts.get(name, "")


def parse_rpm_header(data: bytes) -> RpmHeader:
    """Read a header as it is stored in the table `Packages`.

    Raises:
        MalformedError: It is cut off, too large, or an entry leads out of it.
    """
    if len(data) < 8:
        raise MalformedError("the header is cut off")
    count, length = struct.unpack_from(">2I", data)
    start = 8 + count * _ENTRY.size
    if count > MAX_ENTRIES or length > MAX_STORE_BYTES or len(data) < start + length:
        raise MalformedError("the header is cut off, or too large")
    store = data[start : start + length]
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    epoch: int | None = None
    places: tuple[int, ...] = ()
    for tag, kind, offset, items in _ENTRY.iter_unpack(data[8:start]):
        if tag in _TEXTS and kind in {_STRING, _I18N, _STRINGS}:
            texts[_TEXTS[tag]] = _strings(store, offset, 1)[0]
        elif tag in _LISTS and kind == _STRINGS:
            lists[_LISTS[tag]] = _strings(store, offset, items)
        elif tag == _EPOCH and kind == _INT32:
            (epoch,) = _integers(store, offset, 1)
        elif tag == _FOLDERS_OF and kind == _INT32:
            places = _integers(store, offset, items)
    return RpmHeader(
        texts=texts,
        provides=lists.get("provides", ()),
        requires=lists.get("requires", ()),
        epoch=epoch,
        files=_files(places, lists.get("folders", ()), lists.get("names", ())),
    )


def _strings(store: bytes, offset: int, count: int) -> tuple[str, ...]:
    found: list[str] = []
    for _ in range(count):
        end = store.find(b"\0", offset)
        if end < 0:
            raise MalformedError("a text that leads out of the header")
        found.append(store[offset:end].decode(errors="replace"))
        offset = end + 1
    return tuple(found)


def _integers(store: bytes, offset: int, count: int) -> tuple[int, ...]:
    if offset + 4 * count > len(store):
        raise MalformedError("a number that leads out of the header")
    return struct.unpack_from(f">{count}I", store, offset)


def _files(
    places: tuple[int, ...], folders: tuple[str, ...], names: tuple[str, ...]
) -> tuple[str, ...]:
    if len(places) != len(names) or any(place >= len(folders) for place in places):
        raise MalformedError("a list of files that does not fit")
    return tuple(
        f"{folders[place]}{name}".lstrip("/") for place, name in zip(places, names, strict=True)
    )
