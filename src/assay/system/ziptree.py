"""The members of a zip archive as a tree of files, read one by one when they are asked for.

* Nothing is unpacked. What is wrong with one member (encrypted, packed by another method, a name
  twice, more in it than it declares) is a gap, or a refusal to read that member: the others count.
* All that is read from one archive, and from archives inside it, comes out of one allowance: small
  members that share their bytes would make a bomb of any size.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.closing import Closing
from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.printable import printable
from assay.system.filetree import TreeFile, TreeGap

MAX_MEMBERS: Final = 500_000  # above any jar that we have seen; bounds memory
MAX_MEMBER_BYTES: Final = 2**29  # of one that is looked into; it is in memory for that
_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE: Final = (  # what zipfile lets through where the bytes are not what they claim
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError),
    *(RuntimeError, NotImplementedError),
)


@dataclass(slots=True, kw_only=True)
class Allowance:
    """How many bytes may still come out of an archive and those inside it."""

    left: int

    def take(self, size: int) -> None:
        """Count `size` bytes.

        Raises:
            MalformedError: There are not so many left.
        """
        if size > self.left:
            raise MalformedError("the archive unpacks to more than is read of one")
        self.left -= size


class ZipTree(Closing):
    """The regular files in a zip archive, which stays open until this is closed."""

    def __init__(self, archive: zipfile.ZipFile, allowance: Allowance, *, layer: str = "") -> None:
        self._archive = archive
        self._allowance = allowance
        self._last: tuple[str, bytes] = ("", b"")
        self._members: dict[str, zipfile.ZipInfo] = {}
        gaps: set[TreeGap] = set()
        for info in archive.infolist():
            why = _fault(info, self._members)
            if why:
                gaps.add(TreeGap(path=info.filename, why=why))
            elif not info.filename.endswith("/"):  # `is_dir` fails where there is no name
                self._members[info.filename] = info
        self.gaps = tuple(sorted(gaps))
        self.files = tuple(
            TreeFile(
                path=name,
                size=info.file_size,
                executable=bool(info.external_attr >> 16 & 0o111),
                layer=layer,
            )
            for name, info in sorted(self._members.items())
        )

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()

    def load(self, path: str, *, max_bytes: int) -> bytes:
        """Return the content of a member.

        Raises:
            UnavailableError: It is larger than `max_bytes`, or the archive cannot be read.
            MalformedError: It is damaged, or holds more than it declares, or too much was read.
        """
        info = self._members[path]
        if info.file_size > max_bytes:
            raise UnavailableError(f"larger than {max_bytes} bytes")
        if self._last[0] != path:
            self._allowance.take(info.file_size)
            self._last = (path, self._content(info))
        return self._last[1]

    def load_part(self, path: str, offset: int, count: int) -> bytes:
        """Return `count` bytes of a member from `offset` on; only from its start without the rest.

        Raises:
            UnavailableError, MalformedError: As `load`.
        """
        info = self._members[path]
        if self._last[0] == path or offset or count > _START:
            return self.load(path, max_bytes=MAX_MEMBER_BYTES)[offset : offset + count]
        with _answering(), self._archive.open(info) as member:
            return member.read(count)

    def _content(self, info: zipfile.ZipInfo) -> bytes:
        with _answering(), self._archive.open(info) as member:
            data = member.read(info.file_size + 1)
        if len(data) != info.file_size:
            raise MalformedError(f"{len(data)} bytes, not the {info.file_size} that it declares")
        return data


_START: Final = 4096


def open_zip(source: Path | bytes, allowance: Allowance, *, layer: str = "") -> ZipTree:
    """Return the files of a zip archive, whose directory alone is read for that.

    Raises:
        UsageError: There is no such file.
        UnavailableError: It cannot be read.
        MalformedError: It is no zip archive, or has over `MAX_MEMBERS` members.
    """
    where = printable(str(source)) if isinstance(source, Path) else ""
    try:
        archive = zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source))
    except FileNotFoundError as error:
        raise UsageError("no such file", where=where) from error
    except OSError as error:
        raise UnavailableError(f"cannot read: {error.strerror}", where=where) from error
    except _DAMAGE as error:
        raise MalformedError(f"no sound zip archive: {error}", where=where) from error
    if len(archive.infolist()) > MAX_MEMBERS:
        archive.close()
        raise MalformedError(f"over {MAX_MEMBERS} members", where=where)
    return ZipTree(archive, allowance, layer=layer)


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what comes out of `zipfile` for a damaged member into a refusal.

    A member whose place is before the start of the file is an error of the system.
    """
    try:
        yield
    except _DAMAGE as error:
        raise MalformedError(f"damaged in the archive: {error}") from error
    except OSError as error:
        raise UnavailableError(f"cannot read the archive: {error.strerror}") from error


def _fault(info: zipfile.ZipInfo, seen: dict[str, zipfile.ZipInfo]) -> str:
    if not info.filename:
        return "it has no name"
    if info.filename in seen:
        return "a name that is there twice: only the first one was looked at"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in _METHODS:
        return "it is packed by another method than deflate"
    return ""
