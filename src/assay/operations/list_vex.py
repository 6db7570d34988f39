"""`assay vex list`: the documents in the log, and what they come to for the commit at HEAD."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.recorded_findings import RecordedFindings, recorded_findings
from assay.operations.vexaccount import vex_standing
from assay.operations.vexrecords import RecordedVex
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.vuln.vex.judging import VexJudgement


@dataclass(frozen=True, slots=True, kw_only=True)
class VexListing:
    """Every document in the log, and what they do to the findings about one commit."""

    commit: str
    documents: tuple[RecordedVex, ...]
    judged: VexJudgement
    titles: Mapping[str, str]  # of findings
    not_checked: tuple[NotChecked, ...]  # not applied, with why

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "commit": self.commit,
            "documents": [one.as_json() for one in self.documents],
            "applied": [one.as_json() for one in self.judged.set_aside.values()],
            "confirmed": [one.as_json() for one in self.judged.confirmed.values()],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def list_vex(path: Path, *, clock: Clock = now) -> VexListing:
    """Return the VEX in the log, and what it comes to for the findings about HEAD.

    Raises:
        UsageError: No repository, or no log.
        RejectedError: The log is damaged, or holds a record that was never to be trusted.
    """
    repository = open_repository(path)
    with open_ledger(repository, at=clock()) as ledger:
        found, gaps = _findings(ledger, repository.head)
        standing = vex_standing(ledger, repository, found.findings, whole=True)
    return VexListing(
        commit=repository.head,
        documents=standing.documents,
        judged=standing.judged,
        titles={finding.identity: finding.title for finding in found.findings},
        not_checked=(*gaps, *standing.judged.not_checked),
    )


def _findings(ledger: Ledger, commit: str) -> tuple[RecordedFindings, tuple[NotChecked, ...]]:
    """Return the findings about a commit; of one that was never checked none, which is said."""
    try:
        return recorded_findings(ledger, commit), ()
    except UsageError as error:
        gap = NotChecked(what="commit", where=commit, why=error.what, remedy=error.hint)
        return RecordedFindings(findings=(), not_checked=frozenset()), (gap,)
