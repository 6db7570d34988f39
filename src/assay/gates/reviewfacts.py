"""What the gate's document says of reviews: several accounts of one range made into one.

What any account holds against a change counts, at the worst that any says.
"""

from collections.abc import Sequence
from datetime import datetime

from assay.core.verdict import Verdict
from assay.gates.joining import MAX_ITEMS, join_gaps
from assay.source.coverage import Coverage, OpenChange

_WORST_FIRST = (Verdict.FAILED, Verdict.UNKNOWN)


def join_coverages(coverages: Sequence[Coverage], *, at: datetime) -> dict[str, object]:
    """Return the member `reviews` of the document."""
    opened: dict[str, OpenChange] = {}
    for one in sorted((o for c in coverages for o in c.open), key=_order):
        opened.setdefault(one.commit, one)
    found = sorted(opened.values(), key=_order)
    differing = sorted({commit for c in coverages for commit in c.merges.differing})
    lost = sorted({commit for c in coverages for commit in c.lost})
    return {
        "branches": sorted({c.branch for c in coverages}),
        "changes": max(c.changes for c in coverages),
        "reviewed": min(c.reviewed for c in coverages),
        "empty": max(c.empty for c in coverages),
        "open": [one.as_json() for one in found[:MAX_ITEMS]],
        "open_count": len(found),
        "differing_merges": differing[:MAX_ITEMS],
        "differing_merge_count": len(differing),
        "recorded": max(c.recorded for c in coverages),
        "lost": lost[:MAX_ITEMS],
        "lost_count": len(lost),
        "reviewers": sorted({name for c in coverages for name in c.reviewers})[:MAX_ITEMS],
        **join_gaps((gap for c in coverages for gap in c.not_checked), at),
    }


def _order(one: OpenChange) -> tuple[int, str, tuple[str, ...], str]:
    return _WORST_FIRST.index(one.verdict), one.commit, one.reasons, one.title
