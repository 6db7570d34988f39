"""Which reviews on a forge count for a change, and why the others do not.

What counts here corroborates that somebody else looked at what was merged; it shows nothing by
itself, since whoever administers the forge can make such reviews.

* People are counted, not accounts: the trust root says which accounts are one person's. An account
  of which it says nothing may be anybody's second one, so that its approval is UNKNOWN.
* Each person has one opinion, the last by any account. It counts if it approves the last commit of
  the change, in the words of the forge, and is of a reviewer who neither opened, wrote nor pushed
  any of it.
* Where it is not known who wrote or pushed a part, the one who approves may be the one who did.
  Then two people have to, as for signed reviews (`source.participants`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.forge.facts import Account, ChangeRequest, ForgeReview, ReviewState
from assay.source.forge.people import ForgePeople, why_no_reviewer

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_OPINIONS: Final = frozenset(
    {ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED}
)
_ALONE, _DOUBTED = 1, 2  # people that are needed


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Discounted:
    """An approval that does not count, or of which nobody can tell, and why."""

    by: str  # as the forge calls the account
    why: str

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {"by": self.by, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What the approvals of a change come to: the `people` who count, each once.

    `doubts` say why one of them may have taken part in the change unseen.
    """

    people: tuple[str, ...]
    unknown: tuple[Discounted, ...]
    discounted: tuple[Discounted, ...]
    doubts: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Return whether somebody else approved it."""
        needed = _DOUBTED if self.doubts else _ALONE
        if len(self.people) >= needed:
            return Verdict.PASSED
        return Verdict.UNKNOWN if self.people or self.unknown else Verdict.FAILED

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "people": list(self.people),
            "unknown": [one.as_json() for one in self.unknown],
            "discounted": [one.as_json() for one in self.discounted],
            "doubts": list(self.doubts),
            "verdict": self.verdict.value,
        }


def parse_approvals(value: JsonValue) -> Approvals:
    """Read what `Approvals.as_json` wrote; the verdict follows from the rest.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    return Approvals(
        people=tuple(sorted({one.text() for one in value.field("people").items()})),
        unknown=_parse_discounted(value.field("unknown")),
        discounted=_parse_discounted(value.field("discounted")),
        doubts=tuple(one.text() for one in value.field("doubts").items()),
    )


def count_approvals(
    request: ChangeRequest, people: ForgePeople, *, observed_at: datetime
) -> Approvals:
    """Return who approved `request` as the forge told it at `observed_at`, and who did not."""
    took_part = frozenset[str]().union(*(people.named(one) for one in _participants(request)))
    names: set[str] = set()
    unknown, discounted = [], []
    for review in _last_opinions(request.reviews, people):
        why = _objection(review, request)
        owner = people.owner(review.by)
        if owner is not None and not why:
            why = why_no_reviewer(owner, at=review.submitted_at or observed_at)
            why = f"{owner.name!r} took part in the change" if owner.name in took_part else why
        if why:
            discounted.append(Discounted(by=review.by.label, why=why))
        elif owner is None:
            unknown.append(Discounted(by=review.by.label, why=people.unnamed(review.by)))
        else:
            names.add(owner.name)
    return Approvals(
        people=tuple(sorted(names)),
        unknown=tuple(sorted(unknown)),
        discounted=tuple(sorted(discounted)),
        doubts=tuple(dict.fromkeys(_doubts(request, people))),
    )


def _participants(request: ChangeRequest) -> tuple[Account, ...]:
    return (request.author, request.pusher, *request.authors)


def _doubts(request: ChangeRequest, people: ForgePeople) -> Iterator[str]:
    """Say who may have taken part without anybody knowing."""
    if not request.pusher.number:
        yield "the forge does not tell who pushed the last commit"
    if not request.author.number:
        yield "the forge does not tell who opened it"
    for account in _participants(request):
        if account.number and not people.named(account):
            yield people.unnamed(account)
    if any(not account.number and not people.named(account) for account in request.authors):
        yield "the trust root does not say whose address one in its commits is"


def _last_opinions(reviews: Iterable[ForgeReview], people: ForgePeople) -> tuple[ForgeReview, ...]:
    """Return the last opinion of each person where it approves; a comment changes none."""
    last: dict[tuple[str, int, str], ForgeReview] = {}
    for review in sorted(reviews, key=_when):
        if review.state in _OPINIONS:
            last[_who(review.by, people)] = review
    found = (last[who] for who in sorted(last))
    return tuple(review for review in found if review.state is ReviewState.APPROVED)


def _who(account: Account, people: ForgePeople) -> tuple[str, int, str]:
    """Return what is the same for all accounts of a person, and for one of nobody's by itself."""
    owner = people.owner(account)
    if owner is not None:
        return owner.name, 0, ""
    return "", account.number, "" if account.number else account.name.lower()


def _when(review: ForgeReview) -> tuple[datetime, bool]:
    """Return the place in time; of two at once, the approval comes first, so that it loses."""
    return (review.submitted_at or _LONG_AGO, review.state is not ReviewState.APPROVED)


def _objection(review: ForgeReview, request: ChangeRequest) -> str:
    """Say why an approval does not count, whoever is behind the account; empty where it may."""
    number, participants = review.by.number, _participants(request)
    objections = (
        (not number, "the forge does not tell whose it is"),
        (review.by.bot, "a machine gave it"),
        (
            number in {one.number for one in participants},
            "it is by somebody who wrote, opened or pushed the change",
        ),
        (not review.commit, "the forge does not tell which commit was reviewed"),
        (review.commit != request.head, "it is of another commit than the last one"),
        (
            request.author.bot and request.merged_by.number == number,
            "the change is a machine's, and they merged it themselves",
        ),
    )
    return next((why for applies, why in objections if applies), "")


def _parse_discounted(value: JsonValue) -> tuple[Discounted, ...]:
    return tuple(
        Discounted(by=one.field("by").text(), why=one.field("why").text()) for one in value.items()
    )
