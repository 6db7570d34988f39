"""Files: bounded reads, writes that are whole or absent, and files that only their owner reads."""

import errno
import os
import secrets
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable

_NAME_FAULTS: Final = frozenset(
    {errno.EEXIST, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR}
)
_PLACE_FAULTS: Final = frozenset({errno.ELOOP, errno.ENOENT, errno.ENOTDIR, errno.ENXIO})


def load_file(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a regular file.

    Raises:
        UsageError: There is no such file, or it is none.
        UnavailableError: It cannot be read, or it is larger than `max_bytes`.
    """
    return _load(path, max_bytes)[0]


def _load(path: Path, max_bytes: int) -> tuple[bytes, int]:
    """Return the content of a regular file, and its mode; both are of the same file."""
    where = printable(str(path))
    try:
        data, mode = _load_descriptor(_open_to_read(path), max_bytes)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError("no such file", where=where) from error
    except OSError as error:
        raise UnavailableError(f"cannot read: {error.strerror}", where=where) from error
    if not stat.S_ISREG(mode):
        raise UsageError("not a regular file", where=where)
    if len(data) > max_bytes:
        raise UnavailableError(f"larger than {max_bytes} bytes", where=where)
    return data, mode


def _open_to_read(name: str | Path, *, folder: int | None = None) -> int:
    """Open for reading; below a `folder`, no link is followed."""
    no_link = 0 if folder is None else os.O_NOFOLLOW
    # Without O_NONBLOCK, opening a fifo waits for a writer.
    return os.open(name, os.O_RDONLY | os.O_NONBLOCK | no_link, dir_fd=folder)


def _load_descriptor(descriptor: int, max_bytes: int) -> tuple[bytes, int]:
    """Return one byte more than `max_bytes` at most, none of what is no file; and the mode."""
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return b"", status.st_mode
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            # Memory is taken for all that is asked for, so no more than there is said to be.
            data = file.read(min(status.st_size, max_bytes) + 1)
            if len(data) > status.st_size:  # it grows, or does not say (/proc)
                data += file.read(max_bytes + 1 - len(data))
            return data, status.st_mode
    finally:
        os.close(descriptor)


def save_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` so that `path` holds all of it or what it held before, also after a crash.

    Raises:
        UsageError: `path` is a folder.
        UnavailableError: It cannot be written (disk full, no permission).
    """
    try:
        if path.is_dir():
            raise UsageError("a folder, where a file is to be written", where=printable(str(path)))
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
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
        sync_folder(path.parent)
    except OSError as error:
        raise UnavailableError(
            f"cannot write: {error.strerror}", where=printable(str(path))
        ) from error


def save_beneath(folder: Path, path: Path, data: bytes) -> None:
    """Write the file `path` below `folder` for its owner alone, whole or not at all, durably.

    The folders on the way, `folder` included, are made (mode 0700) and are durable as well.

    Raises:
        UnavailableError: It cannot be written (disk full, no permission).
    """
    target = folder / path
    try:
        _make_folders(target.parent)
    except OSError as error:
        raise UnavailableError(
            f"cannot write: {error.strerror}", where=printable(str(target))
        ) from error
    save_file(target, data, mode=0o600)


def _make_folders(folder: Path) -> None:
    """Make `folder` and its parents, each synced into its parent: a crash leaves none out."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def create_beneath(folder: Path, path: str, data: bytes) -> None:
    """Create the file `path` (with slashes) below `folder`, for its owner alone.

    Nothing is overwritten and no link is followed; the folders in between are made. `path` must be
    checked by the caller: it is not searched for `..` here.

    Raises:
        UsageError: A file cannot have this name: it is there already, too long, or not text.
        UnavailableError: It cannot be written (disk full, no permission).
    """
    target = folder / path
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(target, flags, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        if error.errno in _NAME_FAULTS:
            raise UsageError(f"no file can have this name: {error.strerror}") from error
        raise UnavailableError(
            f"cannot write {path!r}: {error.strerror}", where=printable(str(folder))
        ) from error


def load_beneath(folder: Path, path: str, *, max_bytes: int) -> bytes:
    """Return what stands at `path` (with slashes) below `folder`, without following any link.

    A symbolic link is not followed: its content is its target, as Git stores it.

    Raises:
        UsageError: There is nothing, or what is there is no file; or a folder on the way is a link.
        UnavailableError: It cannot be read, or it is larger than `max_bytes`.
    """
    *folders, name = path.split("/")
    with ExitStack() as opened:
        try:
            at = _open_folder(opened, folder, None)
            for part in folders:
                at = _open_folder(opened, part, at)
            data = _load_entry(name, at, max_bytes)
        except OSError as error:
            if error.errno in _PLACE_FAULTS:
                raise UsageError("no file that could be read without following a link") from error
            raise UnavailableError(f"cannot read: {error.strerror}") from error
    if len(data) > max_bytes:
        raise UnavailableError(f"larger than {max_bytes} bytes")
    return data


def _open_folder(opened: ExitStack, name: str | Path, at: int | None) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | (os.O_NOFOLLOW if at is not None else 0)
    descriptor = os.open(name, flags, dir_fd=at)
    opened.callback(os.close, descriptor)
    return descriptor


def _load_entry(name: str, at: int, max_bytes: int) -> bytes:
    mode = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return os.fsencode(os.readlink(name, dir_fd=at))
    data = b""
    if stat.S_ISREG(mode):
        data, mode = _load_descriptor(_open_to_read(name, folder=at), max_bytes)
    if not stat.S_ISREG(mode):
        raise UsageError(f"{_noun_of(mode)}, not a file")
    return data


def _noun_of(mode: int) -> str:
    nouns = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a fifo", stat.S_IFSOCK: "a socket"}
    return nouns.get(stat.S_IFMT(mode), "a device")


def create_private_file(path: Path, data: bytes) -> None:
    """Create `path` for its owner alone (mode 0600, folder 0700).

    Raises:
        UsageError: It exists already; nothing is overwritten.
        UnavailableError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:  # half a key, on a full disk or after Ctrl-C, would stand in the way
            path.unlink()
            raise
        sync_folder(path.parent)
    except FileExistsError as error:
        raise UsageError("the file exists already", where=printable(str(path))) from error
    except OSError as error:
        raise UnavailableError(
            f"cannot write: {error.strerror}", where=printable(str(path))
        ) from error


def load_private_file(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a file that nobody but its owner can read.

    Raises:
        UsageError: No such file, or others may read it.
        UnavailableError: It cannot be read.
    """
    data, mode = _load(path, max_bytes)
    if stat.S_IMODE(mode) & 0o077:
        where = printable(str(path))
        raise UsageError(
            "a private file that others may read", where=where, hint=f"chmod 600 {where}"
        )
    return data


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
