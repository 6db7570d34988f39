"""Which statements count: all of them, unless another one takes their place for a stated reason.

Running a scan again until it is green does not remove the red. A supersession is followed only if

* it says why, and names a statement of this decision other than a supersession;
* another statement of the same kind and collector, at least as new and not superseded itself,
  stands in its place;
* and that one had other inputs (newer advisories, other rules), or lost no finding. A second run
  with the same inputs that finds less is a contradiction, not a correction.

Whatever else is asked for is refused, and the refusal is a gap in the decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assay.core.notchecked import NotChecked
from assay.gates.reading import Evidence, Replacement


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The evidence that counts, the replacements that were followed, and the refusals."""

    evidence: tuple[Evidence, ...]
    followed: tuple[Replacement, ...]
    refused: tuple[NotChecked, ...]


def apply_replacements(
    evidence: tuple[Evidence, ...], replacements: tuple[Replacement, ...]
) -> Counted:
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


def _objection(item: Replacement, target: Evidence | None, standing: tuple[Evidence, ...]) -> str:
    """Say why a replacement is not followed; empty where it is."""
    if not item.reason.strip():
        return "it gives no reason"
    if item.statement == str(item.by):
        return "it names itself"
    if target is None:
        return "it names no evidence about this subject"
    if not any(_may_replace(other, target) for other in standing):
        return (
            f"no other statement of the collector {target.collector!r} may stand in its place: one "
            "that is as new, and had other inputs or the same findings"
        )
    return ""


def _may_replace(other: Evidence, target: Evidence) -> bool:
    if (other.kind, other.collector) != (target.kind, target.collector):
        return False
    if other.observed_at < target.observed_at:
        return False
    return _inputs(other) != _inputs(target) or _findings(other) >= _findings(target)


def _inputs(item: Evidence) -> frozenset[tuple[str, str]]:
    return frozenset(_named_inputs(item))


def _named_inputs(item: Evidence) -> Iterator[tuple[str, str]]:
    """Yield what a scan depends on; facts and component lists depend on the commit alone."""
    if item.report is not None:
        yield "tool", f"{item.report.tool} {item.report.version}"
        yield from item.report.inputs.items()


def _findings(item: Evidence) -> frozenset[str]:
    return frozenset(f.identity for f in item.report.findings) if item.report else frozenset()


def _refusal(item: Replacement, why: str) -> NotChecked:
    return NotChecked(
        what="supersession",
        where=str(item.by),
        why=f"it does not take {item.statement} away: {why}",
        remedy="Record a new scan, and a supersession that names the old statement and the reason.",
    )
