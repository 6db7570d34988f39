"""What the lock files of Python tools have in common: names, hashes, sources."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component
from assay.sbom.lockfiles.edges import Names
from assay.sbom.lockfiles.reading import Draft, clean, git_purl, is_commit, purl_of, vcs_url_of

_SEPARATORS: Final = re.compile(r"[-_.]+")
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_HASH: Final = re.compile(r"(?:md5|sha1|sha224|sha256|sha384|sha512|blake2b):[0-9a-f]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One entry of a lock file before its edges are known; `purl` is empty for our own packages."""

    purl: str
    name: str
    version: str
    entry: JsonValue
    hashes: tuple[str, ...] = ()
    direct: bool | None = None
    development: bool | None = None

    def component(
        self, path: str, depends_on: Iterable[str], *, edges_known: bool | None = None
    ) -> Component:
        """Return the component that this entry stands for."""
        return Component(
            purl=self.purl,
            name=self.name,
            version=self.version,
            found_in=(path,),
            hashes=self.hashes,
            depends_on=tuple(sorted(set(depends_on))),
            direct=self.direct,
            development=self.development,
            edges_known=edges_known,
        )


def normal_name(name: str) -> str:
    """Return the name under which Python tools compare (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def pypi_purl(name: str, version: str, *, vcs_url: str = "") -> str:
    """Return the purl of a Python package.

    Raises:
        MalformedError: `name` or `version` cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise MalformedError(f"{clean(name)!r} is no name of a Python package")
    return purl_of("pypi", name, version, vcs_url=vcs_url)


def pypi_from_git(name: str, version: str, url: str, commit: str) -> tuple[str, str]:
    """Return purl and version of a package from Git; without a version, the commit is the version.

    Raises:
        MalformedError: Not a full commit id, or a name that cannot be one.
    """
    if not version:
        return git_purl(normal_name(name), url, commit), commit
    if not is_commit(commit):
        raise MalformedError(f"{clean(commit)!r} is no full commit id")
    return pypi_purl(name, version, vcs_url=f"{vcs_url_of(url)}@{commit}"), version


def parse_hashes(values: Iterable[JsonValue]) -> tuple[str, ...]:
    """Read hashes written `sha256:…`, sorted, each once.

    Raises:
        MalformedError: One is of no such form.
    """
    found: set[str] = set()
    for value in values:
        text = value.text()
        if not is_hash(text):
            raise MalformedError(f"{clean(text)!r} is no hash", where=value.where)
        found.add(text)
    return tuple(sorted(found))


def is_hash(text: str) -> bool:
    """Tell whether `text` is a hash written `sha256:…`."""
    return _HASH.match(text) is not None


def finish_locked(
    locked: Iterable[Locked], edges: dict[int, list[str]], draft: Draft, *, tells_edges: bool
) -> None:
    """Add a component for each entry; `edges` are the names that the entry at that place needs.

    A name that is not in the file is a dependency that its markers or extras left out, or one that
    is missing: whether the edges are all is then not known, nor where the format does not list all.
    """
    names = Names()
    entries = list(locked)
    normal = cache(normal_name)  # most names are there several times
    for item in entries:
        names.add(normal(item.name), item.version, item.purl)
    for place, item in enumerate(entries):
        if item.purl:
            wanted = [names.find(normal(name)) for name in edges.get(place, ())]
            found = [purl for purls in wanted if purls for purl in purls]
            known = True if tells_edges and None not in wanted else None
            draft.components.append(item.component(draft.path, found, edges_known=known))
