"""Where advisories are imported from: a folder or a zip archive, in any of the usual layouts.

* One file, JSON or JSON in gzip.
* A folder of such files, at any depth: OSV's records, CVE records, pages of the NVD, ….
* A zip archive of them, such as `PyPI.zip` or OSV's `PyPI/all.zip`.
* A folder that holds such archives.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import MalformedError, UsageError, inside
from assay.system.archives import ZipLimits, read_zip
from assay.system.files import load_file
from assay.vuln.beside import DIGEST_SUFFIXES, MAX_DIGEST_FILE_BYTES, check_digest_file
from assay.vuln.foreign.forms import MAX_DOCUMENT_BYTES, unpacked

ZIP_LIMITS: Final = ZipLimits(
    members=2_000_000,  # the largest ecosystem has about a tenth
    member_bytes=MAX_DOCUMENT_BYTES,
    total_bytes=8 * 2**30,
)
_SUFFIXES: Final = (".json", ".json.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Records that belong together. `scope` is what the folder or the archive is named."""

    scope: str
    path: Path
    files: tuple[Path, ...] = ()  # none: `path` is an archive
    digests: frozenset[Path] = frozenset()  # files with the digests of others, `x.json.sha256`

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the bytes of each record.

        Raises:
            UnavailableError: A file cannot be read, or is too large.
            MalformedError: The archive breaks a rule of `read_zip`, or a digest file has none.
            TamperedError: A file is another one than the digest beside it is of.
        """
        if not self.files:
            for member in read_zip(self.path, limits=ZIP_LIMITS, suffix=".json"):
                yield member.name, member.data
        for file in self.files:
            name = file.name if file == self.path else str(file.relative_to(self.path))
            data = self._load(file)
            with inside(str(file)):
                yield name, unpacked(data)

    def _load(self, file: Path) -> bytes:
        """Return what is in a file, which must be what the digests beside it say."""
        data = load_file(file, max_bytes=MAX_DOCUMENT_BYTES)
        for suffix in DIGEST_SUFFIXES:
            beside = file.with_name(f"{file.name}{suffix}")
            if beside in self.digests:
                content = load_file(beside, max_bytes=MAX_DIGEST_FILE_BYTES)
                check_digest_file(content, data, name=str(file), suffix=suffix)
        return data


def find_sources(path: Path) -> tuple[Source, ...]:
    """Return what there is to import at `path`, in the order of its names.

    Raises:
        UsageError: There is nothing at `path`, or nothing that could hold advisories.
        MalformedError: There is a symbolic link: what it leads to was not handed over.
    """
    if path.is_file():
        is_document = path.name.endswith(_SUFFIXES)
        return (Source(scope="", path=path, files=(path,)) if is_document else _archive(path),)
    if not path.is_dir():
        raise UsageError("no such file or folder", where=str(path))
    files = tuple(sorted(_walk(path)))
    archives = tuple(_archive(file) for file in files if file.suffix == ".zip")
    records = tuple(file for file in files if file.name.endswith(_SUFFIXES))
    digests = frozenset(file for file in files if file.name.endswith(DIGEST_SUFFIXES))
    loose = (Source(scope=path.name, path=path, files=records, digests=digests),) if records else ()
    if not archives and not loose:
        raise UsageError("no .json file, no .json.gz and no .zip archive", where=str(path))
    return (*archives, *loose)


def _archive(path: Path) -> Source:
    """Return an archive, scoped by its folder where it has OSV's own name, `all.zip`."""
    return Source(scope=path.parent.name if path.stem == "all" else path.stem, path=path)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            if (Path(parent) / name).is_symlink():
                raise MalformedError("a symbolic link", where=str(Path(parent) / name))
        yield from (Path(parent) / name for name in names)
