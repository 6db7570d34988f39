"""An entry of a Git tree, and the bytes of a tree object (gitformat: "tree")."""

import enum
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from assay.core.errors import MalformedError


class EntryKind(enum.Enum):
    """What an entry of a tree is."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    FOLDER = "folder"  # never in a list: its content is


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TreeEntry:
    """One path of a commit. `mode` is octal as stored, `oid` names a blob or a submodule's commit.

    `size` is in bytes; None for a submodule, and for a blob that is not in this clone.
    """

    path: str
    mode: str
    oid: str
    size: int | None

    @property
    def kind(self) -> EntryKind:
        """Return what it is, by its mode."""
        return kind_of_mode(self.mode)

    @property
    def executable(self) -> bool:
        """Tell whether it is a file that is checked out as executable."""
        return self.kind is EntryKind.FILE and bool(int(self.mode, 8) & 0o100)


def tree_of(commit: bytes) -> str:
    """Return the id of the tree that a commit names in its first line.

    Raises:
        MalformedError: There is no such line.
    """
    word, _, oid = commit.partition(b"\n")[0].partition(b" ")
    if word != b"tree" or len(oid) not in {40, 64}:
        raise MalformedError("a commit that does not begin with its tree")
    return oid.decode(errors="replace")


def parse_tree(content: bytes, *, oid_bytes: int) -> Iterator[tuple[str, bytes, str]]:
    """Yield the (mode, name, id) of each entry of a tree object; ids have `oid_bytes` bytes.

    Raises:
        MalformedError: It ends within an entry, or a mode is not octal.
    """
    at = 0
    while at < len(content):
        zero = content.find(b"\0", at)
        mode, space, name = content[at:zero].partition(b" ")
        end = zero + 1 + oid_bytes
        if zero < 0 or not space or not name or b"/" in name or end > len(content):
            raise MalformedError("a tree that is cut off or has an entry without a proper name")
        if not 5 <= len(mode) <= 6 or mode.strip(b"01234567"):
            raise MalformedError(f"a tree entry of mode {mode!r}")
        yield mode.decode().zfill(6), name, content[zero + 1 : end].hex()
        at = end


def kind_of_mode(mode: str) -> EntryKind:
    """Return what an entry of this mode (octal) is.

    Raises:
        MalformedError: Nothing that Git knows.
    """
    match stat.S_IFMT(int(mode, 8)):
        case stat.S_IFREG:
            return EntryKind.FILE
        case stat.S_IFLNK:
            return EntryKind.SYMLINK
        case stat.S_IFDIR:
            return EntryKind.FOLDER
        case 0o160000:
            return EntryKind.SUBMODULE
        case _:
            raise MalformedError(f"a tree entry of mode {mode}")
