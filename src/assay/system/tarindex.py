"""The list of what is in a tar file, without reading or unpacking what it holds.

POSIX ustar and pax, and what GNU tar adds for long names and large sizes. Headers are bounded, sums
are checked, and a file has to lie inside the archive: an archive that breaks off is refused.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from assay.core.errors import MalformedError

MAX_MEMBERS: Final = 4_000_000  # above any image that we have seen; bounds memory
MAX_HEADER_BYTES: Final = 2**20  # of one extended header: the longest names are 4,096 bytes
_BLOCK: Final = 512
_ZEROS: Final = bytes(_BLOCK)
_PAX_LENGTH: Final = re.compile(rb"([0-9]{1,8}) ")
_OCTAL: Final = re.compile(rb"[0-7]*\Z")


class TarKind(enum.Enum):
    """What a member is."""

    FILE = "a file"
    FOLDER = "a folder"
    SYMLINK = "a symbolic link"
    HARDLINK = "a hard link"
    SPARSE = "a file with holes"
    OTHER = "a device or the like"


_KINDS: Final = {
    **dict.fromkeys((b"0", b"\0", b"7"), TarKind.FILE),
    b"1": TarKind.HARDLINK,
    b"2": TarKind.SYMLINK,
    b"5": TarKind.FOLDER,
    b"S": TarKind.SPARSE,
    **dict.fromkeys((b"3", b"4", b"6"), TarKind.OTHER),
}
_EXTENDED: Final = frozenset({b"x", b"g", b"L", b"K"})  # headers about the member after them
_EMPTY: Final = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})  # whatever size they declare
_MORE_HOLES: Final = (482, 504)  # where GNU's sparse headers say that another one follows


@dataclass(frozen=True, slots=True, kw_only=True)
class TarMember:
    """A member: its name as written, where its content is in the archive, and what it links to."""

    name: str
    kind: TarKind
    offset: int
    size: int
    link: str = ""
    executable: bool = False


def index_tar(file: IO[bytes], *, size: int) -> Iterator[TarMember]:
    """Yield the members of the archive in `file`, which is `size` bytes long and is at its start.

    Raises:
        MalformedError: No tar archive, one that breaks off, one with over `MAX_MEMBERS` members, or
            an extended header over `MAX_HEADER_BYTES`.
    """
    said: dict[str, str] = {}
    at = 0
    for _ in range(MAX_MEMBERS):
        file.seek(at)
        block = file.read(_BLOCK)
        if not block or block == _ZEROS:
            return  # the second block of zeros may be missing, and more may follow it
        kind, length = _checked(block, at)
        at += _BLOCK
        if kind in _EXTENDED:
            content = _extension(file, length, at)
            said |= _extended(kind, content)
            length = len(content)
        else:
            at += _hole_blocks(file, block, at)
            member = _member(block, said, at, length)
            length = member.size
            said = {}
            yield member
        at += -(-length // _BLOCK) * _BLOCK
        if at > size + _BLOCK - 1:
            raise MalformedError("the archive breaks off", where=f"byte {size}")
    raise MalformedError(f"over {MAX_MEMBERS} members")


def _hole_blocks(file: IO[bytes], block: bytes, at: int) -> int:
    """Return how many bytes of GNU's lists of holes stand before the content."""
    first, later = _MORE_HOLES
    if block[156:157] != b"S" or not block[first]:
        return 0
    length = _BLOCK
    file.seek(at)
    while file.read(_BLOCK)[later : later + 1].strip(b"\0") and length <= MAX_HEADER_BYTES:
        length += _BLOCK
    return length


def _checked(block: bytes, at: int) -> tuple[bytes, int]:
    """Return type and size of a header whose sum is right."""
    where = f"byte {at}"
    if len(block) != _BLOCK:
        raise MalformedError("the archive breaks off", where=where)
    summed = sum(block[:148]) + sum(block[156:]) + 8 * 0x20
    said = block[148:156].strip(b" \0")
    if not _OCTAL.match(said) or int(said or b"0", 8) != summed:
        raise MalformedError("no header of a tar archive", where=where)
    return block[156:157], _number(block[124:136], where)


def _number(field: bytes, where: str) -> int:
    if field[0] == 0x80:  # GNU: the rest is binary
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    if not _OCTAL.match(text):
        raise MalformedError("a number that is none", where=where)
    return int(text or b"0", 8)


def _member(block: bytes, said: dict[str, str], at: int, length: int) -> TarMember:
    kind = _KINDS.get(block[156:157], TarKind.OTHER)
    name = said.get("path") or _name(block)
    if kind is TarKind.FILE and name.endswith("/"):  # so wrote the first tar a folder
        kind = TarKind.FOLDER
    if any(key.startswith("GNU.sparse.") for key in said):
        kind = TarKind.SPARSE
    if "size" in said:
        length = _decimal(said["size"], f"byte {at}")
    return TarMember(
        name=name,
        kind=kind,
        offset=at,
        size=0 if block[156:157] in _EMPTY else length,
        link=said.get("linkpath") or _text(block[157:257]),
        executable=bool(_number(block[100:108], f"byte {at}") & 0o111),
    )


def _decimal(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise MalformedError("a number that is none", where=where)
    return int(text)


def _name(block: bytes) -> str:
    """Return the name; ustar keeps the first part of a long one apart."""
    name, prefix = _text(block[:100]), _text(block[345:500])
    return f"{prefix}/{name}" if prefix and block[257:263] == b"ustar\0" else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode(errors="surrogateescape")


def _extension(file: IO[bytes], length: int, at: int) -> bytes:
    if length > MAX_HEADER_BYTES:
        raise MalformedError(
            f"a header of {length} bytes, where at most {MAX_HEADER_BYTES} are read",
            where=f"byte {at}",
        )
    content = file.read(length)
    if len(content) != length:
        raise MalformedError("the archive breaks off", where=f"byte {at}")
    return content


def _pax(content: bytes) -> dict[str, str]:
    """Return the records of a pax header, each `LENGTH KEY=VALUE` and a line end."""
    found: dict[str, str] = {}
    while content:
        match = _PAX_LENGTH.match(content)
        length = int(match[1]) if match else 0
        record = content[:length]
        if match is None or length <= match.end() or record[-1:] != b"\n" or len(record) != length:
            raise MalformedError("no record of a pax header")
        key, equals, value = record[match.end() : -1].partition(b"=")
        if not equals:
            raise MalformedError("no record of a pax header")
        found[key.decode(errors="surrogateescape")] = value.decode(errors="surrogateescape")
        content = content[length:]
    return found


def _extended(kind: bytes, content: bytes) -> dict[str, str]:
    """Return what an extended header says of the next member; `g` speaks of all, of times alone."""
    match kind:
        case b"x":
            return _pax(content)
        case b"L":
            return {"path": _text(content)}
        case b"K":
            return {"linkpath": _text(content)}
        case _:
            return {}
