"""Which statements count: all of them, unless another one takes their place for a stated reason.

Running a scan again until it is green does not remove the red. A supersession is followed only if

* it says why, and names a statement of this decision other than a supersession;
* another statement of the same kind and collector, at least as new and not superseded itself,
  stands in its place;
* and that one had other inputs (newer advisories, other rules), or holds the same against the
  subject, or more. A second run with the same inputs that finds less is a contradiction, not a
  correction.

Whatever else is asked for is refused, and the refusal is a gap in the decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from assay.core.digest import Digest
from assay.core.notchecked import NotChecked


class Replaceable(Protocol):
    """What a supersession looks at in a piece of evidence (`gates.reading.Evidence`)."""

    @property
    def statement(self) -> Digest:
        """The digest of the statement."""

    @property
    def kind(self) -> str:
        """The predicate type."""

    @property
    def collector(self) -> str:
        """Who made it."""

    @property
    def observed_at(self) -> datetime:
        """When it was made, by its own account."""

    @property
    def inputs(self) -> frozenset[tuple[str, str]]:
        """What it depends on besides the subject, by name."""

    @property
    def against(self) -> frozenset[str]:
        """What it holds against the subject."""


_Evidence = TypeVar("_Evidence", bound=Replaceable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One entry of a supersession: what it takes away, and why."""

    by: Digest  # the supersession statement
    statement: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Generic[_Evidence]):
    """The evidence that counts, the replacements that were followed, and the refusals."""

    evidence: tuple[_Evidence, ...]
    followed: tuple[Replacement, ...]
    refused: tuple[NotChecked, ...]


def apply_replacements(
    evidence: tuple[_Evidence, ...], replacements: tuple[Replacement, ...]
) -> Counted[_Evidence]:
    """Return what counts of `evidence` under `replacements`; the order of neither matters."""
    named = {item.statement for item in replacements}
    standing = tuple(item for item in evidence if str(item.statement) not in named)
    by_name = {str(item.statement): item for item in evidence}
    followed, refused = [], []
    for item in sorted(replacements, key=lambda r: (str(r.by), r.statement, r.reason)):
        why = _objection(item, by_name.get(item.statement), standing)
        if why:
            refused.append(_refusal(item, why))
        else:
            followed.append(item)
    gone = {item.statement for item in followed}
    return Counted(
        evidence=tuple(item for item in evidence if str(item.statement) not in gone),
        followed=tuple(followed),
        refused=tuple(refused),
    )


def _objection(
    item: Replacement, target: Replaceable | None, standing: Sequence[Replaceable]
) -> str:
    """Say why a replacement is not followed; empty where it is."""
    if not item.reason.strip():
        return "it gives no reason"
    if target is None:
        return "it names no evidence about this subject"
    if not any(_may_replace(other, target) for other in standing):
        return (
            f"no other statement of the collector {target.collector!r} may stand in its place: one "
            "that is as new, and had other inputs or the same findings"
        )
    return ""


def _may_replace(other: Replaceable, target: Replaceable) -> bool:
    if (other.kind, other.collector) != (target.kind, target.collector):
        return False
    if other.observed_at < target.observed_at:
        return False
    return other.inputs != target.inputs or other.against >= target.against


def _refusal(item: Replacement, why: str) -> NotChecked:
    return NotChecked(
        what="supersession",
        where=str(item.by),
        why=f"it does not take {item.statement} away: {why}",
        remedy="Record a new scan, and a supersession that names the old statement and the reason.",
    )
