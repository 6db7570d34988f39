"""Writing a table: blocks of lines, the directory that names them, and how long that is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.system.largefiles import NewFile

HEADER: Final = b"assay-table/1\t"
BLOCK_BYTES: Final = 2**16  # a block ends with the line that fills it
TAIL_BYTES: Final = 13  # how long the directory is, behind it


@dataclass(slots=True, kw_only=True)
class _Block:
    """The lines of the block that is being filled."""

    lines: list[bytes] = field(default_factory=list)
    size: int = 0


def write_table(lines: Iterable[bytes], file: NewFile, *, name: str) -> Digest:
    """Write sorted `lines`, `KEY TAB VALUE` each, into `file`; return what names the table.

    Raises:
        UnavailableError: It cannot be written.
    """
    entries = [HEADER + name.encode()]
    block = _Block()
    for line in lines:
        block.lines.append(line)
        block.size += len(line) + 1
        if block.size >= BLOCK_BYTES:
            entries.append(_finish(block, file))
            block = _Block()
    if block.lines:
        entries.append(_finish(block, file))
    directory = b"\n".join([*entries, b""])
    file.write(directory)
    file.write(b"%0*d\n" % (TAIL_BYTES - 1, len(directory)))
    return sha256_of(directory)


def _finish(block: _Block, file: NewFile) -> bytes:
    """Write a block, and return its entry in the directory."""
    data = b"\n".join([*block.lines, b""])
    file.write(data)
    key = block.lines[0].partition(b"\t")[0]
    return b"%d\t%b\t%b" % (len(data), sha256_of(data).hex.encode(), key)
