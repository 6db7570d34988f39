"""Adding to the end of a file, so that what was added is there after a crash."""

import os
import stat
from pathlib import Path

from assay.core.errors import UnavailableError
from assay.core.printable import printable


def append_line(path: Path, line: bytes) -> None:
    """Add `line` and a line feed to the file at `path`, made first for nobody else to read.

    What broke off there before, on a full disk, stays a line of its own.

    Raises:
        UnavailableError: It cannot be written.
    """
    flags = os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        is_broken = _breaks_off(path)
        descriptor = os.open(path, flags | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write((b"\n" if is_broken else b"") + line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnavailableError(
            f"cannot write: {error.strerror}", where=printable(str(path))
        ) from error


def _breaks_off(path: Path) -> bool:
    """Tell whether a file is there that does not end in a line feed."""
    if not stat.S_ISREG(path.lstat().st_mode if path.exists() else 0):
        return False
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) not in {b"", b"\n"}
