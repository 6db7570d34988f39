"""A scanner around a program of a few lines, which can be told to fail."""

import sys
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting
from assay.findings.place import Place
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Command, Reading, Sources
from assay.system.process import Completed
from assay.system.sandbox import Sandbox

QUIET: Final = "pass"
UNCONFINED: Final = Sandbox(program=None, description="limits only: as a test wants it")
ECHO: Final = "import os, sys; [print(n) for n in sorted(os.listdir('.'))]"


def program(
    script: str, *, version: str = "1.0", environment: dict[str, str] | None = None
) -> Callable[[], Command]:
    """Return what prepares a run of a Python script."""
    return lambda: Command(
        arguments=(sys.executable, "-I", "-c", script),
        version=version,
        inputs=MappingProxyType({"script": "sha256:0"}),
        environment=environment or {},
    )


def read_names(completed: Completed, sources: Sources) -> Reading:
    """Read one file name per line, and find a weakness in each."""
    names = completed.output.decode().split("\n")[:-1]
    if "broken" in names:
        raise MalformedError("no names", where="line 1")
    return Reading(
        {"files": len(sources.paths)},
        sightings=tuple(
            Sighting(
                kind=Kind.WEAKNESS,
                rule="fake/names",
                path=name,
                line=1,
                place=Place(sources.content(name).decode()),
                weaknesses=("CWE-1",),
                title="A name",
                severity=Severity.LOW,
                message="It has a name.",
                remedy="Take it away.",
            )
            for name in names
        ),
    )


def fake(
    prepare: Callable[[], Command | None],
    *,
    blamed: Callable[[Completed], str] = lambda _: "",
    seconds: float = 30.0,
    max_output_bytes: int = 10_000,
    sandbox: Sandbox = UNCONFINED,
) -> ProgramScanner:
    """Return a scanner of text files; what confines it does not depend on the machine."""
    return ProgramScanner(
        name="names",
        tool="fake",
        nouns=("files",),
        takes=lambda path: path.endswith(".txt"),
        prepare=prepare,
        statuses=frozenset({0}),
        read=read_names,
        blamed=blamed,
        seconds=seconds,
        max_output_bytes=max_output_bytes,
        sandbox=lambda: sandbox,
    )
