"""`assay sbom generate`: the inventory of a folder, an archive, a program or an image."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.sbom.component import Inventory
from assay.sbom.cyclonedx import render_cyclonedx
from assay.sbom.survey import survey_tree
from assay.system.clock import now
from assay.system.environment import get_variable
from assay.system.files import load_file
from assay.system.filetree import FileTree, MemoryTree, list_folder

MAX_FILE_BYTES: Final = 2**30  # of one file that is looked into by itself
_EPOCH: Final = "SOURCE_DATE_EPOCH"  # reproducible-builds.org: the time that a document shall name


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """An inventory, and of what and when it is."""

    inventory: Inventory
    name: str
    version: str
    at: datetime

    def as_cyclonedx(self) -> dict[str, object]:
        """Return the CycloneDX document."""
        return render_cyclonedx(
            self.inventory, subject_name=self.name, subject_version=self.version, at=self.at
        )


def generate_sbom(source: str) -> Generated:
    """Look into `source`: the path of a folder or a file.

    Raises:
        UsageError: There is no such thing.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read.
    """
    path = Path(source)
    return Generated(
        inventory=survey_tree(_open(path), with_locks=True),
        name=printable(path.resolve().name or "root"),
        version="",
        at=_time(),
    )


def _open(path: Path) -> FileTree:
    if path.is_dir():
        return list_folder(path)
    return MemoryTree(contents={path.name: load_file(path, max_bytes=MAX_FILE_BYTES)})


def _time() -> datetime:
    """Return the time that the document names: that of the environment, or now.

    Raises:
        UsageError: The variable holds no time.
    """
    said = get_variable(_EPOCH)
    if not said:
        return now()
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError) as error:
        hint = "seconds since 1970, or unset it"
        raise UsageError("no time", where=f"${_EPOCH}", hint=hint) from error
