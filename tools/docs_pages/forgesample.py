"""Two looks at a forge in which there is something of everything, recorded without asking one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from assay.core.notchecked import NotChecked
from assay.evidence.statement import Statement, Subject
from assay.operations.record import open_recorder
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.principals import AccountId, Principal, PrincipalKind, RoleGrant, Window
from assay.signing.trust import TrustRoot
from assay.source.forge.facts import (
    Account,
    ChangeRequest,
    Control,
    ForgeRepository,
    ForgeReview,
    ForgeState,
    Member,
    RefRules,
    ReviewState,
    rules_from,
)
from assay.source.forge.predicate import STATE_TYPE
from assay.source.repository import open_repository
from assay.system.clock import now

_REPOSITORY: Final = ForgeRepository(kind="github", url="https://api.github.com", path="team/shop")


def record_looks(shop: Path) -> None:
    """Record that protection was weakened between two looks at the forge of `shop`."""
    repository = open_repository(shop)
    at = now()
    with open_recorder(repository, at=at) as recorder:
        for minutes, lacking in ((2, frozenset[Control]()), (1, frozenset({Control.NO_FORCE}))):
            when = at - timedelta(minutes=minutes)
            state = sample_state(repository.head, lacking, when)
            statement = Statement(
                subjects=(Subject(name="github:team/shop", digest=_REPOSITORY.digest),),
                predicate_type=STATE_TYPE,
                predicate=state.as_json(),
            )
            recorder.record((statement,), role="collector")


def sample_state(commit: str, lacking: frozenset[Control], at: datetime) -> ForgeState:
    """Return a look in which there is something of everything, but for `lacking`."""
    return ForgeState(
        repository=_REPOSITORY,
        observed_at=at,
        default_branch="main",
        branches=(_rules("refs/heads/main", lacking),),
        tags=(_rules("refs/tags/v*", lacking),),
        members=(Member(kind="user", name="ada", permission="write" if lacking else "admin"),),
        commit=commit,
        requests=(_request(commit, at),),
        not_checked=(
            NotChecked(what="members", where="team/shop", why="teams are not told", remedy="ask"),
        ),
    )


def sample_trust() -> TrustRoot:
    """Return a trust root that says whose one of the accounts is."""
    window = Window(valid_from=datetime(2020, 1, 1, tzinfo=UTC))
    bob = Principal(
        name="bob",
        kind=PrincipalKind.PERSON,
        roles=(RoleGrant(role="reviewer", window=window),),
        keys=(),
        accounts=(AccountId(forge=_REPOSITORY.url, number=583232),),
        window=window,
    )
    key = render_note_key(note_key("log.example/shop", generate_signer("ed25519").public))
    return TrustRoot(principals=(bob,), log_origin="log.example/shop", log_key=key)


def _rules(ref: str, lacking: frozenset[Control]) -> RefRules:
    return rules_from(
        ref,
        {control: control not in lacking for control in Control},
        approvals=1,
        checks=("tests",),
        bypass=("team admins",),
    )


def _request(commit: str, at: datetime) -> ChangeRequest:
    ada, bob, machine = (
        Account(number=583231, name="ada", email=f"sha256:{'0a' * 32}"),
        Account(number=583232, name="bob"),
        Account(number=49699333, name="updater", bot=True),
    )
    reviews = (
        ForgeReview(by=by, state=ReviewState.APPROVED, commit=commit, submitted_at=at)
        for by in (ada, bob, machine)
    )
    return ChangeRequest(
        number=7,
        author=ada,
        base="main",
        head=commit,
        merged=True,
        merge_commit=commit,
        merged_by=bob,
        merged_at=at,
        pusher=ada,
        authors=(ada,),
        reviews=tuple(reviews),
    )
