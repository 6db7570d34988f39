"""Other programs: never a shell, a clean environment, a time limit and an output limit.

* A program is found once, by `find_program`, beside this Python or in the caller's `PATH`; what is
  run is an absolute path, and entries of `PATH` that are not absolute are left out, so that nothing
  in the folder under test can stand in for it.
* A child gets the few variables that `clean_environment` lets through and what the caller names,
  nothing else.
* A child that outlives its limit is killed with its whole process group, and so is what it leaves
  behind when it ends: a process that holds its output open would otherwise hold us up for ever.
* A group is only ever killed while its leader is not reaped yet, when its number cannot have become
  somebody else's.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from assay.core.errors import UnavailableError
from assay.core.printable import printable

MAX_OUTPUT_BYTES: Final = 256 * 2**20  # above any scanner report that we read; bounds memory
MAX_ERROR_BYTES: Final = 2**20
GRACE_SECONDS: Final = 2.0  # for the last bytes in a pipe after its writer ended
_CHUNK: Final = 2**18
_LIVE: Final[set["subprocess.Popen[bytes]"]] = set()  # started and not yet reaped
_KEPT: Final = ("HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TMPDIR", "TZ", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A program that ended by itself: its exit status and all that it wrote."""

    status: int
    output: bytes
    errors: bytes
    errors_cut: bool = False  # standard error was longer than what is kept of it

    def complaint(self) -> str:
        """Return the last line of standard error, printable, for a message."""
        lines = self.errors.decode(errors="replace").strip().splitlines()
        return printable(lines[-1]) if lines else f"exit status {self.status}"


def find_program(name: str) -> Path | None:
    """Return the absolute path of a program, from beside this Python or from `PATH`, or None."""
    own = Path(sys.executable).parent / name
    found = str(own) if own.is_file() else shutil.which(name, path=_absolute_path())
    return Path(found) if found else None


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a child may see of the environment, with `extra` on top."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PATH": _absolute_path()} | dict(extra or {})


def _absolute_path() -> str:
    """Return `PATH` without the entries that mean a folder below wherever we happen to be."""
    return os.pathsep.join(folder for folder in os.get_exec_path() if folder.startswith(os.sep))


def run_process(  # noqa: PLR0913  # each of them bounds or names the run
    command: tuple[str | bytes | Path, ...],
    *,
    cwd: Path,
    seconds: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    max_output_bytes: int = MAX_OUTPUT_BYTES,
    called: str = "",
) -> Completed:
    """Run `command` to its end and return what it wrote, whatever its exit status.

    `called` is its name in messages, where the first word of `command` only starts it.

    Raises:
        UnavailableError: It cannot be started, runs over `seconds`, writes over
            `max_output_bytes`, or leaves a process behind that cannot be ended.
    """
    name = called or _name(command)
    with _started(command, cwd=cwd, environment=environment) as child:
        output, errors = bytearray(), bytearray()
        readers = (
            _Drain(child, child.stdout, output, max_output_bytes),
            _Drain(child, child.stderr, errors, MAX_ERROR_BYTES, kill=False),
        )
        feeder = threading.Thread(target=_feed, args=(child.stdin, stdin), daemon=True)
        for thread in (*readers, feeder):
            thread.start()
        if not _has_ended(child, within=seconds):
            raise UnavailableError(
                f"{name} did not end within {seconds:g} s",
                hint="try again, or leave out what makes it slow",
            )
        _kill(child)  # what it left behind in its group
        for thread in (*readers, feeder):  # a pipe is closed only when nobody uses its number
            thread.join(GRACE_SECONDS)
        if readers[0].overran:
            raise UnavailableError(f"{name} wrote over {max_output_bytes} bytes")
        if any(thread.is_alive() for thread in (*readers, feeder)):
            raise UnavailableError(f"{name} left a process that holds its pipes open")
        child.wait()
        return Completed(
            status=child.returncode,
            output=bytes(output),
            errors=bytes(errors),
            errors_cut=readers[1].overran,
        )


@contextmanager
def stream_process(
    command: tuple[str | bytes | Path, ...],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    errors: bytearray | None = None,
    seconds: float | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `command` with pipes on all three streams, and kill it when the block is left.

    Standard error is gathered in `errors` (at most `MAX_ERROR_BYTES` of it); where that is not
    given, the caller has to read it, or the child may wait for a reader. After `seconds` the child
    is killed, its output ends, and leaving the block raises.

    Raises:
        UnavailableError: It cannot be started, or was killed after `seconds`.
    """
    with _started(command, cwd=cwd, environment=environment) as child:
        drain = _Drain(
            child,
            child.stderr,
            bytearray() if errors is None else errors,
            MAX_ERROR_BYTES,
            kill=False,
        )
        if errors is not None:
            drain.start()
        late = threading.Event()
        timer = threading.Timer(seconds or 0, _kill_late, args=(child, late))
        timer.daemon = True
        if seconds is not None:
            timer.start()
        try:
            yield child
        finally:
            timer.cancel()
            if errors is not None:
                _kill(child)
                drain.join(GRACE_SECONDS)  # `errors` is then complete
            if late.is_set():
                raise UnavailableError(f"{_name(command)} did not end within {seconds:g} s")


@contextmanager
def _started(
    command: tuple[str | bytes | Path, ...], *, cwd: Path, environment: Mapping[str, str] | None
) -> Iterator["subprocess.Popen[bytes]"]:
    try:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=clean_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that its own children end with it
            bufsize=2**18,
        )
    except OSError as error:
        raise UnavailableError(f"cannot start {_name(command)}: {error.strerror}") from error
    _LIVE.add(child)
    try:
        yield child
    finally:
        _end(child)


def end_processes() -> None:
    """Kill every child that still runs, also those that other threads wait for.

    Ctrl-C reaches the main thread only: whoever runs children from threads calls this then, so
    that the threads come to their end.
    """
    for child in tuple(_LIVE):
        _kill(child)


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child's process group, unless the child was reaped: then its number is free."""
    if child.returncode is None:
        with suppress(ProcessLookupError, PermissionError):  # all of it has ended
            os.killpg(child.pid, signal.SIGKILL)


def _kill_late(child: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    _kill(child)


def _has_ended(child: "subprocess.Popen[bytes]", *, within: float) -> bool:
    """Wait for the end of the child without reaping it, so that its group can still be named."""
    waiter = threading.Thread(target=_await_end, args=(child.pid,), daemon=True)
    waiter.start()
    waiter.join(within)
    return not waiter.is_alive()


def _await_end(pid: int) -> None:
    with suppress(ChildProcessError):  # reaped by the thread that gave up waiting
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the child's process group, and reap the child."""
    _LIVE.discard(child)
    _kill(child)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):  # what was still buffered has no reader any more
                pipe.close()
    child.wait()


class _Drain(threading.Thread):
    """Reads one pipe to its end; over the limit it kills the child, or drops the rest."""

    def __init__(
        self,
        child: "subprocess.Popen[bytes]",
        pipe: IO[bytes] | None,
        into: bytearray,
        limit: int,
        *,
        kill: bool = True,
    ) -> None:
        super().__init__(daemon=True)
        self.overran = False
        self._child, self._pipe, self._into, self._limit, self._kill = (
            child,
            pipe,
            into,
            limit,
            kill,
        )

    def run(self) -> None:
        """Read until the pipe ends."""
        if self._pipe is None:
            return
        with suppress(OSError, ValueError):  # closed, since a stray process held it open
            while chunk := os.read(self._pipe.fileno(), _CHUNK):
                if not self._keep(chunk):
                    return

    def _keep(self, chunk: bytes) -> bool:
        """Take a chunk; tell whether to read on."""
        if len(self._into) + len(chunk) <= self._limit:
            self._into += chunk
            return True
        self.overran = True
        if self._kill:
            _kill(self._child)
        return not self._kill


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is None:
        return
    rest = memoryview(data)
    with suppress(OSError, ValueError):  # it did not want all of its input; its exit status tells
        while rest:
            rest = rest[os.write(pipe.fileno(), rest[:_CHUNK]) :]
    with suppress(BrokenPipeError):
        pipe.close()


def _name(command: tuple[str | bytes | Path, ...]) -> str:
    return Path(os.fsdecode(command[0])).name
