"""Asks a program for its version, confined like a scan: it may be anything that is in `PATH`."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from assay.core.errors import UnavailableError
from assay.core.printable import printable
from assay.system.sandbox import Limits, Sandbox, find_sandbox, run_confined
from assay.system.scratch import scratch_folder

_LIMITS = Limits(seconds=60, output_bytes=2**20)


def ask_version(
    program: Path,
    *options: str | Path,
    name: str,
    sandbox: Sandbox | None = None,
    shown: tuple[Path, ...] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return what `program` says after `options`, or after `--version`, without its `name`.

    `shown` and `environment` are what it needs besides itself to start at all.

    Raises:
        UnavailableError: It cannot be started, fails, or says nothing.
    """
    with scratch_folder() as nothing:
        told = run_confined(
            (program, *(options or ("--version",))),
            sandbox=sandbox or find_sandbox(),
            view=nothing,
            limits=_LIMITS,
            environment=environment,
            shown=shown,
        )
    lines = told.output.decode("utf-8", "replace").strip().splitlines()
    if told.status or not lines:
        raise UnavailableError(f"it does not tell its version: {printable(told.complaint())}")
    return printable(lines[-1].removeprefix(name).strip())
