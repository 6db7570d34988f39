"""How far the changes on a branch were reviewed, with what that is a part of.

`urn:assay:predicate:review-coverage:v1`. Of N changes in a range, n were reviewed, m were not, of u
nobody can tell, and e changed no file; every one that was not reviewed is named.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.printable import printable
from assay.core.reliance import Reliance, parse_reliance
from assay.core.verdict import Verdict, all_of
from assay.source.history import count_at
from assay.source.reviewed import Judged

COVERAGE_TYPE: Final = "urn:assay:predicate:review-coverage:v1"
MAX_TITLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change that was not reviewed, or of which nobody can tell, and why."""

    commit: str
    verdict: Verdict
    title: str
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return an element of the member `open`."""
        return {
            "commit": self.commit,
            "verdict": self.verdict.value,
            "title": self.title,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeAccount:
    """Merges by how they compare with what Git makes of their parents."""

    clean: int = 0
    differing: tuple[str, ...] = ()  # has what neither parent has, though nothing stood in the way
    by_hand: tuple[str, ...] = ()  # there was a conflict, which somebody resolved
    untold: tuple[str, ...] = ()  # of more than two parents, or Git cannot tell

    def as_json(self) -> dict[str, object]:
        """Return the member `merges`."""
        return {
            "clean": self.clean,
            "differing": list(self.differing),
            "byHand": list(self.by_hand),
            "untold": list(self.untold),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a range of changes came to; `open` are all that are neither reviewed nor empty.

    `lost` are revisions that the log saw on the branch, and that are not in its history any more.
    `recorded` counts all that it saw. `signed` counts the commits by what became of their
    signatures. `inputs` are what the answer depends on besides the commits, by name: digests.
    """

    branch: str
    base: str
    head: str
    observed_at: datetime
    changes: int
    reviewed: int
    empty: int
    open: tuple[OpenChange, ...]
    merges: MergeAccount
    signed: tuple[tuple[str, int], ...]
    recorded: int
    lost: tuple[str, ...]
    reviewers: tuple[str, ...]
    reviews: tuple[Reliance, ...]
    inputs: tuple[tuple[str, str], ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def unreviewed(self) -> int:
        """Return how many changes were not reviewed."""
        return sum(one.verdict is Verdict.FAILED for one in self.open)

    @property
    def unknown(self) -> int:
        """Return of how many changes nobody can tell."""
        return sum(one.verdict is Verdict.UNKNOWN for one in self.open)

    @property
    def verdict(self) -> Verdict:
        """Return PASSED only where there was something to review, and all of it was.

        A history that was rewritten can hide what nobody reviewed.
        """
        if self.lost:
            return Verdict.FAILED
        states = [one.verdict for one in self.open] + [Verdict.PASSED] * bool(self.reviewed)
        if not states and self.changes and self.changes == self.empty:
            return Verdict.PASSED
        return all_of((*states, *([Verdict.UNKNOWN] if self.not_checked else [])))

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            "branch": self.branch,
            "base": self.base,
            "head": self.head,
            "observedAt": format_time(self.observed_at),
            "changes": self.changes,
            "reviewed": self.reviewed,
            "unreviewed": self.unreviewed,
            "unknown": self.unknown,
            "empty": self.empty,
            "open": [one.as_json() for one in self.open],
            "merges": self.merges.as_json(),
            "signatures": dict(self.signed),
            "recorded": self.recorded,
            "lost": list(self.lost),
            "reviewers": list(self.reviewers),
            "reviews": [review.as_json() for review in self.reviews],
            "inputs": dict(self.inputs),
            "notChecked": [item.as_json() for item in self.not_checked],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a coverage says besides its changes."""

    branch: str
    base: str
    head: str
    at: datetime
    merges: MergeAccount
    recorded: int = 0
    lost: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


def count_coverage(judged: Sequence[Judged], seen: Observation) -> Coverage:
    """Return what the judged changes come to."""
    passed = [one for one in judged if one.verdict is Verdict.PASSED]
    left = [one for one in judged if one.verdict is not Verdict.PASSED and not one.change.empty]
    signed = Counter(c.signature.verdict.value for one in judged for c in one.change.commits)
    return Coverage(
        branch=seen.branch,
        base=seen.base,
        head=seen.head,
        observed_at=seen.at,
        changes=len(judged),
        reviewed=len(passed),
        empty=len(judged) - len(passed) - len(left),
        open=tuple(_open(one) for one in left),
        merges=seen.merges,
        signed=tuple((verdict.value, signed[verdict.value]) for verdict in Verdict),
        recorded=seen.recorded,
        lost=seen.lost,
        reviewers=tuple(sorted({name for one in passed for name in one.by})),
        reviews=tuple(sorted({review for one in passed for review in one.reviews})),
        inputs=tuple(sorted(seen.inputs)),
        not_checked=tuple(sorted({*seen.not_checked})),
    )


def parse_coverage(value: JsonValue) -> Coverage:
    """Read what `Coverage.as_json` wrote.

    Raises:
        MalformedError: A member is missing or of another type, or the parts are not the whole.
    """
    merges = value.field("merges")
    signed = value.field("signatures")
    coverage = Coverage(
        branch=value.field("branch").text(),
        base=value.field("base").text(),
        head=value.field("head").parsed(lambda text: parse_digest(f"gitCommit:{text}")).hex,
        observed_at=value.field("observedAt").parsed(parse_time),
        changes=count_at(value, "changes"),
        reviewed=count_at(value, "reviewed"),
        empty=count_at(value, "empty"),
        open=tuple(_parse_open(item) for item in value.field("open").items()),
        merges=MergeAccount(
            clean=count_at(merges, "clean"),
            differing=_texts(merges, "differing"),
            by_hand=_texts(merges, "byHand"),
            untold=_texts(merges, "untold"),
        ),
        signed=tuple((verdict.value, count_at(signed, verdict.value)) for verdict in Verdict),
        recorded=count_at(value, "recorded"),
        lost=_texts(value, "lost"),
        reviewers=_texts(value, "reviewers"),
        reviews=tuple(parse_reliance(item) for item in value.field("reviews").items()),
        inputs=tuple(sorted((n, item.text()) for n, item in value.field("inputs").members())),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )
    whole = coverage.reviewed + coverage.empty + len(coverage.open)
    told = (count_at(value, "unreviewed"), count_at(value, "unknown"))
    if whole != coverage.changes or told != (coverage.unreviewed, coverage.unknown):
        raise MalformedError("the parts are not the whole", where=value.where)
    return coverage


def _open(one: Judged) -> OpenChange:
    title = one.change.own.title.decode(errors="replace")
    return OpenChange(
        commit=one.change.oid,
        verdict=one.verdict,
        title=printable(title, limit=MAX_TITLE),
        reasons=one.reasons,
    )


def _parse_open(value: JsonValue) -> OpenChange:
    try:
        verdict = Verdict(value.field("verdict").text())
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error
    if verdict is Verdict.PASSED:
        raise MalformedError("a change that passed is not open", where=value.where)
    return OpenChange(
        commit=value.field("commit").parsed(lambda text: parse_digest(f"gitCommit:{text}")).hex,
        verdict=verdict,
        title=value.field("title").text(),
        reasons=_texts(value, "reasons"),
    )


def _texts(value: JsonValue, name: str) -> tuple[str, ...]:
    return tuple(item.text() for item in value.field(name).items())
