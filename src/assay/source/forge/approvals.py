"""Which reviews on a forge count for a change, and why the others do not.

What counts here corroborates that somebody else looked at what was merged; it shows nothing by
itself, since whoever administers the forge can make such reviews. Each person has one opinion, the
last. It counts if it approves the last commit of the change, in the words of the forge, and is by
nobody who wrote, opened or merged by themselves what they approve, and by no machine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from assay.source.forge.facts import ChangeRequest, ForgeReview, ReviewState

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_OPINIONS: Final = frozenset(
    {ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounted:
    """An approval that does not count, and why."""

    review: ForgeReview
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """The approvals of a change that count, and those that do not."""

    counted: tuple[ForgeReview, ...]
    discounted: tuple[Discounted, ...]

    @property
    def by(self) -> frozenset[str]:
        """Return the accounts whose approval counts, in lower case as forges compare them."""
        return frozenset(review.by.lower() for review in self.counted)


def count_approvals(request: ChangeRequest) -> Approvals:
    """Return which of the last opinions about `request` approve it, and which do not count."""
    counted, discounted = [], []
    for review in _last_opinions(request.reviews):
        if review.state is not ReviewState.APPROVED:
            continue
        why = _objection(review, request)
        if why:
            discounted.append(Discounted(review=review, why=why))
        else:
            counted.append(review)
    return Approvals(counted=tuple(counted), discounted=tuple(discounted))


def _last_opinions(reviews: Iterable[ForgeReview]) -> tuple[ForgeReview, ...]:
    """Return the last opinion of each account; a comment changes none."""
    last: dict[str, ForgeReview] = {}
    for review in sorted(reviews, key=_when):
        if review.state in _OPINIONS:
            last[review.by.lower()] = review
    return tuple(last[name] for name in sorted(last))


def _when(review: ForgeReview) -> tuple[datetime, bool]:
    """Return the place in time; of two at once, the approval comes first, so that it loses."""
    return (review.submitted_at or _LONG_AGO, review.state is not ReviewState.APPROVED)


def _objection(review: ForgeReview, request: ChangeRequest) -> str:
    """Say why an approval does not count; empty where it does."""
    name = review.by.lower()
    wrote = {request.author.lower(), *(author.lower() for author in request.authors)}
    objections = (
        (not name, "the forge does not tell whose it is"),
        (review.bot, "a machine gave it"),
        (name in wrote, "it is by somebody who wrote the change"),
        (not review.commit, "the forge does not tell which commit was reviewed"),
        (review.commit != request.head, "it is of another commit than the last one"),
        (
            request.author_bot and request.merged_by.lower() == name,
            "the change is a machine's, and they merged it themselves",
        ),
    )
    return next((why for applies, why in objections if applies), "")
