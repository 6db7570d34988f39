"""The databases of RPM: SQLite (Fedora, Red Hat 9), Berkeley DB (Red Hat to 8) and ndb (SUSE).

All three hold the same headers. Keys that RPM keeps beside packages (`gpg-pubkey`) are no packages.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.distribution import Distribution
from assay.sbom.finds import Finds, place_of
from assay.sbom.licence import split_licences
from assay.sbom.lockfiles.reading import clean
from assay.sbom.ospackages.installed import Installed, add_installed
from assay.sbom.ospackages.rpmbdb import read_bdb_headers
from assay.sbom.ospackages.rpmheader import RpmHeader, parse_rpm_header
from assay.sbom.ospackages.rpmndb import read_ndb_headers
from assay.system.filetree import FileTree, TreeFile
from assay.system.foreigndatabase import query_copy

MAX_DATABASE_BYTES: Final = 2**30
NOUN: Final = "RPM package"
_PLACE: Final = re.compile(
    r"((?:.*/)?)(?:var/lib/rpm|usr/lib/sysimage/rpm|usr/share/rpm)"
    r"/(rpmdb\.sqlite|Packages\.db|Packages)\Z"
)
_KEYS: Final = "gpg-pubkey"
_FEATURE: Final = "rpmlib("  # what RPM itself has to be able to do


def is_rpm_database(file: TreeFile) -> bool:
    """Tell whether a file is a database of installed packages, in one of its three forms."""
    return file.path.endswith(("rpmdb.sqlite", "Packages", "Packages.db")) and bool(
        _PLACE.match(file.path)
    )


def find_rpm_packages(tree: FileTree, files: Sequence[TreeFile], finds: Finds) -> None:
    """Add the packages of each root folder; edges lead to packages of the same root."""
    for file in files:
        match = _PLACE.match(file.path)
        root = match[1].rstrip("/") if match else ""
        with finds.attempt("RPM database", file.path):
            found = list(_read(tree, file, root, finds))
            add_installed(found, finds, noun=NOUN)


def _read(tree: FileTree, file: TreeFile, root: str, finds: Finds) -> Iterator[Installed]:
    distribution = finds.distribution_at(root, file.path)
    data = tree.load(file.path, max_bytes=MAX_DATABASE_BYTES)
    for place, blob in _FORMS[file.path.rpartition("/")[2]](data):
        with finds.attempt(NOUN, f"{file.path}: {place}"):
            if isinstance(blob, MalformedError):
                raise blob
            header = parse_rpm_header(blob)
            finds.own(root, header.files)
            if header.text("name") != _KEYS:
                yield _installed(header, distribution, place_of(file))


def _sqlite_headers(data: bytes) -> Iterator[tuple[str, bytes | MalformedError]]:
    rows = query_copy(data, "SELECT blob FROM Packages ORDER BY hnum")
    for number, (blob,) in enumerate(rows, 1):
        found = blob if isinstance(blob, bytes) else MalformedError("no header")
        yield f"row {number}", found


_FORMS: Final[Mapping[str, Callable[[bytes], Iterator[tuple[str, bytes | MalformedError]]]]] = (
    MappingProxyType(
        {
            "rpmdb.sqlite": _sqlite_headers,
            "Packages": read_bdb_headers,
            "Packages.db": read_ndb_headers,
        }
    )
)


def _installed(header: RpmHeader, distribution: Distribution, place: str) -> Installed:
    """Return the package of a header.

    Raises:
        MalformedError: No name, version or release.
    """
    name = header.text("name")
    parts = (header.text("version"), header.text("release"))
    if not all(parts):
        raise MalformedError(f"{clean(name)!r} has no version or release")
    version = "-".join(parts)
    epoch = str(header.epoch) if header.epoch else ""
    qualifiers = {
        "arch": header.text("arch"),
        "epoch": epoch,
        "upstream": clean(header.text("source")),
        "modularity": clean(header.text("modularity")),
    }
    licences, raw_licences = split_licences([clean(header.text("licence"))])
    digest = header.text("header_sha256")
    component = Component(
        purl=distribution.package_purl("rpm", name, version, qualifiers),
        name=name,
        version=f"{epoch}:{version}" if epoch else version,
        found_in=(place,),
        hashes=(f"rpm-header-sha256:{clean(digest)}",) if digest else (),
        licences=licences,
        raw_licences=raw_licences,
        supplier=clean(header.text("vendor")),
        methods=("manifest-analysis",),
    )
    return Installed(
        component=component,
        provides=frozenset({name, *header.provides, *_programs(header)}),
        needs=tuple((item,) for item in header.requires if not item.startswith(_FEATURE)),
    )


def _programs(header: RpmHeader) -> Iterator[str]:
    """Yield the paths by which others may need the package: RPM's repositories list these too."""
    for path in header.files:
        if "bin/" in path or path.startswith("etc/"):
            yield f"/{path}"
