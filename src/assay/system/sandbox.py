"""Programs on files of others: confined by bubblewrap where that works, within limits in any case.

* Confined means: no network, no other processes, the system's programs and the program's own
  installation to read, its view of files to read, a private `/tmp` to write, nothing else.
* Whether bubblewrap works is tried, not assumed: user namespaces may be switched off. What is used
  is told by `Sandbox.description`, and goes into the report; it is never silent.
* Everywhere there is a limit on time, output, memory, processor time, the size of a file and the
  number of processes; the home folder and the folder for temporary files are private and empty, and
  the environment is made here. The limits are set by a few lines of Python that become the program,
  so that nothing of it runs before them, and no code runs between fork and exec in a process with
  threads.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError
from assay.core.printable import printable
from assay.system.parallel import count_cores
from assay.system.process import MAX_OUTPUT_BYTES, Completed, find_program, run_process
from assay.system.sandboxview import installation_of, system_arguments
from assay.system.scratch import scratch_folder

_PROBE_SECONDS: Final = 30.0
_NAMESPACES: Final = ("--unshare-all", "--die-with-parent", "--cap-drop", "ALL")
_LIMITER: Final = """\
import os, resource, sys
for pair in sys.argv[1].split(","):
    name, _, wanted = pair.partition("=")
    which = getattr(resource, "RLIMIT_" + name, None)
    if which is None:
        continue
    hard = resource.getrlimit(which)[1]
    limit = int(wanted) if hard == resource.RLIM_INFINITY else min(int(wanted), hard)
    resource.setrlimit(which, (limit, limit))
try:
    os.execv(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"cannot start {os.path.basename(sys.argv[2])}: {error.strerror}")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a program may use up. What it writes to one file, and holds in memory, is in bytes."""

    seconds: float
    output_bytes: int = MAX_OUTPUT_BYTES
    memory_bytes: int = 16 * 2**30  # of addresses: some runtimes reserve many that they never use
    file_bytes: int = 2**30
    processes: int = 8_192  # of this user, threads included: above any desktop, below a fork bomb

    def render(self) -> str:
        """Return the resource limits as `NAME=value`, with commas between them."""
        processor = math.ceil(self.seconds) * count_cores() + 1  # of each process, in seconds
        limits = {
            "AS": self.memory_bytes,
            "CPU": processor,
            "FSIZE": self.file_bytes,
            "NPROC": self.processes,
            "CORE": 0,
        }
        return ",".join(f"{name}={value}" for name, value in limits.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What confines a program here: `program` is bwrap where it works, else None."""

    program: Path | None
    description: str


@lru_cache(maxsize=1)
def find_sandbox() -> Sandbox:
    """Return what this machine confines programs with; it is tried once."""
    return probe_sandbox(find_program("bwrap"))


def probe_sandbox(program: Path | None) -> Sandbox:
    """Try whether `program` (bwrap) can confine anything here."""
    if program is None:
        return _unconfined("bwrap is not installed")
    shown = (argument for part in installation_of(program) for argument in _read_only(part))
    inner = (*_NAMESPACES, *_mounts(), *shown, "--chdir", "/", str(program), "--version")
    try:
        told = run_process((program, *inner), cwd=Path("/"), seconds=_PROBE_SECONDS)
    except UnavailableError as error:
        return _unconfined(error.what)
    version = told.output.decode(errors="replace").strip()
    if told.status or not version.startswith("bubblewrap "):
        return _unconfined(f"bwrap does not work here: {told.complaint()}")
    return Sandbox(program=program, description=printable(version))


def run_confined(  # noqa: PLR0913  # each is a part of what confines it
    command: tuple[str | Path, ...],
    *,
    sandbox: Sandbox,
    view: Path,
    limits: Limits,
    environment: Mapping[str, str],
    shown: tuple[Path, ...] = (),
    writes: bool = False,
) -> Completed:
    """Run `command` in the folder `view`, which it may only read, as `shown` besides.

    With `writes` it may write into `view`, which then is a copy that nobody else needs.

    Raises:
        UnavailableError: It cannot be started, or overran its time or its output.
    """
    program = Path(command[0])
    if not program.is_file():
        raise UnavailableError(f"cannot start {program.name}: No such file or directory")
    wrapper = (
        ()
        if sandbox.program is None
        else _confining(sandbox.program, program, (*shown, *(() if writes else (view,))), view)
    )
    with scratch_folder() as home:
        return run_process(
            (sys.executable, "-I", "-S", "-c", _LIMITER, limits.render(), *wrapper, *command),
            cwd=view,
            seconds=limits.seconds,
            environment={
                **_environment("/tmp" if wrapper else str(home)),  # noqa: S108  # its own
                **environment,
            },
            max_output_bytes=limits.output_bytes,
            called=program.name,
        )


def _unconfined(why: str) -> Sandbox:
    return Sandbox(program=None, description=f"limits only: {printable(why)}")


def _confining(
    bwrap: Path, program: Path, shown: tuple[Path, ...], view: Path
) -> tuple[str | Path, ...]:
    """Return how `program` is started in `view`, which can be written where it is not `shown`."""
    seen = dict.fromkeys((*installation_of(program), *shown))  # the view last, over the rest
    parts = [argument for part in seen for argument in _read_only(part)]
    parts += [] if view in seen else ["--bind", str(view), str(view)]
    return (bwrap, *_NAMESPACES, *_mounts(), *parts, "--chdir", str(view), "--")


def _mounts() -> Iterator[str]:
    yield from system_arguments()
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108  # its own


def _read_only(path: Path) -> tuple[str, str, str]:
    return ("--ro-bind", str(path), str(path))


def _environment(home: str) -> dict[str, str]:
    """Return what does not depend on who runs it: no home, no locale, no time zone of theirs."""
    return {
        "HOME": home,
        "TMPDIR": home,
        "XDG_CONFIG_HOME": f"{home}/.config",
        "XDG_CACHE_HOME": f"{home}/.cache",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
