"""`assay forge record`: ask the forge once, and put what it says into the log.

The time of the look is that before the first question: what changed while we asked is of later.
"""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.core.secret import Secret
from assay.evidence.statement import Statement, Subject
from assay.operations.forgestates import forge_accounts
from assay.operations.ledger import open_ledger
from assay.operations.record import open_recorder
from assay.source.forge.account import ForgeAccount
from assay.source.forge.facts import ForgeKind, ForgeState
from assay.source.forge.opening import (
    VARIABLES,
    ForgeChoice,
    find_repository,
    observe_forge,
    open_forge,
)
from assay.source.forge.predicate import STATE_TYPE
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.environment import get_variable


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedForge:
    """What the forge said now, where it is in the log, and what it comes to over time.

    `account` is None where the forge did not tell what it enforces.
    """

    state: ForgeState
    index: int
    statement: Digest
    account: ForgeAccount | None

    @property
    def told(self) -> bool:
        """Tell whether all branches that were asked for were told."""
        return not any(gap.what == "branch protection" for gap in self.state.not_checked)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "statement": str(self.statement),
            "index": self.index,
            "state": self.state.as_json(),
            "account": self.account.as_json() if self.account else None,
            "notChecked": [gap.as_json() for gap in self.state.not_checked],
        }


def record_forge(
    path: Path, *, choice: ForgeChoice, branches: tuple[str, ...], clock: Clock = now
) -> RecordedForge:
    """Ask the forge about the repository at `path`, and record the answer.

    `branches` are asked for besides the default branch.

    Raises:
        UsageError: No repository, no log, or it cannot be told which forge is meant.
        UnavailableError: The forge does not answer at all, or the log cannot be written.
        RejectedError: What it answers is not what its interface says.
    """
    at = clock()
    repository = open_repository(path)
    wanted = find_repository(repository.remotes, choice)
    with open_recorder(repository, at=at, clock=clock) as recorder:
        reader = open_forge(wanted, load_token(ForgeKind(wanted.kind)))
        state = observe_forge(reader, wanted, branches=branches, commit=repository.head, at=at)
        statement = Statement(
            subjects=(Subject(name=f"{wanted.kind}:{wanted.path}", digest=wanted.digest),),
            predicate_type=STATE_TYPE,
            predicate=state.as_json(),
        )
        [receipt] = recorder.record((statement,), role="collector")
        accounts = forge_accounts(recorder.ledger, repository)
    account = next((one for one in accounts if one.repository == wanted), None)
    return RecordedForge(
        state=state, index=receipt.index, statement=receipt.digest, account=account
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownForge:
    """What the log holds about forges, and what nobody ever looked at."""

    accounts: tuple[ForgeAccount, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "accounts": [account.as_json() for account in self.accounts],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def show_forge(path: Path, *, clock: Clock = now) -> ShownForge:
    """Return what the log of the repository at `path` holds about it; nobody is asked.

    Raises:
        UsageError: No repository, no log, or no trust root for it.
    """
    repository = open_repository(path)
    with open_ledger(repository, at=clock()) as ledger:
        accounts = forge_accounts(ledger, repository)
    nothing = NotChecked(
        what="forge",
        where=repository.top.name,
        why="the log holds no look at a forge",
        remedy="Run `assay forge record`.",
    )
    gaps = tuple(gap for account in accounts for gap in account.not_checked)
    return ShownForge(accounts=accounts, not_checked=gaps if accounts else (nothing,))


def load_token(kind: ForgeKind) -> Secret | None:
    """Return the token for a kind of forge, or None where the environment has none."""
    found = next(filter(None, map(get_variable, VARIABLES[kind])), "")
    return Secret(found) if found else None
