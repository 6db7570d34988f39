"""What forges said about the repository of a log: the states in it, and what they come to."""

from collections.abc import Sequence

from assay.core.errors import RejectedError
from assay.evidence.envelope import VerifiedStatement
from assay.operations.ledger import Ledger
from assay.source.forge.account import ForgeAccount, account_for
from assay.source.forge.continuity import DatedState
from assay.source.forge.facts import ForgeRepository
from assay.source.forge.predicate import STATE_TYPE, parse_forge_state
from assay.source.repository import Repository

_States = dict[ForgeRepository, tuple[DatedState, ...]]


def load_states(ledger: Ledger) -> _States:
    """Return every state that counts, the oldest first, by the repository that it is about.

    Raises:
        RejectedError: One was not to be trusted when it was recorded, or is about another
            repository than it says.
    """
    found: dict[ForgeRepository, list[DatedState]] = {}
    for _, verified in ledger.of_type(STATE_TYPE, role="collector"):
        dated = _dated(verified)
        found.setdefault(dated.state.repository, []).append(dated)
    return {repository: tuple(states) for repository, states in sorted(found.items())}


def _dated(verified: VerifiedStatement) -> DatedState:
    state = parse_forge_state(verified.predicate())
    if state.repository.digest not in {subject.digest for subject in verified.subjects}:
        raise RejectedError(f"the statement {verified.digest} is about another repository")
    return DatedState(state=state, recorded_at=verified.at, statement=str(verified.digest))


def forge_accounts(ledger: Ledger, repository: Repository) -> tuple[ForgeAccount, ...]:
    """Return what each forge in the log says about the commit at HEAD; nothing where none does."""
    found = (
        account_for(
            states,
            ref=branch_of(states, repository),
            commit=repository.head,
            trust=ledger.trust,
            at=ledger.at,
        )
        for states in load_states(ledger).values()
    )
    return tuple(account for account in found if account is not None)


def branch_of(states: Sequence[DatedState], repository: Repository) -> str:
    """Return the branch that counts: the one that is checked out, if it was looked at.

    Else it is the default branch, into which the commit is to go.
    """
    here = f"refs/heads/{repository.branch}"
    if repository.branch and any(dated.state.rules_of(here) for dated in states):
        return here
    newest = max(states, key=lambda dated: dated.state.observed_at)
    return f"refs/heads/{newest.state.default_branch}"
