"""os-release(5): which distribution a root folder holds.

Of the two places for it the first one counts. In an image that is often a link to the second.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.distribution import Distribution
from assay.sbom.finds import Finds, place_of
from assay.sbom.lockfiles.reading import clean
from assay.sbom.lockfiles.textlines import text_lines
from assay.system.filetree import FileTree, TreeFile

MAX_RELEASE_BYTES: Final = 2**20
PLACES: Final = ("etc/os-release", "usr/lib/os-release")  # the first one counts
NOUN: Final = "distribution"
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._~-]{0,99}\Z")


def parse_os_release(data: bytes) -> Distribution:
    """Read os-release.

    Raises:
        MalformedError: Not text, or a line or value that a shell would read otherwise.
    """
    said: dict[str, str] = {}
    for number, line in enumerate(text_lines(data), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            key, equals, value = text.partition("=")
            said[key] = _unquoted(value) if equals else _refuse("no KEY=VALUE", number)
    id_, version = said.get("ID", "linux"), said.get("VERSION_ID", "")
    if not _ID.match(id_) or (version and not _VERSION.match(version)):
        raise MalformedError(f"{clean(f'{id_} {version}')!r} is no ID and VERSION_ID")
    return Distribution(
        id=id_,
        version=version,
        name=clean(said.get("PRETTY_NAME", "")),
        cpe=clean(said.get("CPE_NAME", "")),
        supplier=clean(said.get("VENDOR_NAME", "")),
    )


def _unquoted(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise MalformedError(f"{clean(value)!r} is not quoted as a shell would read it") from error
    return words[0] if words else ""


def _refuse(what: str, number: int) -> str:
    raise MalformedError(what, where=f"line {number}")


def is_os_release(file: TreeFile) -> bool:
    """Tell whether a file says which distribution the folder above it holds."""
    return _root(file.path) is not None


def find_distributions(tree: FileTree, files: Iterable[TreeFile], finds: Finds) -> None:
    """Add each distribution as a component: an operating system."""
    for root, file in _by_root(files).items():
        with finds.attempt(NOUN, file.path):
            release = parse_os_release(tree.load(file.path, max_bytes=MAX_RELEASE_BYTES))
            finds.distributions[root] = release
            finds.examined[f"{NOUN}s"] += 1
            finds.components.append(
                Component(
                    purl="",
                    name=release.id,
                    version=release.version,
                    found_in=(place_of(file),),
                    supplier=release.supplier,
                    cpes=(release.cpe,) if release.cpe else (),
                    kind="operating-system",
                    methods=("manifest-analysis",),
                )
            )


def _by_root(files: Iterable[TreeFile]) -> Mapping[str, TreeFile]:
    """Return for each root the one of its two files that counts."""
    found: dict[str, TreeFile] = {}
    for file in sorted(files, key=lambda file: file.path):  # etc/ comes before usr/lib/
        found.setdefault(_root(file.path) or "", file)
    return found


def _root(path: str) -> str | None:
    """Return the folder that is the root of the system, or None where the name is another."""
    for place in PLACES:
        if path == place or path.endswith(f"/{place}"):
            return path[: -len(place)].rstrip("/")
    return None
