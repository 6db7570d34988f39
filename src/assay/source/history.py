"""Counts over the history behind a commit: who, how merged, how signed, in what order of time.

* One listing and one pass over the raw commits, each verified against its id. Replace refs, grafts
  and the commit-graph file cannot bend it (see `source.git`). What an earlier walk came to may be
  kept (`source.kepthistory`); then the pass is over the commits since.
* Commits arrive children first, so that what is kept at any time is the edge of the walk, not the
  history.
* People are counted by e-mail, in lower case. E-mails are personal data: none leaves this module.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.source.commit import Commit, SignatureKind, parse_commit
from assay.source.git import run_git, try_git
from assay.source.kepthistory import KeptHistory, digest_people, load_kept, save_kept
from assay.source.reader import MAX_COMMIT_BYTES, lost, open_reader
from assay.source.repository import Repository
from assay.system.sealed import SealedFolder


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


def load_history(
    repository: Repository, head: str, *, at: datetime, sealed: SealedFolder | None
) -> History:
    """Walk the history of the commit `head`; `at` is the time of the observation.

    What it comes to is kept in `sealed`, and the next walk continues there. With None, or where the
    clone is not whole, every commit is read.

    Raises:
        RejectedError: A commit is missing, damaged or malformed.
        UnavailableError: Git did not answer.
    """
    whole = not (repository.shallow or repository.partial or repository.grafts)
    place = sealed if whole else None
    kept = load_kept(place, repository)
    walk = None if kept is None else _continue_walk(repository, head, kept, at)
    if walk is None:
        kept = None
        walk = _Walk(expected=head, now=int(at.timestamp()))
        _take_all(repository, walk, (head,))
    found = _Tally.of(walk, kept, place)
    if not walk.pending and not walk.counts["ahead"] and (kept is None or kept.head != head):
        save_kept(place, repository, found.kept(head, walk.newest))
    return found.history(boundary=len(walk.pending))


def _continue_walk(
    repository: Repository, head: str, kept: KeptHistory, at: datetime
) -> "_Walk | None":
    """Walk what came after `kept`, or return None where it is of no use here.

    It is not where a commit in it was dated ahead by now, or its end is not on the line of `head`:
    which commits came in by a merge would be another question then.
    """
    walk = _Walk(expected=head, now=int(at.timestamp()), newest=kept.newest)
    if kept.newest > walk.now:
        return None
    if try_git(repository, "merge-base", "--is-ancestor", kept.head, head).status:
        return None
    _take_all(repository, walk, (head, f"^{kept.head}"))
    if walk.expected != kept.head:
        return None
    _count_edge(repository, walk)
    return walk


def _take_all(repository: Repository, walk: "_Walk", asked: tuple[str, ...]) -> None:
    listed = run_git(repository, "rev-list", "--topo-order", *asked).decode().split()
    for oid, commit in _read_commits(repository, listed):
        walk.take(oid, commit)


def _count_edge(repository: Repository, walk: "_Walk") -> None:
    """Compare the dates of the oldest new commits with those of their parents, which are known."""
    for oid, commit in _read_commits(repository, list(walk.pending)):
        walk.compare(oid, commit)


def _read_commits(repository: Repository, oids: Sequence[str]) -> Iterator[tuple[str, Commit]]:
    if not oids:
        return
    with open_reader(repository) as reader:
        contents = reader.read_many(oids, kind="commit", max_bytes=MAX_COMMIT_BYTES)
        for oid, content in zip(oids, contents, strict=True):
            if content is None:
                raise lost("commit", oid)
            yield oid, parse_commit(content)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The state of a walk: counts, and parents that were named but not met yet."""

    expected: str  # the next commit on the first-parent line
    now: int
    newest: int = 0  # the latest date of a committer
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
        self.compare(oid, commit)
        date = commit.committer.at if commit.committer else None
        if date is not None:
            self.counts["ahead"] += date > self.now
            self.newest = max(self.newest, date)
        for parent in commit.parents:
            self.pending.setdefault(parent, []).append(date)

    def compare(self, oid: str, commit: Commit) -> None:
        """Count the children of a commit that are dated before it; they were taken before."""
        date = commit.committer.at if commit.committer else None
        children = self.pending.pop(oid, [])
        if date is not None:
            self.counts["backwards"] += sum(c is not None and c < date for c in children)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """The counts of a walk, and of the one that it continued."""

    counts: Counter[str]
    signatures: Counter[str]
    authors: frozenset[str]
    committers: frozenset[str]

    @staticmethod
    def of(walk: _Walk, kept: KeptHistory | None, sealed: SealedFolder | None) -> "_Tally":
        """Return what `walk` comes to on top of `kept`."""
        found = _Tally(
            counts=walk.counts,
            signatures=Counter({kind.value: count for kind, count in walk.signatures.items()}),
            authors=digest_people(sealed, walk.authors),
            committers=digest_people(sealed, walk.committers),
        )
        if kept is None:
            return found
        return _Tally(
            counts=found.counts + kept.counts,
            signatures=found.signatures + kept.signatures,
            authors=found.authors | kept.authors,
            committers=found.committers | kept.committers,
        )

    def kept(self, head: str, newest: int) -> KeptHistory:
        """Return what to keep of a walk that ended at `head`."""
        return KeptHistory(
            head=head,
            newest=newest,
            counts=self.counts,
            signatures=self.signatures,
            authors=self.authors,
            committers=self.committers,
        )

    def history(self, *, boundary: int) -> History:
        """Return the counts; `boundary` is that of parents which are not there."""
        signatures = {kind: self.signatures[kind.value] for kind in SignatureKind}
        return History(
            commits=self.counts["commits"],
            merges=self.counts["merges"],
            roots=self.counts["roots"],
            boundary=boundary,
            first_parent=self.counts["line"],
            first_parent_merges=self.counts["line merges"],
            authors=len(self.authors),
            committers=len(self.committers),
            author_is_not_committer=self.counts["two people"],
            dates_backwards=self.counts["backwards"],
            dates_ahead=self.counts["ahead"],
            malformed=self.counts["malformed"],
            signatures=MappingProxyType(signatures),
        )
