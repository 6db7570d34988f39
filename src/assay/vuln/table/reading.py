"""Reading a table: a line costs the block that it is in, not the file.

The directory was compared with the digest that the table is named by; each block is compared with
the directory when it is read. So an answer rests on no byte but those that its digest names, and
nothing has to be read again to know that. Size and time of a file are not asked: both stay when
somebody wants them to.
"""

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError, TamperedError, UnavailableError, UsageError, inside
from assay.system.largefiles import load_part
from assay.vuln.feedfile import records_of
from assay.vuln.listed import AGAIN
from assay.vuln.table.writing import HEADER, TAIL_BYTES

MAX_DIRECTORY_BYTES: Final = 2**28
MAX_BLOCK_BYTES: Final = 2**26  # a block is larger than usual where one line is
_TAIL: Final = re.compile(rb"[0-9]+\n")
_KEPT: Final = 256  # blocks in memory
_ENTRY: Final = re.compile(rb"([1-9][0-9]{0,8})\t([0-9a-f]{64})\t([^\t\n]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a table: the key of its first line, where it is, and its digest in hex."""

    first: bytes
    start: int
    size: int
    digest: str


def parse_directory(data: bytes, *, name: str) -> tuple[Block, ...]:
    """Read the directory of the table `name`.

    Raises:
        MalformedError: It is of another table, or of another format.
    """
    header, *entries = data.split(b"\n")
    if header != HEADER + name.encode() or not entries or entries.pop():
        raise MalformedError(f"no table of {name}, in the form that is read here")
    found = [_ENTRY.fullmatch(entry) for entry in entries]
    matches = [match for match in found if match is not None]
    if len(matches) != len(found) or any(int(m[1]) > MAX_BLOCK_BYTES for m in matches):
        raise MalformedError(f"no table of {name}, in the form that is read here")
    starts = accumulate((int(match[1]) for match in matches), initial=0)
    return tuple(
        Block(first=match[3], start=start, size=int(match[1]), digest=match[2].decode())
        for match, start in zip(matches, starts, strict=False)
    )


def _beginning(block: Block) -> bytes:
    """Return how the first line of a block begins: what lines are compared by."""
    return block.first + b"\t"


@dataclass(slots=True, kw_only=True)
class Table:
    """The lines at `path`, found by the blocks of its directory; `what` names them, in the plural.

    What is read may raise:
        TamperedError: A block is not what was saved.
        UnavailableError: The file is gone, or cannot be read.
    """

    path: Path
    blocks: tuple[Block, ...]
    what: str
    _kept: OrderedDict[int, bytes] = field(default_factory=OrderedDict)

    def values(self, prefix: bytes) -> Iterator[bytes]:
        """Yield what stands behind the key in the lines that begin with `prefix`, in order."""
        for number in self._places(prefix):
            yield from records_of(self._block(number), prefix)

    def lines(self, prefix: bytes = b"") -> Iterator[bytes]:
        """Yield all lines that begin with `prefix`, in order."""
        for number in self._places(prefix):
            lines = self._load(number).split(b"\n")[:-1]
            yield from (line for line in lines if line.startswith(prefix))

    def _places(self, prefix: bytes) -> Iterator[int]:
        """Yield the blocks that may have lines that begin with `prefix`."""
        # Such lines may stand at the end of the block before the first one that begins with them.
        first = max(0, bisect_left(self.blocks, prefix, key=_beginning) - 1)
        for number in range(first, len(self.blocks)):
            beginning = _beginning(self.blocks[number])
            if beginning > prefix and not beginning.startswith(prefix):
                return
            yield number

    def _block(self, number: int) -> bytes:
        """Return a block; those that were asked for last are kept."""
        known = self._kept.get(number)
        if known is not None:
            self._kept.move_to_end(number)
            return known
        data = self._kept[number] = self._load(number)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return data

    def _load(self, number: int) -> bytes:
        block = self.blocks[number]
        data = _part(self.path, block.start, block.size, what=self.what)
        if sha256_of(data).hex != block.digest:
            raise _changed(self.path, self.what)
        return data


def open_table(path: Path, *, name: str, digest: Digest, what: str) -> Table:
    """Open the table `name` that `digest` is of; its directory is read, and nothing else.

    Raises:
        TamperedError: The directory is not what was saved.
        MalformedError: It is of another table, or of another format.
        UnavailableError: The file is gone, or cannot be read.
    """
    tail = _part(path, -TAIL_BYTES, TAIL_BYTES, what=what)
    size = int(tail) if _TAIL.fullmatch(tail) else 0
    directory = _part(path, -size - TAIL_BYTES, min(size, MAX_DIRECTORY_BYTES), what=what)
    if sha256_of(directory) != digest:
        raise _changed(path, what)
    with inside(str(path)):
        return Table(path=path, blocks=parse_directory(directory, name=name), what=what)


def _part(path: Path, start: int, size: int, *, what: str) -> bytes:
    try:
        return load_part(path, start=start, size=size)
    except UsageError as error:
        raise UnavailableError(f"{what} are gone", where=str(path), hint=AGAIN) from error


def _changed(path: Path, what: str) -> TamperedError:
    return TamperedError(f"{what} are not those that were imported", where=str(path), hint=AGAIN)
