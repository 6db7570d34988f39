"""`assay review owners`: which code owners approved the changes on a branch, and who is missing.

* Approvals are the signed reviews that count for a change (`source.reviewed`), none else.
* Who owns a path is what CODEOWNERS said before the change: no change takes its own owners away.
* A file names owners by logins and addresses. Whose address is whose says the trust root; whose
  login, a look at the forge, by the number of the account. Who is in a team is not known.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict, all_of
from assay.operations.collect_context import OwnersPlace, load_owners_at
from assay.operations.forgestates import load_states
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.show_reviews import judge_branch
from assay.source.changes import Change
from assay.source.forge.facts import Account, ForgeState
from assay.source.forge.opening import known_kind
from assay.source.forge.people import ForgePeople
from assay.source.git import run_git
from assay.source.owners.approval import PathApproval, check_approvals
from assay.source.repository import Repository, open_repository
from assay.source.reviewed import Judged
from assay.system.clock import now

_NO_FILE: Final = "the commit before it has no CODEOWNERS that the forge reads"
_Names = Mapping[str, frozenset[str]]  # of each principal: logins and addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedChange:
    """A change, who approved it, and for each of its paths whether that is enough."""

    commit: str
    title: str
    by: tuple[str, ...]
    paths: tuple[PathApproval, ...]
    told: bool  # whether a file said who owns what

    @property
    def verdict(self) -> Verdict:
        """Return whether the owners of all its paths approved; what changed no file needs none."""
        if not self.told:
            return Verdict.UNKNOWN
        return all_of(one.verdict for one in self.paths) if self.paths else Verdict.PASSED

    @property
    def missing(self) -> dict[tuple[str, ...], tuple[PathApproval, ...]]:
        """Return the paths that lack an approval, by the owners who could give it."""
        found: dict[tuple[str, ...], list[PathApproval]] = {}
        for one in self.paths:
            if one.verdict is not Verdict.PASSED:
                found.setdefault(one.missing, []).append(one)
        return {owners: tuple(paths) for owners, paths in found.items()}

    def as_json(self) -> dict[str, object]:
        """Return an element of the member `changes`."""
        return {
            "commit": self.commit,
            "title": self.title,
            "verdict": self.verdict.value,
            "by": list(self.by),
            "paths": [one.as_json() for one in self.paths],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersShown:
    """What the changes of a range come to, the oldest first."""

    branch: str
    changes: tuple[OwnedChange, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """Return whether all owners approved; without a change nothing is shown."""
        return all_of(one.verdict for one in self.changes)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "branch": self.branch,
            "changes": [one.as_json() for one in self.changes],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def show_owners(path: Path, what: str, *, into: str, clock: Clock = now) -> OwnersShown:
    """Judge the changes of `what`, as `show_reviews` takes it, by the owners of their paths.

    Raises:
        UsageError: No such commits, or no log.
        RejectedError: The range is not on one line, or the log or the repository is damaged.
        UnavailableError: Git did not answer.
    """
    repository = open_repository(path)
    with open_ledger(repository, at=clock()) as ledger:
        found = judge_branch(ledger, repository, what, into=into)
        states = [dated.state for told in load_states(ledger).values() for dated in told]
        kinds = [state.repository.kind for state in reversed(states)]
        names = _names_of(ledger, states)
    kinds += known_kind(repository.remotes)
    changes = tuple(_owned(repository, one, names, kinds) for one in found.judged)
    untold = (_gap(one.commit) for one in changes if not one.told)
    return OwnersShown(
        branch=found.coverage.branch,
        changes=changes,
        not_checked=tuple(sorted({*found.coverage.not_checked, *untold})),
    )


def _owned(repository: Repository, judged: Judged, names: _Names, kinds: list[str]) -> OwnedChange:
    change = judged.change
    place = load_owners_at(repository, change.base or change.oid, forges=kinds)
    return OwnedChange(
        commit=change.oid,
        title=printable(change.own.title.decode(errors="replace")),
        by=judged.by,
        paths=() if place is None else _judge(repository, place, judged, names),
        told=place is not None,
    )


def _judge(
    repository: Repository, place: OwnersPlace, judged: Judged, names: _Names
) -> tuple[PathApproval, ...]:
    approvers = frozenset[str]().union(*(names.get(name, frozenset()) for name in judged.by))
    changed = _changed(repository, judged.change)
    return check_approvals(place.owners, changed, approvers=approvers, teams={})


def _changed(repository: Repository, change: Change) -> tuple[str, ...]:
    """Return the paths that a change adds, alters or takes away; a move is two of them."""
    between = (change.before, change.tree) if change.before else ("--root", change.oid)
    asked = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-commit-id", *between)
    return tuple(os.fsdecode(path) for path in run_git(repository, *asked).split(b"\0") if path)


def _names_of(ledger: Ledger, states: list[ForgeState]) -> dict[str, frozenset[str]]:
    """Return under which names a file of owners may name each principal."""
    names = {p.name: set(p.emails) for p in ledger.trust.principals}
    for state in states:
        people = ForgePeople.of(ledger.trust, forge=state.repository.url)
        for account in _accounts(state):
            owner = people.owner(account)
            if owner is not None and account.name:
                names[owner.name].add(account.name)
    return {name: frozenset(found) for name, found in names.items()}


def _accounts(state: ForgeState) -> Iterator[Account]:
    """Yield the accounts whose logins a look has told."""
    for member in state.members or ():
        if member.kind == "user":
            yield Account(number=member.number, name=member.name)
    for request in state.requests or ():
        yield from (request.author, request.merged_by, request.pusher, *request.authors)
        yield from (review.by for review in request.reviews)


def _gap(commit: str) -> NotChecked:
    return NotChecked(
        what="owners",
        where=commit,
        why=_NO_FILE,
        remedy="Say in a file CODEOWNERS who owns what, and merge it first.",
    )
