"""What a commit names and does not hold: targets of links outside it, and submodules.

Each is a gap of whatever looks at the commit's files. Paths stay as they are in the values here;
in gaps they are printable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.entries import EntryKind, TreeEntry
from assay.source.git import GitPlace
from assay.source.reader import open_reader
from assay.source.submodules import load_submodule_urls
from assay.source.symlinks import leaves_tree

MAX_LINK_BYTES: Final = 4_096  # no system follows a longer one


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Submodule:
    """Another repository inside this one, at a fixed commit.

    `path` is printable; `url` has no credentials, and is empty where `.gitmodules` has none.
    """

    path: str
    commit: str
    url: str

    def as_json(self) -> dict[str, object]:
        """Return one element of the member `content.submodules` of the predicate."""
        return {"path": self.path, "commit": self.commit, "url": self.url}


def parse_submodule(value: JsonValue) -> Submodule:
    """Read what `Submodule.as_json` wrote.

    Raises:
        MalformedError: A field is missing or is not text.
    """
    return Submodule(
        path=value.field("path").text(),
        commit=value.field("commit").text(),
        url=value.field("url").text(),
    )


def find_leaving_links(
    repository: GitPlace, entries: Iterable[TreeEntry]
) -> tuple[tuple[str, str], ...]:
    """Return the (path, target) of every link that leads out of the commit.

    Raises:
        RejectedError: One is damaged.
    """
    targets = load_links(repository, entries)
    return tuple((p, target) for p, target in targets.items() if leaves_tree(p, targets))


def list_submodules(repository: GitPlace, entries: Iterable[TreeEntry]) -> tuple[Submodule, ...]:
    """Return the submodules of a commit, in the order of `entries`."""
    entries = tuple(entries)
    submodules = [entry for entry in entries if entry.kind is EntryKind.SUBMODULE]
    modules = [entry.oid for entry in entries if entry.path == ".gitmodules"]
    urls = load_submodule_urls(repository, modules[0]) if submodules and modules else {}
    return tuple(
        Submodule(path=printable(entry.path), commit=entry.oid, url=urls.get(entry.path, ""))
        for entry in submodules
    )


def link_gaps(leaving: Iterable[tuple[str, str]]) -> Iterator[NotChecked]:
    """Yield a gap for each link that `find_leaving_links` found."""
    for path, target in leaving:
        yield NotChecked(
            what="symlink",
            where=printable(path),
            why=f"it leads out of the commit, to {printable(target)!r}",
            remedy="Put the file itself into the commit, or remove the link.",
        )


def submodule_gaps(submodules: Iterable[Submodule]) -> Iterator[NotChecked]:
    """Yield a gap for each submodule."""
    for submodule in submodules:
        url = submodule.url or "an address that .gitmodules does not tell"
        yield NotChecked(
            what="submodule",
            where=submodule.path,
            why=f"another repository: commit {submodule.commit} of {url}",
            remedy="Check that repository too.",
        )


def load_links(repository: GitPlace, entries: Iterable[TreeEntry]) -> Mapping[str, str]:
    """Return the target of every link among `entries` by its path.

    A link whose target is not in this clone, or longer than any system follows, is taken to lead
    to the root: out of the commit.

    Raises:
        RejectedError: One is damaged.
    """
    links = [entry for entry in entries if entry.kind is EntryKind.SYMLINK]
    short = [link for link in links if link.size is not None and link.size <= MAX_LINK_BYTES]
    targets = {link.path: "/" for link in links}
    if short:
        with open_reader(repository) as reader:
            oids = (link.oid for link in short)
            contents = reader.read_many(oids, kind="blob", max_bytes=MAX_LINK_BYTES)
            for link, content in zip(short, contents, strict=True):
                targets[link.path] = (content or b"/").decode("utf-8", "surrogateescape")
    return MappingProxyType(targets)
