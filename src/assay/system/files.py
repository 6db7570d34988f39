"""Files: bounded reads, writes that are whole or absent, and files that only their owner reads."""

import os
import secrets
import stat
from pathlib import Path

from assay.core.errors import UnavailableError, UsageError


def load_file(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a regular file.

    Raises:
        UsageError: There is no such file, or it is none.
        UnavailableError: It cannot be read, or it is larger than `max_bytes`.
    """
    try:
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError("not a regular file", where=str(path))
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise UsageError("no such file", where=str(path)) from error
    except OSError as error:
        raise UnavailableError(f"cannot read: {error.strerror}", where=str(path)) from error
    if len(data) > max_bytes:
        raise UnavailableError(f"larger than {max_bytes} bytes", where=str(path))
    return data


def save_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` so that `path` holds all of it or what it held before, also after a crash.

    Raises:
        UnavailableError: It cannot be written (disk full, no permission).
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise UnavailableError(f"cannot write: {error.strerror}", where=str(path)) from error


def create_private_file(path: Path, data: bytes) -> None:
    """Create `path` for its owner alone (mode 0600, folder 0700).

    Raises:
        UsageError: It exists already; nothing is overwritten.
        UnavailableError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except FileExistsError as error:
        raise UsageError("the file exists already", where=str(path)) from error
    except OSError as error:
        raise UnavailableError(f"cannot write: {error.strerror}", where=str(path)) from error


def load_private_file(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a file that nobody but its owner can read.

    Raises:
        UsageError: No such file, or others may read it.
        UnavailableError: It cannot be read.
    """
    data = load_file(path, max_bytes=max_bytes)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError(
            "a private file that others may read", where=str(path), hint=f"chmod 600 {path}"
        )
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
