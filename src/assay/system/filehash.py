"""Digests of files of any size, in constant memory."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable

_CHUNK: Final = 2**20


def digest_file(path: Path, algorithm: str) -> bytes:
    """Return the digest of a regular file, read once from start to end.

    Raises:
        UsageError: There is no such file, or it is none.
        UnavailableError: It cannot be read.
    """
    where = printable(str(path))
    try:
        # Without O_NONBLOCK, opening a fifo waits for a writer.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError("not a regular file", where=where)
            hashed = hashlib.new(algorithm)
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
            return hashed.digest()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError("no such file", where=where) from error
    except IsADirectoryError as error:
        raise UsageError("not a regular file", where=where) from error
    except OSError as error:
        raise UnavailableError(f"cannot read: {error.strerror}", where=where) from error
