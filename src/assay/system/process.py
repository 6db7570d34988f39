"""Other programs: never a shell, a clean environment, a time limit and an output limit.

* A program is found once, by `find_program`, beside this Python or in the caller's `PATH`; what is
  run is an absolute path, so that nothing in the folder under test can stand in for it.
* A child gets the variables of `CLEAN_ENVIRONMENT` and what the caller names, nothing else.
* A child that outlives its limit is killed with its whole process group.
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

MAX_OUTPUT_BYTES: Final = 256 * 2**20  # above any scanner report that we read; bounds memory
MAX_ERROR_BYTES: Final = 2**20
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
        """Return the last line of standard error, for a message."""
        lines = self.errors.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self.status}"


def find_program(name: str) -> Path | None:
    """Return the absolute path of a program, from beside this Python or from `PATH`, or None."""
    own = Path(sys.executable).parent / name
    found = str(own) if own.is_file() else shutil.which(name)
    return Path(found).absolute() if found else None


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a child may see of the environment, with `extra` on top."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | dict(extra or {})


def run_process(
    command: tuple[str | bytes | Path, ...],
    *,
    cwd: Path,
    seconds: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    max_output_bytes: int = MAX_OUTPUT_BYTES,
) -> Completed:
    """Run `command` to its end and return what it wrote, whatever its exit status.

    Raises:
        UnavailableError: It cannot be started, runs over `seconds`, or writes over
            `max_output_bytes`.
    """
    with _started(command, cwd=cwd, environment=environment) as child:
        output, errors = bytearray(), bytearray()
        readers = (
            _Drain(child, child.stdout, output, max_output_bytes),
            _Drain(child, child.stderr, errors, MAX_ERROR_BYTES, kill=False),
        )
        feeder = threading.Thread(target=_feed, args=(child.stdin, stdin), daemon=True)
        for thread in (*readers, feeder):
            thread.start()
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(
                f"{_name(command)} did not end within {seconds:g} s",
                hint="try again, or leave out what makes it slow",
            ) from error
        for reader in readers:
            reader.join()
        if readers[0].overran:
            raise UnavailableError(f"{_name(command)} wrote over {max_output_bytes} bytes")
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
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `command` with pipes on all three streams, and kill it when the block is left.

    Standard error must be read by the caller only after standard output has ended.

    Raises:
        UnavailableError: It cannot be started.
    """
    with _started(command, cwd=cwd, environment=environment) as child:
        yield child


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
    if child.poll() is None:
        with suppress(ProcessLookupError):  # it ended between the two calls
            os.killpg(child.pid, signal.SIGKILL)


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
        while chunk := self._pipe.read1(2**18):  # type: ignore[attr-defined]  # BufferedReader
            if len(self._into) + len(chunk) <= self._limit:
                self._into += chunk
                continue
            self.overran = True
            if self._kill:
                self._child.kill()
                return


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is None:
        return
    with suppress(BrokenPipeError):  # it did not want all of its input; its exit status tells
        pipe.write(data)
        pipe.close()


def _name(command: tuple[str | bytes | Path, ...]) -> str:
    return Path(os.fsdecode(command[0])).name
