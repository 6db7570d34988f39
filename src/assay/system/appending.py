"""Adding to the end of a file, so that what was added is there after a crash."""

import os
from pathlib import Path

from assay.core.errors import UnavailableError
from assay.core.printable import printable


def append_line(path: Path, line: bytes) -> None:
    """Add `line` and a line feed to the file at `path`, made first for nobody else to read.

    Raises:
        UnavailableError: It cannot be written.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnavailableError(
            f"cannot write: {error.strerror}", where=printable(str(path))
        ) from error
