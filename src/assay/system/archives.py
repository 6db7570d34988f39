"""Zip archives from outside: the one place where their members are read, and nothing is unpacked.

Refused, before anything is decompressed: names that lead out of a folder, links and other special
entries, encrypted members, one name twice, too many members, members or totals that are too
large, and rates of compression that only a bomb has. A member that holds more than it declares
is cut off and refused.
"""

import errno
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from assay.core.errors import MalformedError, UnavailableError, UsageError, inside

MAX_RATIO: Final = 200  # JSON texts reach about 30; deflate's own limit is 1,032
RATIO_FREE_BYTES: Final = 2**20  # below this size a high rate harms nobody
_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE: Final = (  # what zipfile lets through where the bytes are not what they claim
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """What an archive may hold, in members and bytes; each caller knows its own kind."""

    members: int
    member_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive: its name, with `/` between parts, and its content."""

    name: str
    data: bytes


def read_zip(path: Path, *, limits: ZipLimits, suffix: str) -> Iterator[Member]:
    """Yield the files in the archive at `path` whose names end in `suffix`, one at a time.

    All members are checked before the first is yielded, those of other names too.

    Raises:
        UsageError: There is no such file.
        UnavailableError: It cannot be read.
        MalformedError: It is no zip archive, or it breaks one of the rules above; `where` is the
            member.
    """
    try:
        with inside(str(path)), zipfile.ZipFile(path) as archive:
            members = _checked(archive, path, limits)
            for info in members:
                if info.filename.endswith(suffix):  # the name of a folder ends in a slash
                    yield Member(name=info.filename, data=_content(archive, info))
    except FileNotFoundError as error:
        raise UsageError("no such file", where=str(path)) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # an offset that leads before the beginning
            raise MalformedError("no sound zip archive", where=str(path)) from error
        raise UnavailableError(f"cannot read: {error.strerror}", where=str(path)) from error
    except _DAMAGE as error:
        raise MalformedError(f"no sound zip archive: {error}", where=str(path)) from error


def _checked(
    archive: zipfile.ZipFile, path: Path, limits: ZipLimits
) -> tuple[zipfile.ZipInfo, ...]:
    members = tuple(archive.infolist())
    if len(members) > limits.members:
        raise MalformedError(f"{len(members)} members, where at most {limits.members} are read")
    seen: set[str] = set()
    for info in members:
        _check_member(info, limits)
        if info.filename in seen:
            raise MalformedError("a name that is there twice", where=repr(info.filename))
        seen.add(info.filename)
    _check_total(members, path, limits)
    return members


def _check_member(info: zipfile.ZipInfo, limits: ZipLimits) -> None:
    where = repr(info.filename)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not _is_inside(info.filename):
        raise MalformedError("a name that leads out of the archive", where=where)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise MalformedError("a link or another special file", where=where)
    if info.flag_bits & _ENCRYPTED:
        raise MalformedError("an encrypted member", where=where)
    if info.compress_type not in _METHODS:
        raise MalformedError("packed by another method than deflate", where=where)
    if info.file_size > limits.member_bytes:
        raise MalformedError(
            f"{info.file_size} bytes, where at most {limits.member_bytes} are read", where=where
        )
    if info.file_size > max(RATIO_FREE_BYTES, MAX_RATIO * info.compress_size):
        raise MalformedError(f"packed more than {MAX_RATIO}-fold, as bombs are", where=where)


def _check_total(members: tuple[zipfile.ZipInfo, ...], path: Path, limits: ZipLimits) -> None:
    """Bound the sum: small members that share their bytes make a bomb of any size."""
    total, present = sum(info.file_size for info in members), path.stat().st_size
    if total > limits.total_bytes:
        raise MalformedError(f"{total} bytes in all, where at most {limits.total_bytes} are read")
    if total > max(RATIO_FREE_BYTES, MAX_RATIO * present):
        raise MalformedError(f"packed more than {MAX_RATIO}-fold, as bombs are")


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        bool(path.parts)
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and ":" not in path.parts[0]  # a drive
        and name.isprintable()
    )


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise MalformedError(
            f"{len(data)} bytes, not the {info.file_size} that it declares",
            where=repr(info.filename),
        )
    return data
