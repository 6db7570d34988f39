"""Where pages of an index come from: over HTTPS, or from a folder that holds a copy.

An index is asked for a project by its name, and for the metadata of a file on the hosts that
belong to it. A URL out of a page leads nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import quote, urljoin, urlsplit

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.printable import printable
from assay.system.files import load_beneath
from assay.system.http import FetchLimits
from assay.system.httpapi import ApiRequest, ask_api
from assay.vuln.remedy.indexes.npm import MAX_PACKUMENT_BYTES
from assay.vuln.remedy.indexes.pypi import MAX_METADATA_BYTES, MAX_PAGE_BYTES
from assay.vuln.remedy.model import NPM, PYPI, ReleaseFile
from assay.vuln.remedy.registries import index_of

PUBLIC: Final[Mapping[str, str]] = MappingProxyType(
    {PYPI: "https://pypi.org/simple", NPM: "https://registry.npmjs.org"}
)
_FILE_HOSTS: Final = frozenset({"files.pythonhosted.org"})  # where the public index has its files
_ACCEPT: Final = {
    PYPI: "application/vnd.pypi.simple.v1+json, text/html;q=0.1",
    NPM: "application/vnd.npm.install-v1+json",
}
_MOST: Final = {PYPI: MAX_PAGE_BYTES, NPM: MAX_PACKUMENT_BYTES}
_NAMES: Final = {
    PYPI: re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z"),
    NPM: re.compile(r"(?:@[A-Za-z0-9~_-][A-Za-z0-9~._-]*/)?[A-Za-z0-9~_-][A-Za-z0-9~._-]*\Z"),
}
_SECONDS: Final = 60.0
_OK: Final = 200
_NOT_FOUND: Final = 404


class IndexSource(Protocol):
    """One index, of one ecosystem."""

    @property
    def ecosystem(self) -> str:
        """Return OSV's word for the ecosystem."""

    @property
    def place(self) -> str:
        """Return the index that is asked, as `index_of` writes it; empty for a copy."""

    def page(self, name: str) -> bytes:
        """Return what the index says of the project `name`.

        Raises:
            AssayError: It says nothing, or cannot be asked.
        """

    def metadata(self, name: str, file: ReleaseFile) -> bytes:
        """Return the metadata of a file of the project `name`.

        Raises:
            AssayError: There are none, or they cannot be had.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpIndex:
    """An index at a URL."""

    ecosystem: str
    base: str

    @property
    def place(self) -> str:
        """Return the index that is asked."""
        return index_of(self.base)

    def page(self, name: str) -> bytes:
        """Return the page of a project."""
        return self._get(self._url(name), _MOST[self.ecosystem], _ACCEPT[self.ecosystem])

    def metadata(self, name: str, file: ReleaseFile) -> bytes:
        """Return the metadata beside a file, on the index's own hosts alone."""
        url = f"{urljoin(self._url(name), file.url).partition('#')[0]}.metadata"
        return self._get(url, MAX_METADATA_BYTES, "*/*")

    def _url(self, name: str) -> str:
        ending = "/" if self.ecosystem == PYPI else ""
        return f"{self.base}/{quote(_checked(self.ecosystem, name), safe='@')}{ending}"

    def _get(self, url: str, max_bytes: int, accept: str) -> bytes:
        own, host = urlsplit(self.base).hostname or "", urlsplit(url).hostname or ""
        request = ApiRequest(
            method="GET",
            url=url,
            host=host if self.base == PUBLIC[PYPI] and host in _FILE_HOSTS else own,
            headers={"Accept": accept},
            body=None,
            authorities=None,
        )
        answer = ask_api(request, limits=FetchLimits(max_bytes=max_bytes, seconds=_SECONDS))
        if answer.status != _OK:
            why = "it is not there" if answer.status == _NOT_FOUND else f"answer {answer.status}"
            raise UnavailableError(why, where=url)
        return answer.body


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderIndex:
    """A copy in a folder: `NAME.json` for each project, `FILE.metadata` for files of Python."""

    ecosystem: str
    folder: Path

    @property
    def place(self) -> str:
        """Return nothing: whoever made the copy knows where it is from."""
        return ""

    def page(self, name: str) -> bytes:
        """Return the page of a project."""
        path = f"{_checked(self.ecosystem, name)}.json"
        return load_beneath(self.folder, path, max_bytes=_MOST[self.ecosystem])

    def metadata(self, name: str, file: ReleaseFile) -> bytes:
        """Return the metadata of a file; names of files were checked when the page was read."""
        del name  # all files lie beside each other
        return load_beneath(self.folder, f"{file.name}.metadata", max_bytes=MAX_METADATA_BYTES)


def parse_index(text: str) -> IndexSource:
    """Return the index that `text` names: `pypi=` or `npm=`, and a URL or a folder.

    Raises:
        UsageError: Another form, or no such folder.
    """
    word, equals, place = text.partition("=")
    ecosystem = {"pypi": PYPI, "npm": NPM}.get(word)
    if ecosystem is None or not equals or not place:
        raise UsageError(f"{printable(text)!r} names no index", hint="pypi=URL, npm=FOLDER, …")
    if "://" in place:
        return HttpIndex(ecosystem=ecosystem, base=place.rstrip("/"))
    if not _is_folder(Path(place)):
        raise UsageError("no such folder", where=printable(place))
    return FolderIndex(ecosystem=ecosystem, folder=Path(place))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # longer than any name, or with a zero byte
        return False


def _checked(ecosystem: str, name: str) -> str:
    """Refuse a name that is none: it becomes part of a URL or a path."""
    if len(name) > 214 or not _NAMES[ecosystem].match(name):  # npm's own bound
        raise MalformedError(f"{printable(name)!r} is no name that an index has")
    return name
