"""`assay --version`: Assay and what it relies on."""

import platform
from importlib.metadata import PackageNotFoundError, version

from assay import __version__
from assay.system.process import find_program, run_process
from assay.system.scratch import scratch_folder

RELIED_ON = (
    "bandit",
    "cryptography",
    "google-re2",
    "hyperscan",
    "regopy",
    "zizmor",
)
_SECONDS = 10.0


def show_versions() -> tuple[tuple[str, str], ...]:
    """Return names and versions, Assay first; "missing" where something is not installed."""
    return (
        ("assay", __version__),
        ("python", platform.python_version()),
        ("git", _git()),
        *((name, _package(name)) for name in RELIED_ON),
    )


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _git() -> str:
    program = find_program("git")
    if program is None:
        return "missing"
    with scratch_folder() as folder:
        said = run_process((program, "--version"), cwd=folder, seconds=_SECONDS).output
    return said.decode(errors="replace").strip().removeprefix("git version ")
