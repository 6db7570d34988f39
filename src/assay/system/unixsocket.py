"""One question to a server at a Unix socket, where messages carry their length in front."""

import socket
import struct
import time
from pathlib import Path
from typing import Final

from assay.core.errors import RejectedError, UnavailableError
from assay.core.printable import printable

_LENGTH: Final = struct.Struct(">I")


def ask_socket(path: Path, question: bytes, *, max_bytes: int, seconds: float) -> bytes:
    """Send `question` with its length in four bytes, and return the answer without its length.

    Raises:
        RejectedError: An answer of more than `max_bytes`.
        UnavailableError: Nobody listens there, or there is no whole answer in time.
    """
    where = printable(str(path))
    deadline = time.monotonic() + seconds
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(seconds)
            connection.connect(str(path))
            connection.sendall(_LENGTH.pack(len(question)) + question)
            (size,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, deadline))
            if size > max_bytes:
                raise RejectedError(f"an answer of over {max_bytes} bytes", where=where)
            return _receive(connection, size, deadline)
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise UnavailableError(f"no answer: {reason}", where=where) from error


def _receive(connection: socket.socket, size: int, deadline: float) -> bytes:
    found = b""
    while len(found) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("out of time")
        connection.settimeout(left)
        chunk = connection.recv(size - len(found))
        if not chunk:
            raise ConnectionError("it hung up")
        found += chunk
    return found
