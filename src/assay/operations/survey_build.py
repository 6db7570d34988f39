"""What a build leaves behind: it runs confined, on a copy, and that is looked into afterwards.

Without a network: what it needs lies in the folder. Nothing runs where nothing confines it, for a
build is whatever somebody wrote into a repository.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable
from assay.sbom.component import Inventory
from assay.sbom.survey import survey_tree
from assay.system.filetree import list_folder
from assay.system.sandbox import Limits, Sandbox, run_confined
from assay.system.scratch import copy_folder, scratch_folder

SECONDS: Final = 1800.0
_SHELL: Final = Path("/bin/sh")
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A command of the shell, and what confines it."""

    command: str
    sandbox: Sandbox


def survey_build(folder: Path, build: Build) -> Inventory:
    """Return what is installed in a copy of `folder` once the build ran in it.

    Lock files do not count: they say what should be there.

    Raises:
        UsageError: There is no such folder.
        UnavailableError: Nothing confines the build here, or it failed or took too long.
    """
    if not folder.is_dir():
        raise UsageError("a build needs a folder", where=printable(str(folder)))
    if build.sandbox.program is None:
        raise UnavailableError(
            f"the build is not run: nothing would confine it ({build.sandbox.description})",
            hint="install bubblewrap",
        )
    with scratch_folder() as scratch:
        copy = scratch / "build"
        copy_folder(folder, copy)
        done = run_confined(
            (_SHELL, "-e", "-c", build.command),
            sandbox=build.sandbox,
            view=copy,
            limits=Limits(seconds=SECONDS),
            environment={"PATH": _PATH},
            writes=True,
        )
        if done.status:
            raise UnavailableError(f"the build failed: {done.complaint()}")
        return survey_tree(list_folder(copy), with_locks=False)
