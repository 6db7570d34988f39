"""What a repository says about itself at one commit, gathered into one value.

* Authors' names and e-mails are personal data. Of the history only counts are kept; of the commit
  at HEAD the two names, and the SHA-256 of each e-mail in lower case. That digest hides nothing
  from somebody who can guess the address: it serves to compare, not to conceal.
* URLs are kept without credentials, paths and names as printable text.
* What could not be looked at is in `not_checked`, and makes a gate answer UNKNOWN.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.commit import Person, parse_commit
from assay.source.content import Content, count_content
from assay.source.documents import Document, list_documents
from assay.source.elsewhere import (
    find_leaving_links,
    link_gaps,
    list_submodules,
    submodule_gaps,
)
from assay.source.entries import EntryKind, TreeEntry
from assay.source.git import run_git
from assay.source.history import History, load_history
from assay.source.judging import CommitTrust, check_signature
from assay.source.reader import MAX_COMMIT_BYTES, open_reader
from assay.source.repository import Repository
from assay.source.signature import HeadSignature
from assay.source.submodules import strip_credentials
from assay.source.worktree import Uncommitted
from assay.system.sealed import SealedFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """The repository that was looked at: how complete it is, and where it came from.

    `remotes` are (name, URL without credentials). Replace refs and grafts are counted and have no
    effect; objects of alternates were read like its own.
    """

    git: str  # the version of Git that read it
    object_format: str
    bare: bool
    shallow: bool
    partial: bool
    linked_worktree: bool
    replace_refs: int
    grafts: bool
    alternates: int
    branches: int
    tags: int
    remotes: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, object]:
        """Return the member `clone` of the predicate."""
        return {
            "git": self.git,
            "objectFormat": self.object_format,
            "bare": self.bare,
            "shallow": self.shallow,
            "partial": self.partial,
            "linkedWorktree": self.linked_worktree,
            "replaceRefs": self.replace_refs,
            "grafts": self.grafts,
            "alternates": self.alternates,
            "branches": self.branches,
            "tags": self.tags,
            "remotes": [{"name": name, "url": url} for name, url in self.remotes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """The author or the committer of the commit at HEAD; `date` is None where it is no date."""

    name: str
    email_digest: str  # sha256:…
    date: datetime | None

    def as_json(self) -> dict[str, object]:
        """Return the member `head.author` or `head.committer` of the predicate."""
        return {
            "name": self.name,
            "emailDigest": self.email_digest,
            "date": format_time(self.date) if self.date else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The commit at HEAD; a person is None where the commit does not name one properly."""

    commit: str
    tree: str
    branch: str | None
    parents: int
    author: Signatory | None
    committer: Signatory | None
    signature: HeadSignature

    def as_json(self) -> dict[str, object]:
        """Return the member `head` of the predicate."""
        return {
            "commit": self.commit,
            "tree": self.tree,
            "branch": self.branch,
            "parents": self.parents,
            "author": self.author.as_json() if self.author else None,
            "committer": self.committer.as_json() if self.committer else None,
            "signature": self.signature.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTree:
    """The state of the working tree; `hidden` are files that Git was told to overlook."""

    modified: int
    untracked: int
    hidden: int

    @property
    def clean(self) -> bool:
        """Tell whether what is there is the commit, as far as Git looks."""
        return not self.modified and not self.untracked

    def as_json(self) -> dict[str, object]:
        """Return the member `workTree` of the predicate."""
        return {
            "clean": self.clean,
            "modified": self.modified,
            "untracked": self.untracked,
            "hidden": self.hidden,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """The facts about one commit and the clone that has it; `work_tree` is None in a bare one."""

    observed_at: datetime
    clone: Clone
    head: Head
    history: History
    files: int
    content: Content
    documents: tuple[Document, ...]
    work_tree: WorkTree | None
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return the predicate (`source.predicate.PREDICATE_TYPE`)."""
        return {
            "observedAt": format_time(self.observed_at),
            "clone": self.clone.as_json(),
            "head": self.head.as_json(),
            "history": self.history.as_json(),
            "files": self.files,
            "content": self.content.as_json(),
            "documents": [document.as_json() for document in self.documents],
            "workTree": self.work_tree.as_json() if self.work_tree else None,
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def collect_facts(
    repository: Repository,
    entries: Iterable[TreeEntry],
    uncommitted: Uncommitted,
    *,
    at: datetime,
    trust: CommitTrust,
    sealed: SealedFolder | None,
) -> SourceFacts:
    """Gather the facts about the commit at HEAD, of which `entries` are the files.

    `at` is the time of the observation; `trust` says who may have signed the commit; `sealed` is as
    in `load_history`.

    Raises:
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer.
    """
    entries = tuple(entries)
    leaving = find_leaving_links(repository, entries)
    submodules = list_submodules(repository, entries)
    history = load_history(repository, repository.head, at=at, sealed=sealed)
    gaps = {
        *link_gaps(leaving),
        *submodule_gaps(submodules),
        *_clone_gaps(repository, history),
        *uncommitted.not_checked,
    }
    return SourceFacts(
        observed_at=at,
        clone=_clone(repository),
        head=_head(repository, trust, at),
        history=history,
        files=sum(entry.kind is EntryKind.FILE for entry in entries),
        content=count_content(
            entries, leaving=tuple(path for path, _ in leaving), submodules=submodules
        ),
        documents=list_documents(entries),
        work_tree=None if repository.bare else _work_tree(uncommitted),
        not_checked=tuple(sorted(gaps)),
    )


def _clone(repository: Repository) -> Clone:
    refs = run_git(
        repository, "for-each-ref", "--format=%(refname)", "refs/heads/", "refs/tags/"
    ).splitlines()
    return Clone(
        git=repository.version,
        object_format=repository.object_format,
        bare=repository.bare,
        shallow=repository.shallow,
        partial=repository.partial,
        linked_worktree=repository.linked_worktree,
        replace_refs=repository.replace_refs,
        grafts=repository.grafts,
        alternates=len(repository.alternates),
        branches=sum(ref.startswith(b"refs/heads/") for ref in refs),
        tags=sum(ref.startswith(b"refs/tags/") for ref in refs),
        remotes=tuple(
            (printable(name), strip_credentials(url)) for name, url in repository.remotes
        ),
    )


def _head(repository: Repository, trust: CommitTrust, at: datetime) -> Head:
    with open_reader(repository) as reader:
        content = reader.read(repository.head, kind="commit", max_bytes=MAX_COMMIT_BYTES)
    commit = parse_commit(content)
    return Head(
        commit=repository.head,
        tree=commit.tree,
        branch=None if repository.branch is None else printable(repository.branch),
        parents=len(commit.parents),
        author=_signatory(commit.author),
        committer=_signatory(commit.committer),
        signature=check_signature(
            commit,
            content,
            signers=trust.signers,
            recorded=trust.recorded.get(repository.head),
            at=at,
        ),
    )


def _signatory(person: Person | None) -> Signatory | None:
    if person is None:
        return None
    try:
        date = datetime.fromtimestamp(person.at, UTC)
    except (OverflowError, ValueError, OSError):
        date = None
    return Signatory(
        name=printable(person.name.decode("utf-8", "surrogateescape")),
        email_digest=f"sha256:{hashlib.sha256(person.email.lower()).hexdigest()}",
        date=date,
    )


def _work_tree(uncommitted: Uncommitted) -> WorkTree:
    return WorkTree(
        modified=uncommitted.count("modified"),
        untracked=uncommitted.count("untracked"),
        hidden=uncommitted.count("hidden"),
    )


def _clone_gaps(repository: Repository, history: History) -> Iterator[NotChecked]:
    if repository.shallow or history.boundary:
        yield NotChecked(
            what="history",
            where=repository.head,
            why=f"{history.boundary} parents are not here: the clone is shallow",
            remedy="Run git fetch --unshallow; in CI, fetch with depth 0.",
        )
    if repository.partial:
        yield NotChecked(
            what="history",
            where="objects that were left out of the clone",
            why="the clone is partial, and nothing is fetched behind its back",
            remedy="Clone without --filter.",
        )
    if history.malformed:
        yield NotChecked(
            what="history",
            where=f"{history.malformed} commits",
            why="they do not name an author and a committer as Git writes them",
            remedy="Run git fsck to find them.",
        )
