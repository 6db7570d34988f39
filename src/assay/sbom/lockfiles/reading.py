"""What one file said, and the draft in which a parser collects it.

* An entry that cannot be read becomes a `NotChecked`; the entries after it are still read.
* Text from outside is printable before it is kept, and credentials in a URL are cut out of it.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.purl import build_purl, make_purl
from assay.sbom.component import Component

MAX_NOTES: Final = 200  # for one file; what is beyond is counted, so that no file floods a report
MAX_NAME_CHARACTERS: Final = 1024  # above any package name or version; bounds what is kept
WRITE_ANEW: Final = "mend it, or write the file anew with the tool that made it"
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/?#\s]*@")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9.+-]*://|git@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A requirement that neither a version nor a hash or commit pins down."""

    name: str  # as written, empty where it has none
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one lock file, requirements file or manifest said."""

    components: tuple[Component, ...] = ()
    loose: tuple[Loose, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    includes: tuple[str, ...] = ()  # requirements files that are read as part of this one
    constraints: tuple[str, ...] = ()  # requirements files that only pin what this one asks for
    covers: frozenset[str] | None = None  # the folders locked by it; None: it does not say
    names: frozenset[str] | None = None  # what a manifest may ask for; None: not to be told by name


@dataclass(slots=True, kw_only=True)
class Draft:
    """A reading in the making. `path` is the file's, already printable.

    `tells_edges`: files of this format list all that each package depends on. Where one has an
    entry that could not be read, that may be what another one depends on.
    """

    path: str
    tells_edges: bool = False
    components: list[Component] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    notes: list[NotChecked] = field(default_factory=list)
    dropped: int = 0

    def entry(self, where: str) -> "_EntryOf":
        """Turn a refusal inside this block into a note about `where`."""
        return _EntryOf(self, where)

    def note(self, what: str, where: str, why: str, remedy: str = WRITE_ANEW) -> None:
        """Record something in this file that was not read."""
        if len(self.notes) >= MAX_NOTES:
            self.dropped += 1
            return
        place = f"{self.path}: {clean(where)}" if where else self.path
        self.notes.append(NotChecked(what=what, where=place, why=clean(why), remedy=remedy))

    def unpinned(self, name: str, text: str) -> None:
        """Record a requirement that is not pinned."""
        self.loose.append(Loose(name=name, text=clean(text)))

    def finish(self) -> Reading:
        """Return what was collected."""
        if self.dropped:
            more = f"{self.dropped} more entries of this file, after the first {MAX_NOTES}"
            self.notes.append(
                NotChecked(what="lock file entry", where=self.path, why=more, remedy=WRITE_ANEW)
            )
            self.dropped = 0
        return Reading(
            components=tuple(map(self._judged, self.components)),
            loose=tuple(self.loose),
            not_checked=tuple(self.notes),
        )

    def _judged(self, component: Component) -> Component:
        """Return `component` with what is known of its edges, by the format and the notes."""
        if component.edges_known and self.notes:
            return replace(component, edges_known=None)
        if component.edges_known is None and self.tells_edges and not self.notes:
            return replace(component, edges_known=True)
        return component


class _EntryOf:
    """The block of `Draft.entry`; a generator would take four times as long for each entry."""

    __slots__ = ("_draft", "_where")

    def __init__(self, draft: Draft, where: str) -> None:
        self._draft, self._where = draft, where

    def __enter__(self) -> None:
        """Begin an entry."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Note what was refused, and nothing else."""
        if not isinstance(error, MalformedError):
            return False
        inner = error.where if error.where.startswith(self._where) else self._where
        self._draft.note("lock file entry", inner, error.what)
        return True


def clean(text: str) -> str:
    """Return `text` printable, and without the credentials that a URL in it may carry."""
    return printable(_CREDENTIALS.sub("", text))


def purl_of(type_: str, name: str, version: str, *, vcs_url: str = "") -> str:
    """Return the canonical purl of a package by the name that its ecosystem writes.

    Raises:
        MalformedError: Name or version is empty, too long, or holds what no name holds.
    """
    for text in (name, version):
        if not text or len(text) > MAX_NAME_CHARACTERS or not text.isprintable() or " " in text:
            raise MalformedError(f"{printable(text, limit=80)!r} is no name or version")
    namespace, _, last = name.rpartition("/")
    if not vcs_url:
        return make_purl(type_, namespace, last, version)
    qualifiers = {"vcs_url": clean(vcs_url)}
    return str(build_purl(type_, namespace, last, version, qualifiers))


def git_purl(name: str, url: str, commit: str) -> str:
    """Return the purl of a package known by its commit alone: no registry knows its version.

    Raises:
        MalformedError: `commit` is no full commit id.
    """
    if not is_commit(commit):
        raise MalformedError(f"{printable(commit, limit=80)!r} is no full commit id")
    return purl_of("generic", name, commit, vcs_url=f"{vcs_url_of(url)}@{commit}")


def vcs_url_of(url: str) -> str:
    """Return `url` as a `vcs_url` qualifier writes it: `git+` in front of the scheme."""
    bare = url.partition("#")[0].partition("?")[0]
    return bare if bare.startswith(("git+", "git:")) else f"git+{bare}"


def is_commit(text: str) -> bool:
    """Tell whether `text` is a full commit id, which nobody can move as they can a branch."""
    return _COMMIT.match(text) is not None


def is_url(text: str) -> bool:
    """Tell whether `text` starts as a URL does."""
    return _SCHEME.match(text) is not None
