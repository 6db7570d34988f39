"""Files that are too large for memory: written piece by piece, read in parts."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable
from assay.system.files import sync_folder


@dataclass(slots=True, kw_only=True)
class NewFile:
    """A file that grows, and that nobody sees before it is kept."""

    path: Path
    stream: BinaryIO

    def write(self, data: bytes) -> None:
        """Append `data`.

        Raises:
            UnavailableError: It cannot be written (disk full).
        """
        with _writing(self.path):
            self.stream.write(data)

    def keep(self, path: Path) -> None:
        """Put all of it at `path`, in the same folder, in one step, also after a crash.

        Raises:
            UnavailableError: It cannot be written.
        """
        with _writing(path):
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.path.replace(path)
            sync_folder(path.parent)


@contextmanager
def new_file(folder: Path) -> Iterator[NewFile]:
    """Give a new file in `folder` for the length of the block; it goes unless it was kept.

    Raises:
        UnavailableError: It cannot be made.
    """
    path = folder / f".{secrets.token_hex(8)}.tmp"
    with _writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield NewFile(path=path, stream=stream)
    finally:
        path.unlink(missing_ok=True)


def load_part(path: Path, *, start: int, size: int) -> bytes:
    """Return `size` bytes of a regular file from `start`, fewer where it ends before.

    A `start` below zero counts from the end.

    Raises:
        UsageError: There is no such file, or it is none.
        UnavailableError: It cannot be read.
    """
    where = printable(str(path))
    try:
        # Without O_NONBLOCK, opening a fifo waits for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UsageError("not a regular file", where=where)
            begin = start if start >= 0 else max(0, status.st_size + start)
            # Memory is taken for all that is asked for, so no more than there is said to be.
            return os.pread(descriptor, max(0, min(size, status.st_size - begin)), begin)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise UsageError("no such file", where=where) from error
    except OSError as error:
        raise UnavailableError(f"cannot read: {error.strerror}", where=where) from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = printable(str(path))
        raise UnavailableError(f"cannot write: {error.strerror}", where=where) from error
