"""Which earlier statements a new run takes the place of, and why: always a record, never a habit.

A run whose inputs changed (newer advisories, other rules, another working tree) supersedes the
earlier run, and says which inputs they were. A run with equal inputs supersedes only a statement
that has the same findings or fewer; everything else keeps counting (`gates.supersession`). So does
a finding that only older advisory data, or none, do not show: what was known cannot be unknown.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Statement, Subject
from assay.gates.reading import SUPERSESSION_TYPE, Evidence, read_evidence, read_replacements

_NEWEST: Final = "/newestModified"  # of a feed, in the inputs of `assay.vuln.match`; RFC 3339, UTC


def build_supersession(
    subject: Subject, evidence: tuple[VerifiedStatement, ...], *, new: frozenset[Digest]
) -> Statement | None:
    """Return the statement by which the statements `new` take the place of older ones, or None.

    `evidence` is everything about `subject`, the new statements and supersessions included.
    """
    gone = {
        replacement.statement
        for verified in evidence
        if verified.predicate_type == SUPERSESSION_TYPE
        for replacement in read_replacements(verified)
    }
    items = [read_evidence(v) for v in evidence if v.predicate_type != SUPERSESSION_TYPE]
    fresh = {item.collector: item for item in items if item.statement in new}
    entries = [
        {"statement": str(old.statement), "reason": reason}
        for old in items
        if old.statement not in new and str(old.statement) not in gone
        for reason in _reasons(old, fresh.get(old.collector))
    ]
    if not entries:
        return None
    return Statement(
        subjects=(subject,),
        predicate_type=SUPERSESSION_TYPE,
        predicate={"supersedes": sorted(entries, key=lambda entry: entry["statement"])},
    )


def _reasons(old: Evidence, fresh: Evidence | None) -> Iterator[str]:
    """Yield the one reason for which `fresh` takes the place of `old`, if it does."""
    if fresh is None:
        return
    changed = sorted(old.inputs ^ fresh.inputs)
    keeps = old.against <= fresh.against
    if changed and (keeps or not _goes_back(old, fresh)):
        yield "observed again with other inputs: " + ", ".join(dict.fromkeys(n for n, _ in changed))
    elif keeps and not changed:
        yield "observed again with equal inputs, and no finding is lost"


def _goes_back(old: Evidence, fresh: Evidence) -> bool:
    """Tell whether `fresh` saw an older state of a feed than `old` did, or lacks the feed."""
    newest = dict(fresh.inputs)
    return any(newest.get(name, "") < when for name, when in old.inputs if name.endswith(_NEWEST))
