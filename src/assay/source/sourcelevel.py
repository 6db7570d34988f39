"""Which level of SLSA's source track a revision has, requirement by requirement. Pure.

Specification: SLSA v1.2, source requirements. A level is reached when every requirement of it, and
of those below, is met; what nobody can tell is not met. Each answer says by whose word it is: Git's
own structure, our log, the signed reviews, a document in the commit, or a forge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.core.verdict import Verdict
from assay.source.coverage import Coverage
from assay.source.forge.continuity import Protection
from assay.source.forge.facts import Control
from assay.source.revision import MAX_LEVEL, SourceAnswer

# The lowest level that each requirement belongs to; it belongs to all above, too.
FIRST_LEVEL: Final[Mapping[str, int]] = MappingProxyType(
    {
        "choose-scs": 1,
        "repository-ids": 1,
        "revision-ids": 1,
        "human-readable-diff": 1,
        "source-summary": 1,
        "access-and-history": 2,
        "safe-expunging-process": 2,
        "history": 2,
        "continuity": 2,
        "identity-management": 2,
        "source-provenance": 2,
        "technical-controls": 3,
        "protected-refs": 3,
        "two-party-review": 4,
    }
)
_KEEPS_HISTORY: Final = (Control.NO_FORCE, Control.NO_DELETION)
_CONTROLS: Final = (Control.REQUESTS, Control.CHECKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSituation:
    """What is known of a branch and its newest revision.

    `first_recorded` is when the log first had a revision of the branch before this one;
    `protection` is what a forge says, None where none was asked; `expunging` tells whether a
    document in the commit says how content is taken out.
    """

    repository: str
    coverage: Coverage
    first_recorded: datetime | None
    protection: Protection | None
    expunging: bool


def answer_requirements(situation: SourceSituation) -> tuple[SourceAnswer, ...]:
    """Return one answer for each requirement of the source track, in the order of levels."""
    found = {answer.requirement: answer for answer in _answers(situation)}
    return tuple(found[requirement] for requirement in FIRST_LEVEL)


def level_of(answers: Sequence[SourceAnswer]) -> int:
    """Return the highest level of which every requirement is met, and every one below."""
    met = {answer.requirement for answer in answers if answer.verdict is Verdict.PASSED}
    for level in range(MAX_LEVEL, 0, -1):
        if all(name in met for name, first in FIRST_LEVEL.items() if first <= level):
            return level
    return 0


def _answers(situation: SourceSituation) -> Iterator[SourceAnswer]:
    known = bool(situation.repository)
    no_uri = "" if known else "nobody says which repository this is: product.uri in assay.toml"
    named = Verdict.PASSED if known else Verdict.UNKNOWN
    yield SourceAnswer(requirement="choose-scs", verdict=named, reason=no_uri, by="git")
    yield SourceAnswer(requirement="repository-ids", verdict=named, reason=no_uri, by="git")
    for requirement, by in (
        ("revision-ids", "git"),  # a commit is named by the hash of all that it is
        ("human-readable-diff", "git"),
        ("source-summary", "log"),  # made from this very answer
        ("source-provenance", "log"),  # this statement, dated by the log
    ):
        yield SourceAnswer(requirement=requirement, verdict=Verdict.PASSED, reason="", by=by)
    yield _expunging(situation)
    yield _history(situation)
    yield _identities(situation.coverage)
    yield from _protection(situation)
    yield _two_parties(situation.coverage)


def _expunging(situation: SourceSituation) -> SourceAnswer:
    passed = situation.expunging
    return SourceAnswer(
        requirement="safe-expunging-process",
        verdict=Verdict.PASSED if passed else Verdict.UNKNOWN,
        reason="" if passed else "no document of it was named: --expunging-process",
        by="document",
    )


def _history(situation: SourceSituation) -> SourceAnswer:
    lost, since = situation.coverage.lost, situation.first_recorded
    verdict, reason = Verdict.PASSED, ""
    if lost:
        verdict = Verdict.FAILED
        reason = f"{len(lost)} recorded revisions are not in its history any more"
    elif since is None:
        verdict, reason = Verdict.UNKNOWN, "this is the first recorded revision of the branch"
    return SourceAnswer(
        requirement="history", verdict=verdict, reason=reason, by="log", since=since
    )


def _identities(coverage: Coverage) -> SourceAnswer:
    counts = dict(coverage.signed)
    failed, unknown = counts.get("FAILED", 0), counts.get("UNKNOWN", 0)
    verdict, reason = Verdict.PASSED, ""
    if failed:
        verdict, reason = Verdict.FAILED, f"{failed} commits have no signature that holds"
    elif unknown or not sum(counts.values()):
        verdict, reason = Verdict.UNKNOWN, f"of {unknown} commits nobody can tell who signed them"
    return SourceAnswer(requirement="identity-management", verdict=verdict, reason=reason, by="git")


def _protection(situation: SourceSituation) -> Iterator[SourceAnswer]:
    yield _held("access-and-history", situation.protection, _KEEPS_HISTORY)
    yield _held("protected-refs", situation.protection, _KEEPS_HISTORY)
    yield _held("technical-controls", situation.protection, _CONTROLS)
    yield _continuity(situation)


def _held(
    requirement: str, protection: Protection | None, controls: Sequence[Control]
) -> SourceAnswer:
    """Answer by what a forge enforces now, and since when all of it."""
    if protection is None:
        return SourceAnswer(
            requirement=requirement,
            verdict=Verdict.UNKNOWN,
            reason="no forge was asked: assay forge record",
            by="forge",
        )
    open_ones = [control for control in controls if control not in protection.since]
    told = [protection.rules.answer(control) for control in open_ones]
    verdict = Verdict.PASSED
    if open_ones:
        verdict = Verdict.FAILED if Verdict.FAILED in told else Verdict.UNKNOWN
    return SourceAnswer(
        requirement=requirement,
        verdict=verdict,
        reason=f"not shown: {', '.join(c.value for c in open_ones)}" if open_ones else "",
        by="forge",
        since=None if open_ones else max(protection.since[control] for control in controls),
    )


def _continuity(situation: SourceSituation) -> SourceAnswer:
    """Answer whether the history was protected for as long as the log knows the branch."""
    held = _held("continuity", situation.protection, _KEEPS_HISTORY)
    first = situation.first_recorded
    if held.verdict is not Verdict.PASSED or held.since is None:
        return held
    if first is None or held.since > first:
        return SourceAnswer(
            requirement="continuity",
            verdict=Verdict.UNKNOWN,
            reason="it was not shown to be protected since the first recorded revision",
            by="forge",
            since=held.since,
        )
    return held


def _two_parties(coverage: Coverage) -> SourceAnswer:
    verdict = coverage.verdict
    reason = ""
    if verdict is not Verdict.PASSED:
        reason = (
            f"of {coverage.changes} changes {coverage.unreviewed} were not reviewed, and of "
            f"{coverage.unknown} nobody can tell"
        )
    return SourceAnswer(
        requirement="two-party-review", verdict=verdict, reason=reason, by="reviews"
    )
