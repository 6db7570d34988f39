"""Replacing files of a folder that others work in too: only what still is as it was read.

No link is followed on the way: whoever makes one in the folder cannot have another file written.
"""

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import RejectedError, UnavailableError
from assay.core.printable import printable

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What a file is, to the byte, and what it becomes."""

    before: bytes
    after: bytes


def replace_beneath(folder: Path, files: Mapping[str, Replacement]) -> None:
    """Write the files (paths with slashes) below `folder`, each whole or not at all.

    All are looked at before the first is written. Each keeps the permissions that it has.

    Raises:
        RejectedError: One is not as it was, or no file, or behind a link; where it changed at the
            last moment, those before it are written.
        UnavailableError: One cannot be read or written; those before it are written.
    """
    for path, file in files.items():
        with _opened(folder, path) as (at, name):
            _check(at, name, path, file.before)
    for path, file in files.items():
        with _opened(folder, path) as (at, name):
            _write(at, name, path, file)


@contextmanager
def _opened(folder: Path, path: str) -> Iterator[tuple[int, str]]:
    """Give the descriptor of the folder that a file is in, and its name there."""
    *folders, name = path.split("/")
    at = -1
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        for part in folders:
            outer, at = at, os.open(part, _FOLDER, dir_fd=at)
            os.close(outer)
        yield at, name
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _changed(path) from error
    except OSError as error:
        raise UnavailableError(f"cannot write: {error.strerror}", where=printable(path)) from error
    finally:
        if at >= 0:
            os.close(at)


def _check(at: int, name: str, path: str, before: bytes) -> int:
    """Refuse a file that is not as it was; return its permissions."""
    mode = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
    if not stat.S_ISREG(mode):
        raise _changed(path)
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    with os.fdopen(descriptor, "rb") as file:
        if file.read(len(before) + 1) != before:
            raise _changed(path)
    return stat.S_IMODE(mode)


def _write(at: int, name: str, path: str, file: Replacement) -> None:
    beside = f".{name[:200]}.{secrets.token_hex(4)}.tmp"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=at)
    try:
        with os.fdopen(descriptor, "wb") as made:
            made.write(file.after)
            made.flush()
            os.fchmod(made.fileno(), _check(at, name, path, file.before))
            os.fsync(made.fileno())
        os.rename(beside, name, src_dir_fd=at, dst_dir_fd=at)
        os.fsync(at)
    except BaseException:  # Ctrl-C too: nothing is left beside
        os.unlink(beside, dir_fd=at)
        raise


def _changed(path: str) -> RejectedError:
    return RejectedError("it changed meanwhile", where=printable(path), hint="try again")
