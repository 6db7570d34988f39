"""The statement's predicate about a commit, from what a forge said over time.

It is made from the states in the log, and names them: who wants to can make it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.signing.trust import TrustRoot, trust_root_digest
from assay.source.forge.approvals import Approvals, count_approvals, parse_approvals
from assay.source.forge.continuity import (
    PROMPT,
    DatedState,
    Protection,
    parse_since,
    parse_weakening,
    protection_over_time,
)
from assay.source.forge.facts import ChangeRequest, ForgeRepository, Member, Permission
from assay.source.forge.people import ForgePeople
from assay.source.forge.permissions import (
    PermissionChange,
    compare_members,
    parse_permission_change,
)
from assay.source.forge.predicate import (
    count,
    nullable,
    parse_forge_repository,
    parse_member,
    parse_ref_rules,
    parse_request,
)

ACCOUNT_TYPE: Final = "urn:assay:predicate:forge:v1"
MAX_GAP: Final = timedelta(days=7)  # between two looks: a weekly job is the least that is usual


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRequest:
    """A request, and what its approvals come to by the trust root."""

    request: ChangeRequest
    approvals: Approvals

    def as_json(self) -> dict[str, object]:
        """Return an element of the member `requests`."""
        return {**self.request.as_json(), "approvals": self.approvals.as_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeAccount:
    """What a forge says about the branch of a commit, its requests, and who may do what.

    `states` are the digests of the statements that it was made from, `trust_root` is whose word it
    is which account is whose. `writers` may write or more, by the newest list of members that was
    told; None where none was. `changes` compares the last two; None where there are no two.
    """

    repository: ForgeRepository
    observed_at: datetime  # when the account was made; the looks have times of their own
    states: tuple[str, ...]
    trust_root: Digest
    protection: Protection
    writers: tuple[Member, ...] | None
    changes: tuple[PermissionChange, ...] | None
    requests: tuple[JudgedRequest, ...] | None
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return the predicate (`ACCOUNT_TYPE`)."""
        changes = None if self.changes is None else [one.as_json() for one in self.changes]
        requests = None if self.requests is None else [one.as_json() for one in self.requests]
        writers = None if self.writers is None else [one.as_json() for one in self.writers]
        return {
            "source": "forge",
            "repository": self.repository.as_json(),
            "observedAt": format_time(self.observed_at),
            "states": list(self.states),
            "trustRoot": str(self.trust_root),
            "protection": self.protection.as_json(),
            "writers": writers,
            "permissionChanges": changes,
            "requests": requests,
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def parse_forge_account(value: JsonValue) -> ForgeAccount:
    """Read a predicate that `ForgeAccount.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    source = value.field("source")
    if source.text() != "forge":
        raise MalformedError(f"the word of {source.text()!r}, not of a forge", where=source.where)
    changes, requests = nullable(value, "permissionChanges"), nullable(value, "requests")
    writers = nullable(value, "writers")
    return ForgeAccount(
        repository=parse_forge_repository(value.field("repository")),
        observed_at=parse_time(value.field("observedAt").text()),
        states=tuple(str(parse_digest(one.text())) for one in value.field("states").items()),
        trust_root=value.field("trustRoot").parsed(parse_digest),
        protection=_parse_protection(value.field("protection")),
        writers=None if writers is None else tuple(parse_member(one) for one in writers.items()),
        changes=None
        if changes is None
        else tuple(parse_permission_change(one) for one in changes.items()),
        requests=None
        if requests is None
        else tuple(_parse_judged(one) for one in requests.items()),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )


def account_for(
    states: Sequence[DatedState], *, ref: str, commit: str, trust: TrustRoot, at: datetime
) -> ForgeAccount | None:
    """Return what `states`, all of one repository, say about `commit` on the branch `ref`.

    `trust` says which account is whose.

    None where none of them told anything about the branch.
    """
    counted = sorted(
        (dated for dated in states if dated.state.observed_at <= at + PROMPT),
        key=lambda dated: (dated.state.observed_at, dated.statement),
    )
    protection = protection_over_time(counted, ref=ref, at=at, max_gap=MAX_GAP)
    if protection is None:
        return None
    newest = counted[-1].state
    return ForgeAccount(
        repository=newest.repository,
        observed_at=at,
        states=tuple(dated.statement for dated in counted),
        trust_root=trust_root_digest(trust),
        protection=protection,
        writers=_writers(counted),
        changes=_changes(counted),
        requests=_requests(counted, commit, trust),
        not_checked=newest.not_checked,
    )


def _writers(states: Iterable[DatedState]) -> tuple[Member, ...] | None:
    """Return who may change the repository, by the newest list that was told, the widest first."""
    told = [dated.state.members for dated in states if dated.state.members is not None]
    if not told:
        return None
    writing = [m for m in told[-1] if Permission(m.permission).rank >= Permission.WRITE.rank]
    return tuple(sorted(writing, key=lambda m: (-Permission(m.permission).rank, m)))


def _changes(states: Iterable[DatedState]) -> tuple[PermissionChange, ...] | None:
    """Compare the last two lists of members that were told whole."""
    told = [dated.state.members for dated in states if dated.state.members is not None]
    return None if len(told) < 2 else compare_members(told[-2], told[-1])


def _requests(
    states: Iterable[DatedState], commit: str, trust: TrustRoot
) -> tuple[JudgedRequest, ...] | None:
    """Return the requests of the newest state that was told them for this commit."""
    asked = [dated.state for dated in states if dated.state.commit == commit]
    told = [state for state in asked if state.requests is not None]
    if not told:
        return None
    newest = told[-1]
    people = ForgePeople.of(trust, forge=newest.repository.url)
    return tuple(
        JudgedRequest(
            request=request,
            approvals=count_approvals(request, people, observed_at=newest.observed_at),
        )
        for request in newest.requests or ()
    )


def _parse_judged(value: JsonValue) -> JudgedRequest:
    return JudgedRequest(
        request=parse_request(value), approvals=parse_approvals(value.field("approvals"))
    )


def _parse_protection(value: JsonValue) -> Protection:
    rules = parse_ref_rules(value)
    return Protection(
        ref=rules.ref,
        rules=rules,
        observed_at=parse_time(value.field("observedAt").text()),
        max_gap=timedelta(hours=count(value, "maxGapHours")),
        looks=count(value, "looks"),
        since=parse_since(value.field("since")),
        weakenings=tuple(parse_weakening(one) for one in value.field("weakenings").items()),
    )
