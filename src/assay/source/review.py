"""A review, as a reviewer states it: `urn:assay:predicate:review:v1`.

It is about one transition, and nothing else: from the commit `base` to the tree `mergedTree`. Its
subjects are the commit at its head, and that tree. Who reviewed is who signed; the name in it is
for people, and must be the signer's.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.evidence.statement import Statement, Subject
from assay.source.history import count_at

REVIEW_TYPE: Final = "urn:assay:predicate:review:v1"
MAX_COMMITS: Final = 10_000  # in one review
MAX_REASON: Final = 10_000  # characters


class Decision(enum.Enum):
    """What a reviewer says of a change."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"  # takes back what the same person said of the same change


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One reviewer's word on one change.

    `base` and `base_tree` are empty where the change begins the history. `merged_tree` is what it
    results in: that of the head where it is on top of `base`, else of their merge. `tip` is where
    the branch was when the reviewer looked, empty where there was none.
    """

    decision: Decision
    reviewer: str
    reason: str
    looked_at: str
    branch: str
    tip: str
    base: str
    base_tree: str
    head: str
    merged_tree: str
    commits: tuple[str, ...]
    files: int
    submodules: int
    observed_at: datetime
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def change(self) -> tuple[str, str]:
        """Return what it is about: equal for two reviews of the same change."""
        return self.base, self.merged_tree

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            "decision": self.decision.value,
            "reviewer": self.reviewer,
            "reason": self.reason,
            "lookedAt": self.looked_at,
            "branch": self.branch,
            "tip": self.tip,
            "base": self.base,
            "baseTree": self.base_tree,
            "head": self.head,
            "mergedTree": self.merged_tree,
            "commits": list(self.commits),
            "files": self.files,
            "submodules": self.submodules,
            "observedAt": format_time(self.observed_at),
            "notChecked": [item.as_json() for item in self.not_checked],
        }

    def statement(self, name: str) -> Statement:
        """Return the statement to be signed, about the product `name`."""
        return Statement(
            subjects=(
                Subject(name=name, digest=Digest("gitCommit", self.head)),
                Subject(name=name, digest=Digest("gitTree", self.merged_tree)),
            ),
            predicate_type=REVIEW_TYPE,
            predicate=self.as_json(),
        )


def parse_review(value: JsonValue) -> Review:
    """Read what `Review.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or at odds with another one.
    """
    review = Review(
        decision=_decision(value.field("decision")),
        reviewer=value.field("reviewer").text(),
        reason=value.field("reason").text(),
        looked_at=value.field("lookedAt").text(),
        branch=value.field("branch").text(),
        tip=_commit_or_none(value.field("tip")),
        base=_commit_or_none(value.field("base")),
        base_tree=_object_or_none(value.field("baseTree"), "gitTree"),
        head=value.field("head").parsed(lambda text: parse_digest(f"gitCommit:{text}")).hex,
        merged_tree=value.field("mergedTree").parsed(lambda t: parse_digest(f"gitTree:{t}")).hex,
        commits=tuple(_commit_or_none(item) for item in value.field("commits").items()),
        files=count_at(value, "files"),
        submodules=count_at(value, "submodules"),
        observed_at=value.field("observedAt").parsed(parse_time),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )
    _check_whole(review, value)
    return review


def _check_whole(review: Review, value: JsonValue) -> None:
    if bool(review.base) is not bool(review.base_tree):
        raise MalformedError("a base without its tree, or the reverse", where=value.where)
    if not review.commits or review.head not in review.commits:
        raise MalformedError("a head that is not among its commits", where=value.where)
    if len(review.commits) > MAX_COMMITS or len(set(review.commits)) != len(review.commits):
        raise MalformedError("too many commits, or one twice", where=value.where)
    if review.decision is not Decision.APPROVE and not review.reason.strip():
        raise MalformedError("no reason", where=value.where)
    if len(review.reason) > MAX_REASON or len(review.looked_at) > MAX_REASON:
        raise MalformedError("a text that is too long", where=value.where)


def _decision(value: JsonValue) -> Decision:
    try:
        return Decision(value.text())
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error


def _commit_or_none(value: JsonValue) -> str:
    return _object_or_none(value, "gitCommit")


def _object_or_none(value: JsonValue, algorithm: str) -> str:
    if not value.text():
        return ""
    return value.parsed(lambda text: parse_digest(f"{algorithm}:{text}")).hex
