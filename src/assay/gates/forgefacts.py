"""What forges and owners come to in the document that rules read.

Each account stands for itself: a rule that asks for something asks it of all of them, so that
another account can add a fault and take none away. Lists are bounded, and their length is told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from assay.gates.joining import MAX_ITEMS, distinct, join_gaps
from assay.source.forge.account import ForgeAccount, JudgedRequest
from assay.source.forge.continuity import Weakening
from assay.source.forge.facts import Control
from assay.source.forge.permissions import PermissionChange
from assay.source.owners.facts import OwnersFacts


def join_accounts(accounts: Sequence[ForgeAccount], *, at: datetime) -> dict[str, object]:
    """Return what forges say, one entry for each account; at the time `at`."""
    return {
        "accounts": distinct(_account(account, at) for account in accounts),
        **join_gaps((gap for account in accounts for gap in account.not_checked), at),
    }


def join_owners(accounts: Sequence[OwnersFacts], *, at: datetime) -> dict[str, object]:
    """Return what CODEOWNERS files come to, one entry for each account."""
    return {
        "accounts": distinct(_owners(facts) for facts in accounts),
        **join_gaps((gap for facts in accounts for gap in facts.not_checked), at),
    }


def _account(account: ForgeAccount, at: datetime) -> dict[str, object]:
    protection = account.protection
    weakenings = sorted(protection.weakenings, key=lambda one: one.seen, reverse=True)
    return {
        "forge": account.repository.kind,
        "repository": account.repository.path,
        "ref": protection.ref,
        "age_hours": _hours(protection.observed_at, at),
        "max_gap_hours": protection.max_gap // timedelta(hours=1),
        "looks": protection.looks,
        "controls": {c.value: protection.rules.answer(c).value for c in Control},
        "since_hours": {c.value: _hours(since, at) for c, since in protection.since.items()},
        "approvals": protection.rules.approvals,
        "bypass": list(protection.rules.bypass)[:MAX_ITEMS],
        "weakenings": [_weakening(one, at) for one in weakenings[:MAX_ITEMS]],
        "weakening_count": len(weakenings),
        "writers": None
        if account.writers is None
        else [one.as_json() for one in account.writers[:MAX_ITEMS]],
        "permission_changes": _changes(account.changes),
        "requests": None
        if account.requests is None
        else [_request(one) for one in account.requests],
    }


def _weakening(one: Weakening, at: datetime) -> dict[str, object]:
    return {"what": one.what, "was": one.was, "now": one.now, "age_hours": _hours(one.seen, at)}


def _changes(changes: Iterable[PermissionChange] | None) -> list[dict[str, object]] | None:
    """Return the changes, what was widened first."""
    if changes is None:
        return None
    ordered = sorted(changes, key=lambda one: (not one.widened, one))
    return [one.as_json() for one in ordered[:MAX_ITEMS]]


def _request(judged: JudgedRequest) -> dict[str, object]:
    request, approvals = judged.request, judged.approvals
    return {
        "number": request.number,
        "author": request.author.label,
        "pusher": request.pusher.label,
        "merged": request.merged,
        "head": request.head,
        "merge_commit": request.merge_commit,
        "verdict": approvals.verdict.value,
        "approvals": list(approvals.people),
        "unknown": [one.as_json() for one in approvals.unknown],
        "discounted": [one.as_json() for one in approvals.discounted],
        "doubts": list(approvals.doubts),
    }


def _owners(facts: OwnersFacts) -> dict[str, object]:
    return {
        "path": facts.path,
        "dialect": facts.dialect.value,
        "rules": facts.rules,
        "paths": facts.paths,
        "guarded": facts.guarded,
        "unowned": list(facts.unowned),
        "unowned_count": facts.unowned_count,
        "errors": [error.as_json() for error in facts.errors],
        "error_count": facts.error_count,
    }


def _hours(since: datetime, at: datetime) -> int:
    return max(0, (at - since) // timedelta(hours=1))
