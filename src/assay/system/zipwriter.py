"""Zip archives that we write: whole or not at all, the same bytes every time, for the owner alone.

Members are stored, not compressed: what reads them bounds the rate of compression, and what is
backed up may be of any kind.
"""

import os
import secrets
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable
from assay.system.archives import Member
from assay.system.files import sync_folder

_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
_FILE_MODE: Final = 0o100600 << 16  # what the archive says of its members


def create_zip(path: Path, members: Iterable[Member]) -> None:
    """Write the archive `path` with `members`, taken one at a time; durable when this returns.

    Raises:
        UsageError: There is something at `path` already.
        UnavailableError: It cannot be written: the disk is full, or the like.
    """
    where = printable(str(path))
    try:
        if path.exists():
            raise UsageError("the file exists already", where=where)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _write(file.fileno(), members)
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)  # not a rename: what somebody put there meanwhile stays
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(path.parent)
    except FileExistsError as error:
        raise UsageError("the file exists already", where=where) from error
    except OSError as error:
        raise UnavailableError(f"cannot write: {error.strerror}", where=where) from error


def _write(descriptor: int, members: Iterable[Member]) -> None:
    with (
        os.fdopen(os.dup(descriptor), "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
    ):
        for member in members:
            info = zipfile.ZipInfo(member.name, _NO_DATE)
            info.external_attr = _FILE_MODE
            archive.writestr(info, member.data)
