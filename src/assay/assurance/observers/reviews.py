"""What accounts of reviews show: how many changes two people stand behind, of how many."""

from assay.assurance.observers.saying import (
    Answer,
    Sight,
    counted,
    each,
    failed,
    in_part,
    left_open,
    listed,
    unknown,
)
from assay.assurance.record import Record
from assay.source.coverage import Coverage


def review_coverage_from_signed_history(record: Record) -> tuple[Sight, ...]:
    """PW.7.2: one change that nobody reviewed is a no; who pushed, Git cannot tell, so a part."""
    return each(record.reviews, _judge)


def _judge(coverage: Coverage) -> Answer:
    changes = counted(coverage.changes, "change")
    if coverage.lost:
        lost = counted(len(coverage.lost), "recorded revision")
        return failed(f"{lost} not in the history any more: it was rewritten")
    if coverage.unreviewed:
        return failed(f"{coverage.unreviewed} of {changes} not reviewed")
    if coverage.unknown:
        return unknown(f"of {coverage.unknown} of {changes} nobody can tell who agreed")
    if not coverage.reviewed:
        return unknown(f"none of {changes} has anything to review")
    return in_part(
        f"{coverage.reviewed} of {changes} approved, with a signature, as they came to be",
        not_seen=listed(
            left_open(coverage.not_checked),
            f"{coverage.empty} without a changed file" if coverage.empty else "",
            "" if coverage.recorded else "changes before the last one: no revision was recorded",
            "who pushed",
        ),
    )
