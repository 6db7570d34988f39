"""A revision of a protected branch, recorded when it was there: source provenance of SLSA v1.2.

`urn:assay:predicate:source-revision:v1`; the specification leaves its form to whoever issues it.
The log dates it: approvals count before it, and a later revision has to have it in its history.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.coverage import Coverage, parse_coverage

REVISION_TYPE: Final = "urn:assay:predicate:source-revision:v1"
MAX_LEVEL: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAnswer:
    """Whether one requirement of SLSA's source track is met, why not, and by whose word.

    `by` is `git`, `log`, `reviews`, `document` or `forge`; `since` when it held without a break.
    """

    requirement: str
    verdict: Verdict
    reason: str  # what is missing; empty where it passed
    by: str
    since: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Return an element of the member `requirements`."""
        return {
            "id": self.requirement,
            "by": self.by,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "since": None if self.since is None else format_time(self.since),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit that was at the end of `branch`; `previous` is the statement before it, if any.

    `coverage` is of the changes since the first recorded revision, or of the last one where this is
    the first. `level` follows from `answers`.
    """

    repository: str  # its URI
    branch: str
    commit: str
    tree: str
    previous: Digest | None
    observed_at: datetime
    coverage: Coverage
    answers: tuple[SourceAnswer, ...]
    level: int
    expunging: Digest | None  # the document of how content is taken out, in this very commit

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            "repository": self.repository,
            "branch": self.branch,
            "commit": self.commit,
            "tree": self.tree,
            "previous": None if self.previous is None else str(self.previous),
            "observedAt": format_time(self.observed_at),
            "coverage": self.coverage.as_json(),
            "requirements": [answer.as_json() for answer in self.answers],
            "level": self.level,
            "expungingProcess": None if self.expunging is None else str(self.expunging),
            "notChecked": [item.as_json() for item in self.coverage.not_checked],
        }


def parse_revision(value: JsonValue) -> Revision:
    """Read what `Revision.as_json` wrote.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    previous, expunging = value.optional("previous"), value.optional("expungingProcess")
    level = value.field("level")
    if not 0 <= level.integer() <= MAX_LEVEL:
        raise MalformedError(f"level {level.integer()}", where=level.where)
    return Revision(
        repository=value.field("repository").text(),
        branch=value.field("branch").text(),
        commit=value.field("commit").parsed(lambda text: parse_digest(f"gitCommit:{text}")).hex,
        tree=value.field("tree").parsed(lambda text: parse_digest(f"gitTree:{text}")).hex,
        previous=None if previous is None else previous.parsed(parse_digest),
        observed_at=value.field("observedAt").parsed(parse_time),
        coverage=parse_coverage(value.field("coverage")),
        answers=tuple(_parse_answer(item) for item in value.field("requirements").items()),
        level=level.integer(),
        expunging=None if expunging is None else expunging.parsed(parse_digest),
    )


def _parse_answer(value: JsonValue) -> SourceAnswer:
    since = value.optional("since")
    try:
        verdict = Verdict(value.field("verdict").text())
    except ValueError as error:
        raise MalformedError(str(error), where=value.where) from error
    return SourceAnswer(
        requirement=value.field("id").text(),
        verdict=verdict,
        reason=value.field("reason").text(),
        by=value.field("by").text(),
        since=None if since is None else since.parsed(parse_time),
    )
