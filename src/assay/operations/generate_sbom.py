"""`assay sbom generate`: the inventory of a folder, an archive, a program or an image."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.sbom.component import Inventory
from assay.sbom.cyclonedx import render_cyclonedx
from assay.sbom.images.image import Image, build_tree
from assay.sbom.images.layout import open_layout
from assay.sbom.images.savedarchive import open_saved_archive
from assay.sbom.survey import survey_tree
from assay.system.clock import now
from assay.system.environment import get_variable
from assay.system.files import load_file
from assay.system.filetree import FileTree, MemoryTree, list_folder
from assay.system.scratch import scratch_folder
from assay.system.ziptree import Allowance, open_zip

MAX_FILE_BYTES: Final = 2**30  # of one file that is looked into by itself
MAX_WHEEL_BYTES: Final = 8 * 2**30  # of a wheel, unpacked
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


def generate_sbom(source: str, *, platform: str = "") -> Generated:
    """Look into `source`: the path of a folder or a file, or an image.

    An image is `oci:FOLDER`, `docker-archive:FILE`, each with `@` and a tag or digest behind it
    where there are several. `platform` chooses one of an image for several (`linux/arm64`).

    Raises:
        UsageError: There is no such thing, or there are several.
        RejectedError: It is another than its digest says.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read.
    """
    kind, colon, rest = source.partition(":")
    at = _time()
    if colon and kind in _IMAGES:
        image = _IMAGES[kind](rest, platform)
        with scratch_folder() as scratch:
            inventory = survey_tree(build_tree(image, scratch), with_locks=False)
        return Generated(inventory=inventory, name=image.name, version=image.digest, at=at)
    path = Path(source)
    return Generated(
        inventory=survey_tree(_open(path), with_locks=True),
        name=printable(path.resolve().name or "root"),
        version="",
        at=at,
    )


def _layout(place: str, platform: str) -> Image:
    path, reference = _split(place)
    return open_layout(path, reference=reference, platform=platform)


def _saved(place: str, platform: str) -> Image:
    if platform:
        raise UsageError("an archive of `docker save` holds one platform; leave out --platform")
    path, reference = _split(place)
    return open_saved_archive(path, reference=reference)


_IMAGES: Final[Mapping[str, Callable[[str, str], Image]]] = MappingProxyType(
    {"oci": _layout, "docker-archive": _saved}
)


def _split(place: str) -> tuple[Path, str]:
    """Return the path, and what stands behind the first `@`; a path that exists is one, whole."""
    path, _, reference = place.partition("@")
    return (Path(place), "") if Path(place).exists() else (Path(path), reference)


def _open(path: Path) -> FileTree:
    if path.is_dir():
        return list_folder(path)
    if path.suffix == ".whl":
        return open_zip(path, Allowance(left=MAX_WHEEL_BYTES))
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
