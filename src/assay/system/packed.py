"""How to tell packed bytes by their start, and how much may come out of them.

What takes them apart is in `system.unpack`: few searches need that, and all need this.
"""

from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

MAX_UNPACKED: Final = 64 * 2**20  # bytes out of one object, in all layers
MAX_MEMBERS: Final = 10_000
_TAR_MAGIC: Final = slice(257, 262)
_FORMATS: Final = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)
FIRST_BYTES: Final = frozenset(magic[0] for magic, _ in _FORMATS)


@dataclass(slots=True)
class Budget:
    """How many bytes and members may still come out; all layers of one object share it."""

    size: int = MAX_UNPACKED
    members: int = MAX_MEMBERS

    def take(self, size: int) -> None:
        """Count what came out.

        Raises:
            MalformedError: It is more than there was left.
        """
        self.size -= size
        self.members -= 1
        if self.size < 0:
            raise MalformedError(f"it unpacks to over {MAX_UNPACKED} bytes")
        if self.members < 0:
            raise MalformedError(f"it has over {MAX_MEMBERS} members")


def format_of(start: bytes) -> str:
    """Return how bytes that begin so (262 of them are enough) are packed, or nothing."""
    if start[_TAR_MAGIC] == b"ustar":
        return "tar"
    name = next((name for magic, name in _FORMATS if start.startswith(magic)), "")
    return "" if name == "bzip2" and start[4:10] != b"1AY&SY" else name
