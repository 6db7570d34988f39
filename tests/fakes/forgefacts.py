"""What a forge says of a repository in which nothing is wrong, for tests that change a part."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.signing.principals import AccountId, Principal
from assay.source.forge.account import ACCOUNT_TYPE, ForgeAccount, account_for
from assay.source.forge.approvals import Approvals, count_approvals
from assay.source.forge.continuity import DatedState
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
from assay.source.forge.people import ForgePeople
from assay.source.owners.facts import OWNERS_TYPE, OwnersFacts
from assay.source.owners.file import Dialect
from tests.fakes.trust import COMMIT, NOW, ROOT, principal, verified

MAIN: Final = "refs/heads/main"
REPOSITORY: Final = ForgeRepository(kind="github", url="https://api.github.com", path="team/shop")
NUMBERS: Final = {"alice": 1, "bob": 2, "carol": 3, "dan": 4, "alice-too": 11, "robot": 12}
STRANGER: Final = 77  # the number of everybody else's account
ADDRESS: Final = "{}@example.org"
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def rules(
    *lacking: Control, unknown: tuple[Control, ...] = (), ref: str = MAIN, **more: object
) -> RefRules:
    """Return rules that hold everything but what is named."""
    answers: dict[Control, bool | None] = {c: c not in lacking for c in Control}
    answers |= dict.fromkeys(unknown)
    held = rules_from(ref, answers, approvals=2, checks=("tests",))
    return replace(held, **more)  # type: ignore[arg-type]  # a field by its name


def somebody(name: str, *, roles: tuple[str, ...] = ("reviewer",)) -> Principal:
    """Return a person who is known by accounts and an address alone."""
    numbers = [number for login, number in NUMBERS.items() if login.partition("-")[0] == name]
    accounts = tuple(AccountId(forge=REPOSITORY.url, number=number) for number in numbers)
    signing = principal(name, ROOT.principals[0].keys[0], roles=roles)
    return replace(signing, keys=(), emails=(ADDRESS.format(name),), accounts=accounts)


TRUST: Final = replace(ROOT, principals=(*map(somebody, ("alice", "bob", "carol", "dan")),))


def login(name: str, **changes: object) -> Account:
    """Return the account of this login; nobody's where there is no login."""
    number = NUMBERS.get(name.lower(), STRANGER) if name else 0
    return replace(Account(number=number, name=name), **changes)  # type: ignore[arg-type]


def count(given: ChangeRequest) -> Approvals:
    """Return what the approvals of `given` come to by `TRUST`."""
    people = ForgePeople.of(TRUST, forge=REPOSITORY.url)
    return count_approvals(given, people, observed_at=NOW)


def review(by: str | Account = "bob", **changes: object) -> ForgeReview:
    """Return an approval of the last commit of `request`."""
    approval = ForgeReview(
        by=login(by) if isinstance(by, str) else by,
        state=ReviewState.APPROVED,
        commit=COMMIT.hex,
        submitted_at=NOW,
    )
    return replace(approval, **changes)  # type: ignore[arg-type]  # a field by its name


def request(*reviews: ForgeReview, **changes: object) -> ChangeRequest:
    """Return a request of Alice's that Carol merged."""
    merged = ChangeRequest(
        number=7,
        author=login("alice"),
        base="main",
        head=COMMIT.hex,
        merged=True,
        merge_commit="ab" * 20,
        merged_by=login("carol"),
        merged_at=NOW,
        pusher=login("alice"),
        authors=(login("alice"),),
        reviews=reviews,
    )
    return replace(merged, **changes)  # type: ignore[arg-type]  # a field by its name


def state(
    *branches: RefRules,
    at: datetime = NOW,
    members: tuple[Member, ...] | None = (),
    requests: tuple[ChangeRequest, ...] | None = (),
    gaps: tuple[NotChecked, ...] = (),
) -> ForgeState:
    """Return what was seen at `at`."""
    return ForgeState(
        repository=REPOSITORY,
        observed_at=at,
        default_branch="main",
        branches=branches,
        tags=(),
        members=members,
        commit=COMMIT.hex,
        requests=requests,
        not_checked=gaps,
    )


def dated(seen: ForgeState, *, late: timedelta = timedelta(0), name: int = 0) -> DatedState:
    """Return a state that came into the log `late` after it was seen."""
    return DatedState(
        state=seen,
        recorded_at=seen.observed_at + late,
        statement=f"sha256:{name:064x}",
    )


def account(*states: ForgeState, at: datetime = NOW) -> ForgeAccount:
    """Return what `states` come to; one in which all holds if there are none."""
    states = states or (state(rules(), requests=(request(review()),)),)
    found = account_for(
        [dated(one, name=number) for number, one in enumerate(states)],
        ref=MAIN,
        commit=COMMIT.hex,
        trust=TRUST,
        at=at,
    )
    assert found is not None
    return found


def forge(*states: ForgeState, at: datetime = NOW) -> VerifiedStatement:
    """Return the statement of `account`."""
    return verified(account(*states, at=at).as_json(), predicate_type=ACCOUNT_TYPE)


def owners_facts(**changes: object) -> OwnersFacts:
    """Return what a CODEOWNERS file comes to that leaves nothing open."""
    clean = OwnersFacts(
        observed_at=NOW,
        dialect=Dialect.GITHUB,
        path=".github/CODEOWNERS",
        digest=Digest("gitBlob", "dd" * 20),
        paths=3,
        rules=1,
        guarded=True,
        unowned_count=0,
        unowned=(),
        error_count=0,
        errors=(),
        not_checked=(),
    )
    return replace(clean, **changes)  # type: ignore[arg-type]  # a field by its name


def owners(**changes: object) -> VerifiedStatement:
    """Return the statement of `owners_facts`."""
    return verified(owners_facts(**changes).as_json(), predicate_type=OWNERS_TYPE)
