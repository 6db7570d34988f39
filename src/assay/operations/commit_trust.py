"""Who may sign commits by the trust root in force, and when the log first knew of commits.

A commit's id is a hash: whoever wrote it down knew the commit, whatever else he said. So every
entry about a commit dates it, by the log's own time of record.
"""

from collections.abc import Iterable

from assay.core.digest import Digest
from assay.operations.ledger import Ledger
from assay.source.judging import CommitTrust
from assay.source.signers import CommitSigners


def load_commit_trust(ledger: Ledger, *, commits: Iterable[str]) -> CommitTrust:
    """Return the signers of the trust root, and when the log first had something about `commits`.

    Raises:
        TamperedError: An entry is missing, or not what was recorded.
    """
    recorded = {}
    for commit in commits:
        subject = Digest("gitCommit", commit)
        first = next(iter(ledger.store.entries(log_key=ledger.log_key, subject=subject)), None)
        if first is not None:
            recorded[commit] = ledger.recorded_at(first.index)
    return CommitTrust(signers=CommitSigners.of(ledger.trust), recorded=recorded)
