"""A lock on a file, held by one process at a time and let go when that process ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError

_PAUSE: Final = 0.05  # seconds between two attempts


@contextmanager
def hold_lock(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock on `path` (created if need be) inside the block.

    Raises:
        UnavailableError: Another process still holds it after `seconds`, or it cannot be made.
    """
    deadline = time.monotonic() + seconds
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UnavailableError(f"cannot lock: {error.strerror}", where=str(path)) from error
    try:
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise UnavailableError(
                    f"another process still holds it after {seconds:g} s",
                    where=str(path),
                    hint="wait for it to end, then try again",
                )
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
