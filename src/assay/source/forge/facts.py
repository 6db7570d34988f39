"""What a forge says about a repository at one moment, as values.

* A forge's word is the word of a third party: it corroborates, and shows nothing by itself. Whoever
  administers the forge can change all of it, before and after we asked.
* Each control has three answers. What a forge does not tell, or does not tell us, is UNKNOWN.
* Accounts are kept by their public names, since permissions cannot be compared without.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time
from assay.core.digest import Digest, sha256_of
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict


class ForgeKind(enum.Enum):
    """Whose interface is spoken; Forgejo speaks Gitea's."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"


class Control(enum.Enum):
    """One thing that a forge can enforce on a branch or a tag."""

    REQUESTS = "changes-by-request"  # nobody pushes directly
    APPROVAL = "approval-required"
    STALE = "stale-approvals-dismissed"
    OWNERS = "owners-approve"
    LAST_PUSH = "last-pusher-not-alone"
    ADMINS = "administrators-included"
    NO_FORCE = "no-force-push"
    NO_DELETION = "no-deletion"
    SIGNED = "signed-commits"
    LINEAR = "linear-history"
    CHECKS = "checks-required"


class Permission(enum.Enum):
    """What somebody may do, from the least to the most."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Return the place in the order; NONE is 0."""
        return _PERMISSIONS.index(self)


_PERMISSIONS: Final = tuple(Permission)


class ReviewState(enum.Enum):
    """What a review came to, as the forge tells it now."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    COMMENTED = "commented"
    DISMISSED = "dismissed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ForgeRepository:
    """A repository on a forge: `url` is that of the interface, `path` the owner and the name."""

    kind: str  # a value of ForgeKind
    url: str
    path: str

    @property
    def digest(self) -> Digest:
        """Return the digest that names it; each part goes in with its length."""
        parts = (self.kind, self.url, self.path.lower())
        return sha256_of(b"".join(b"%d:%b" % (len(p.encode()), p.encode()) for p in parts))

    def as_json(self) -> dict[str, object]:
        """Return the member `repository` of the predicates."""
        return {"forge": self.kind, "url": self.url, "path": self.path}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefRules:
    """What is enforced on `ref`, a branch or a pattern of tags.

    A control that is in neither set is not enforced. `approvals` counts those that a change needs,
    `bypass` names who is exempt.
    """

    ref: str  # refs/heads/main, refs/tags/v*
    held: frozenset[Control]
    unknown: frozenset[Control]
    approvals: int = 0
    checks: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()

    def answer(self, control: Control) -> Verdict:
        """Tell whether the forge says that it enforces `control`."""
        if control in self.held:
            return Verdict.PASSED
        return Verdict.UNKNOWN if control in self.unknown else Verdict.FAILED

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        answers = {Verdict.PASSED: True, Verdict.FAILED: False, Verdict.UNKNOWN: None}
        return {
            "ref": self.ref,
            "controls": {control.value: answers[self.answer(control)] for control in Control},
            "approvals": self.approvals,
            "checks": list(self.checks),
            "bypass": list(self.bypass),
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Member:
    """Who may do what: a user, a bot, a team or group, or a deploy key.

    `number` is that of the account or the key, 0 where the forge tells none.
    """

    kind: str  # "user", "bot", "team", "key"
    name: str
    permission: str  # a value of Permission
    number: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "kind": self.kind,
            "name": self.name,
            "permission": self.permission,
            "id": self.number,
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Account:
    """Who did something, as a forge tells it.

    `number` tells accounts apart, 0 where the forge tells none; a login is only shown, since it can
    become somebody else's. `email` is the digest of the address by which a commit names somebody.
    """

    number: int
    name: str
    bot: bool = False
    email: str = ""

    @property
    def label(self) -> str:
        """Return how people call it."""
        return self.name or (f"account {self.number}" if self.number else "somebody unnamed")

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {"id": self.number, "name": self.name, "bot": self.bot, "email": self.email}


NOBODY: Final = Account(number=0, name="")  # whom the forge does not tell


def digest_address(email: str) -> str:
    """Return the digest of an e-mail address, by which addresses are compared and kept."""
    return str(sha256_of(email.strip().lower().encode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeReview:
    """One review of a change; `commit` is empty where the forge does not tell what was reviewed."""

    by: Account
    state: ReviewState
    commit: str
    submitted_at: datetime | None

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "by": self.by.as_json(),
            "state": self.state.value,
            "commit": self.commit,
            "submittedAt": _time(self.submitted_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """A pull or merge request that brought a commit into a branch, or is to.

    `head` is its last commit, `merge_commit` the one that it became (empty where it has not).
    `authors` are all whom its commits name: authors, committers, co-authors. `pusher` pushed its
    last commit. Either is, or has among it, `NOBODY` where the forge does not tell.
    """

    number: int
    author: Account
    base: str  # the branch that it goes into
    head: str
    merged: bool
    merge_commit: str
    merged_by: Account
    merged_at: datetime | None
    pusher: Account
    authors: tuple[Account, ...]
    reviews: tuple[ForgeReview, ...]

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "number": self.number,
            "author": self.author.as_json(),
            "base": self.base,
            "head": self.head,
            "merged": self.merged,
            "mergeCommit": self.merge_commit,
            "mergedBy": self.merged_by.as_json(),
            "mergedAt": _time(self.merged_at),
            "pusher": self.pusher.as_json(),
            "authors": [author.as_json() for author in self.authors],
            "reviews": [review.as_json() for review in self.reviews],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeState:
    """Everything that was asked of a forge at one moment.

    `requests` are those that belong to `commit`. They, and `members`, are None where the forge did
    not tell them: nobody and "not told" are two answers. A branch that it did not tell is not in
    `branches`. `not_checked` has all that could not be read.
    """

    repository: ForgeRepository
    observed_at: datetime
    default_branch: str
    branches: tuple[RefRules, ...]
    tags: tuple[RefRules, ...]
    members: tuple[Member, ...] | None
    commit: str
    requests: tuple[ChangeRequest, ...] | None
    not_checked: tuple[NotChecked, ...]

    def rules_of(self, ref: str) -> RefRules | None:
        """Return what is enforced on the branch `ref` by its whole name, if it was asked."""
        return next((rules for rules in self.branches if rules.ref == ref), None)

    def as_json(self) -> dict[str, object]:
        """Return the predicate (`source.forge.predicate.STATE_TYPE`)."""
        members = None if self.members is None else [m.as_json() for m in self.members]
        requests = None if self.requests is None else [r.as_json() for r in self.requests]
        return {
            "source": "forge",
            "repository": self.repository.as_json(),
            "observedAt": format_time(self.observed_at),
            "defaultBranch": self.default_branch,
            "branches": [rules.as_json() for rules in self.branches],
            "tags": [rules.as_json() for rules in self.tags],
            "members": members,
            "commit": self.commit,
            "requests": requests,
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def rules_from(
    ref: str,
    answers: Mapping[Control, bool | None],
    *,
    approvals: int = 0,
    checks: tuple[str, ...] = (),
    bypass: tuple[str, ...] = (),
) -> RefRules:
    """Return the rules by the answer to each control; None, or no answer, is unknown."""
    return RefRules(
        ref=ref,
        held=frozenset(control for control, answer in answers.items() if answer),
        unknown=frozenset(control for control in Control if answers.get(control) is None),
        approvals=approvals,
        checks=tuple(sorted(set(checks))),
        bypass=tuple(sorted(set(bypass))),
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else format_time(at)
