"""How far the changes that lead to the commit at HEAD were reviewed: what a check records."""

from assay.core.errors import UsageError
from assay.operations.branches import ProtectedBranch, find_branch
from assay.operations.commit_trust import load_commit_trust
from assay.operations.ledger import Ledger
from assay.operations.reviews import default_base, load_revisions, review_range
from assay.source.coverage import Coverage
from assay.source.repository import Repository


def judge_head(ledger: Ledger, repository: Repository) -> Coverage:
    """Return what the changes since the first recorded revision of the branch come to.

    Where none was recorded it is the last change alone: what was before, nobody vouches for.

    Raises:
        RejectedError: The log or the repository is damaged.
        UnavailableError: Git did not answer.
    """
    branch = _branch(repository)
    seen = load_revisions(ledger, branch=branch.name)
    commits = (repository.head, *(one.revision.commit for one in seen))
    return review_range(
        ledger,
        repository,
        branch=branch.name,
        base=default_base(repository, seen, head=repository.head),
        head=repository.head,
        trust=load_commit_trust(ledger, commits=commits),
    ).coverage


def _branch(repository: Repository) -> ProtectedBranch:
    """Return the protected branch; where a clone has none, the one that is checked out."""
    try:
        return find_branch(repository, "")
    except UsageError:
        name = f"refs/heads/{repository.branch}" if repository.branch else ""
        return ProtectedBranch(name=name, tip=repository.head)
