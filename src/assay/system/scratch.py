"""Private folders for work that is thrown away, and views on files that show only some of them.

This is the one user of `tempfile`. A folder is its owner's alone (mode 0700), and it is removed
with all that is in it however its block is left: by its end, by an error, or by Ctrl-C.
"""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from assay.core.errors import UnavailableError
from assay.core.printable import printable

# The view is then on another device, or the file has all the links that it can have, or the
# system forbids links to files of others; a copy serves as well.
_NO_LINK: Final = (errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EACCES, errno.ENOTSUP)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make an empty folder for the length of the block, and remove it with all it holds.

    Raises:
        UnavailableError: It cannot be made: the disk is full, or nothing there is writable.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="assay-")).resolve()
    except OSError as error:
        raise UnavailableError(
            f"cannot make a temporary folder: {error.strerror}",
            hint="free some space, or set TMPDIR to a folder with space",
        ) from error
    try:
        yield folder
    finally:
        try:
            _remove(folder)
        except KeyboardInterrupt:  # a second Ctrl-C while the first one is being cleaned up
            _remove(folder)
            raise


def scratch_file(folder: Path) -> BinaryIO:
    """Return a file on the disk of `folder` that has no name: it ends with whoever holds it.

    Raises:
        UnavailableError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise UnavailableError(
            f"cannot make a temporary file: {error.strerror}", where=printable(str(folder))
        ) from error


def write_lines(file: BinaryIO, lines: Iterable[bytes], *, where: Path) -> None:
    """Write `lines` into a scratch file, which is then read from its beginning.

    Raises:
        UnavailableError: The disk is full.
    """
    try:
        file.writelines(b"%b\n" % line for line in lines)
        file.seek(0)
    except OSError as error:
        raise UnavailableError(
            f"cannot write a temporary file: {error.strerror}", where=printable(str(where))
        ) from error


def link_files(root: Path, paths: Iterable[str], into: Path) -> tuple[str, ...]:
    """Show the files `paths` below `root` under the same names below `into`.

    Returns the paths that are not there, or are no regular files: links and devices are not
    followed. Hard links where possible, else copies.

    Raises:
        UnavailableError: The disk is full, or the like.
    """
    absent: list[str] = []
    made = {into}
    for path in paths:
        source, target = root / path, into / path
        if not _is_regular(source):
            absent.append(path)
            continue
        try:
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            _link(source, target)
        except OSError as error:
            raise UnavailableError(f"cannot lay out {path!r}: {error.strerror}") from error
    return tuple(absent)


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return False


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copyfile(source, target, follow_symlinks=False)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    for inner, _, _ in os.walk(folder):  # a program left folders that may not be written
        Path(inner).chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def copy_folder(source: Path, into: Path) -> None:
    """Copy a folder with all below it to `into`, which is not there yet; links stay links.

    Raises:
        UnavailableError: Something in it cannot be read or is no file, or there is no room.
    """
    try:
        shutil.copytree(source, into, symlinks=True)
    except OSError as error:  # shutil's own errors too, which have no `strerror`
        why = error.strerror or printable(str(error), limit=300)
        raise UnavailableError(f"cannot copy the folder: {why}") from error
