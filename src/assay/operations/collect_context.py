"""Statements about a commit that need more than the commit: what forges said, and who owns what.

No forge is asked here: what `assay forge record` put into the log is read, so that a check needs no
network. A commit without CODEOWNERS has no statement about owners, and one whose repository was
never looked at has none about forges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assay.core.digest import Digest
from assay.evidence.statement import Statement, Subject
from assay.operations.forgestates import forge_accounts
from assay.operations.head_reviews import judge_head
from assay.operations.ledger import Ledger
from assay.operations.waivers import account_statements
from assay.source.coverage import COVERAGE_TYPE
from assay.source.entries import EntryKind, TreeEntry
from assay.source.forge.account import ACCOUNT_TYPE
from assay.source.forge.opening import known_kind
from assay.source.git import run_git
from assay.source.owners.facts import (
    OWNERS_TYPE,
    PLACES,
    OwnersFacts,
    describe_owners,
    find_owners,
    guess_dialect,
)
from assay.source.owners.file import Dialect, OwnersError, OwnersFile
from assay.source.owners.parse import MAX_OWNERS_BYTES, parse_owners
from assay.source.repository import Repository
from assay.source.tree import load_blob


def context_statements(
    ledger: Ledger, repository: Repository, entries: Sequence[TreeEntry], subject: Subject
) -> tuple[Statement, ...]:
    """Return what is known besides of the commit at HEAD, of which `entries` are the files.

    Raises:
        RejectedError: The log holds a state that was never to be trusted.
    """
    accounts = forge_accounts(ledger, repository)
    kinds = [account.repository.kind for account in accounts] + known_kind(repository.remotes)
    owners = load_owners(repository, entries, forges=kinds, at=ledger.at)
    predicates = [(ACCOUNT_TYPE, account.as_json()) for account in accounts]
    predicates += [(COVERAGE_TYPE, judge_head(ledger, repository).as_json())]
    predicates += [(OWNERS_TYPE, owners.as_json())] if owners is not None else []
    told = tuple(
        Statement(subjects=(subject,), predicate_type=kind, predicate=predicate)
        for kind, predicate in predicates
    )
    return (*told, *account_statements(ledger, subject))


def load_owners(
    repository: Repository, entries: Sequence[TreeEntry], *, forges: Sequence[str], at: datetime
) -> OwnersFacts | None:
    """Return what the CODEOWNERS file of the commit comes to, or None where it has none.

    `forges` are the kinds of the forges that have the repository, the likeliest first.
    """
    files = {entry.path: entry for entry in entries if entry.kind is not EntryKind.SUBMODULE}
    places = {place for of_one in PLACES.values() for place in of_one}
    there = {path for path in places & files.keys() if files[path].kind is EntryKind.FILE}
    dialect = guess_dialect(there, forges=forges)
    found = find_owners(there, dialect=dialect)
    if not there:
        return None
    entry = files[found[0] if found else min(there)]
    return describe_owners(
        _read(repository, entry, dialect) if found else _unread(dialect),
        tuple(files),
        found=found or (entry.path,),
        digest=Digest("gitBlob", entry.oid),
        at=at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersPlace:
    """The CODEOWNERS file that a forge reads in one commit."""

    path: str
    owners: OwnersFile


def load_owners_at(
    repository: Repository, commit: str, *, forges: Sequence[str]
) -> OwnersPlace | None:
    """Return the CODEOWNERS file of `commit` that the forge reads, or None where there is none.

    `forges` are as in `load_owners`.

    Raises:
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer.
    """
    places = {place for of_one in PLACES.values() for place in of_one}
    asked = ("ls-tree", "-z", "-l", "--full-tree", commit, "--", *sorted(places))
    rows = (row.partition("\t") for row in run_git(repository, *asked).decode().split("\0") if row)
    files = {path: _entry(path, *named.split()) for named, _, path in rows}
    there = {path for path, entry in files.items() if entry.kind is EntryKind.FILE}
    dialect = guess_dialect(there, forges=forges)
    found = find_owners(there, dialect=dialect)
    if not found:
        return None
    return OwnersPlace(path=found[0], owners=_read(repository, files[found[0]], dialect))


def _entry(path: str, mode: str, kind: str, oid: str, size: str) -> TreeEntry:
    length = int(size) if kind == "blob" else None
    return TreeEntry(path=path, mode=mode, oid=oid, size=length)


def _read(repository: Repository, entry: TreeEntry, dialect: Dialect) -> OwnersFile:
    if (entry.size or 0) <= MAX_OWNERS_BYTES:
        data = load_blob(repository, entry.oid, max_bytes=MAX_OWNERS_BYTES)
        return parse_owners(data, dialect=dialect)
    # Forges go on as if it were not there.
    return _nothing(dialect, f"{entry.size} bytes, where at most {MAX_OWNERS_BYTES} are read")


def _unread(dialect: Dialect) -> OwnersFile:
    """Return what a file comes to that lies where another forge would read it."""
    return _nothing(dialect, f"{dialect.value} reads only {', '.join(PLACES[dialect])}")


def _nothing(dialect: Dialect, why: str) -> OwnersFile:
    return OwnersFile(dialect=dialect, rules=(), errors=(OwnersError(line=0, what=why),))
