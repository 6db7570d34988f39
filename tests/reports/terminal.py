"""Running a piece of Python whose output is a terminal of a chosen width."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

_CLEAN = ("PATH", "HOME", "LANG")


def run_on_terminal(code: str, *, columns: int, **environment: str) -> str:
    """Return what `code` writes to a terminal of `columns` columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=theirs, stdout=theirs, env=_environment(environment)
    ) as process:
        os.close(theirs)
        output = _read_all(ours)
    assert process.returncode == 0
    return output.replace("\r\n", "\n")


def run_in_pipe(code: str, **environment: str) -> bytes:
    """Return what `code` writes to a pipe."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=_environment(environment), stdout=subprocess.PIPE, check=True
    )
    return done.stdout


def _environment(chosen: dict[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _CLEAN if name in os.environ}
    return kept | {"TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path)} | chosen


def _read_all(descriptor: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other side was closed
            part = b""
        if not part:
            os.close(descriptor)
            return b"".join(parts).decode()
        parts.append(part)
