"""Counts over the history behind a commit: who, how merged, how signed, in what order of time.

* One listing and one pass over the raw commits, each verified against its id. Replace refs, grafts
  and the commit-graph file cannot bend it (see `source.git`).
* Commits arrive children first, so that what is kept at any time is the edge of the walk, not the
  history.
* People are counted by e-mail, in lower case. E-mails are personal data: none leaves this module.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.source.commit import Commit, SignatureKind, parse_commit
from assay.source.git import GitPlace, run_git
from assay.source.reader import MAX_COMMIT_BYTES, lost, open_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What can be counted in the commits reachable from one.

    `first_parent` counts the line from the commit back along first parents, of which
    `first_parent_merges` came in by a merge and the others directly. `boundary` counts parents
    that are not in this clone. `dates_backwards` counts pairs of a commit and its parent in which
    the parent was committed later; `dates_ahead` commits dated after the observation; `malformed`
    commits with an author or committer line that Git would not write.
    """

    commits: int
    merges: int
    roots: int
    boundary: int
    first_parent: int
    first_parent_merges: int
    authors: int
    committers: int
    author_is_not_committer: int
    dates_backwards: int
    dates_ahead: int
    malformed: int
    signatures: Mapping[SignatureKind, int]

    @property
    def first_parent_direct(self) -> int:
        """Return how many commits came onto the first-parent line without a merge."""
        return self.first_parent - self.first_parent_merges

    def as_json(self) -> dict[str, object]:
        """Return the member `history` of the predicate."""
        return {
            "commits": self.commits,
            "merges": self.merges,
            "roots": self.roots,
            "boundary": self.boundary,
            "firstParent": self.first_parent,
            "firstParentMerges": self.first_parent_merges,
            "firstParentDirect": self.first_parent_direct,
            "authors": self.authors,
            "committers": self.committers,
            "authorIsNotCommitter": self.author_is_not_committer,
            "datesBackwards": self.dates_backwards,
            "datesAhead": self.dates_ahead,
            "malformed": self.malformed,
            "signatures": {kind.value: self.signatures.get(kind, 0) for kind in SignatureKind},
        }


def parse_history(value: JsonValue) -> History:
    """Read what `History.as_json` wrote.

    Raises:
        MalformedError: A field is missing or no count, or the first-parent line does not add up.
    """
    signatures = value.field("signatures")
    history = History(
        commits=count_at(value, "commits"),
        merges=count_at(value, "merges"),
        roots=count_at(value, "roots"),
        boundary=count_at(value, "boundary"),
        first_parent=count_at(value, "firstParent"),
        first_parent_merges=count_at(value, "firstParentMerges"),
        authors=count_at(value, "authors"),
        committers=count_at(value, "committers"),
        author_is_not_committer=count_at(value, "authorIsNotCommitter"),
        dates_backwards=count_at(value, "datesBackwards"),
        dates_ahead=count_at(value, "datesAhead"),
        malformed=count_at(value, "malformed"),
        signatures=MappingProxyType({k: count_at(signatures, k.value) for k in SignatureKind}),
    )
    if count_at(value, "firstParentDirect") != history.first_parent_direct:
        raise MalformedError("merges and direct commits are not the whole line", where=value.where)
    return history


def count_at(value: JsonValue, name: str) -> int:
    """Return the member `name`, which must be a whole number that is not negative.

    Raises:
        MalformedError: It is missing or something else.
    """
    found = value.field(name)
    if found.integer() < 0:
        raise MalformedError(f"{found.integer()} where a count is needed", where=found.where)
    return found.integer()


def load_history(repository: GitPlace, head: str, *, at: datetime) -> History:
    """Walk the history of the commit `head`; `at` is the time of the observation.

    Raises:
        RejectedError: A commit is missing, damaged or malformed.
        UnavailableError: Git did not answer.
    """
    listed = run_git(repository, "rev-list", "--topo-order", head).decode().split()
    walk = _Walk(expected=head, now=int(at.timestamp()))
    with open_reader(repository) as reader:
        contents = reader.read_many(listed, kind="commit", max_bytes=MAX_COMMIT_BYTES)
        for oid, content in zip(listed, contents, strict=True):
            if content is None:
                raise lost("commit", oid)
            walk.take(oid, parse_commit(content))
    return walk.history()


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The state of a walk: counts, and parents that were named but not met yet."""

    expected: str  # the next commit on the first-parent line
    now: int
    counts: Counter[str] = field(default_factory=Counter)
    signatures: Counter[SignatureKind] = field(default_factory=Counter)
    authors: set[bytes] = field(default_factory=set)
    committers: set[bytes] = field(default_factory=set)
    pending: dict[str, list[int | None]] = field(default_factory=dict)  # dates of the children

    def take(self, oid: str, commit: Commit) -> None:
        """Count one commit; its children were taken before."""
        self.counts["commits"] += 1
        self.counts["merges"] += len(commit.parents) > 1
        self.counts["roots"] += not commit.parents
        self.signatures[commit.signed_with] += 1
        if oid == self.expected:
            self.counts["line"] += 1
            self.counts["line merges"] += len(commit.parents) > 1
            self.expected = commit.parents[0] if commit.parents else ""
        self._count_people(commit)
        self._count_dates(oid, commit)

    def _count_people(self, commit: Commit) -> None:
        author, committer = commit.author, commit.committer
        if author is not None:
            self.authors.add(author.email.lower())
        if committer is not None:
            self.committers.add(committer.email.lower())
        if author is None or committer is None:
            self.counts["malformed"] += 1
        elif author.email.lower() != committer.email.lower():
            self.counts["two people"] += 1

    def _count_dates(self, oid: str, commit: Commit) -> None:
        date = commit.committer.at if commit.committer else None
        children = self.pending.pop(oid, [])
        if date is not None:
            self.counts["ahead"] += date > self.now
            self.counts["backwards"] += sum(c is not None and c < date for c in children)
        for parent in commit.parents:
            self.pending.setdefault(parent, []).append(date)

    def history(self) -> History:
        """Return the counts of a walk that has ended."""
        return History(
            commits=self.counts["commits"],
            merges=self.counts["merges"],
            roots=self.counts["roots"],
            boundary=len(self.pending),
            first_parent=self.counts["line"],
            first_parent_merges=self.counts["line merges"],
            authors=len(self.authors),
            committers=len(self.committers),
            author_is_not_committer=self.counts["two people"],
            dates_backwards=self.counts["backwards"],
            dates_ahead=self.counts["ahead"],
            malformed=self.counts["malformed"],
            signatures=MappingProxyType({kind: self.signatures[kind] for kind in SignatureKind}),
        )
