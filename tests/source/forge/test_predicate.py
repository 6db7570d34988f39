"""What is written about a forge is read back, and nothing less."""

import copy

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.source.forge.account import JudgedRequest, account_for, parse_forge_account
from assay.source.forge.facts import NOBODY, Control, ForgeState, Member, rules_from
from assay.source.forge.predicate import parse_forge_state
from tests.fakes.forgefacts import (
    DAY,
    MAIN,
    TRUST,
    account,
    count,
    dated,
    request,
    review,
    rules,
    state,
)
from tests.fakes.trust import COMMIT, NOW, OTHER_COMMIT

FULL = state(
    rules(Control.LINEAR, unknown=(Control.SIGNED,)),
    members=(Member(kind="user", name="ann", permission="admin"),),
    requests=(request(review(), review("dan", submitted_at=None)),),
)
ACCOUNT = account(
    state(rules(), at=NOW - DAY, members=()),
    state(
        rules(Control.NO_FORCE),
        members=(Member(kind="user", name="ann", permission="admin"),),
        requests=(request(review(), review("stranger"), review(""), pusher=NOBODY),),
    ),
)


def test_states_and_accounts_are_read_back() -> None:
    assert parse_forge_state(JsonValue(FULL.as_json())) == FULL
    assert parse_forge_account(JsonValue(ACCOUNT.as_json())) == ACCOUNT
    bare = state(members=None, requests=None)
    assert parse_forge_state(JsonValue(bare.as_json())) == bare


def places(value: object, where: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the way to every member of every object."""
    found: list[tuple[object, ...]] = []
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        if isinstance(value, dict):
            found.append((*where, key))
        found += places(child, (*where, key))
    return found


DERIVED = {"verdict", "widened"}  # said for readers, and worked out anew


@pytest.mark.parametrize("place", places(FULL.as_json()), ids=lambda p: ".".join(map(str, p)))
def test_a_state_without_a_member(place: tuple[object, ...]) -> None:
    with pytest.raises(MalformedError):
        parse_forge_state(JsonValue(without(FULL.as_json(), place)))


@pytest.mark.parametrize(
    "place",
    [p for p in places(ACCOUNT.as_json()) if p[-1] not in DERIVED],
    ids=lambda p: ".".join(map(str, p)),
)
def test_an_account_without_a_member(place: tuple[object, ...]) -> None:
    with pytest.raises(MalformedError):
        parse_forge_account(JsonValue(without(ACCOUNT.as_json(), place)))


def without(document: dict[str, object], place: tuple[object, ...]) -> object:
    changed: object = copy.deepcopy(document)
    inner: object = changed
    for key in place[:-1]:
        inner = inner[key]  # type: ignore[index]  # the way leads there
    del inner[place[-1]]  # type: ignore[attr-defined]
    return changed


def test_the_word_of_somebody_else_than_a_forge() -> None:
    for parse, document in ((parse_forge_state, FULL), (parse_forge_account, ACCOUNT)):
        with pytest.raises(MalformedError) as caught:
            parse(JsonValue({**document.as_json(), "source": "review"}))
        assert str(caught.value) == "[malformed] the word of 'review', not of a forge, at source"


def test_a_value_outside_its_set() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_forge_state(JsonValue({**FULL.as_json(), "repository": {"forge": "sourceforge"}}))
    assert str(caught.value) == (
        "[malformed] 'sourceforge' is none of github, gitlab, gitea, at repository.forge"
    )


@pytest.mark.parametrize("number", [-1, 2**53])
def test_a_count_below_nothing_or_beyond_all_calendars(number: int) -> None:
    document = {**FULL.as_json(), "tags": [{**rules().as_json(), "approvals": number}]}
    with pytest.raises(MalformedError) as caught:
        parse_forge_state(JsonValue(document))
    assert str(caught.value) == f"[malformed] {number} is no count, at tags[0].approvals"


def test_a_control_that_is_not_told_is_unknown() -> None:
    assert rules_from(MAIN, {}).unknown == frozenset(Control)


def test_requests_are_those_that_were_told_for_the_commit() -> None:
    told = dated(state(rules(), requests=(request(),), at=NOW - DAY), name=1)
    untold = dated(state(rules(), requests=None), name=2)
    looks = (told, untold)
    found = account_for(looks, ref=MAIN, commit=COMMIT.hex, trust=TRUST, at=NOW)
    other = account_for(looks, ref=MAIN, commit=OTHER_COMMIT.hex, trust=TRUST, at=NOW)
    assert found is not None
    assert other is not None
    assert other.requests is None
    assert found.requests == (JudgedRequest(request=request(), approvals=count(request())),)


def test_members_are_compared_between_the_last_two_lists_that_were_told() -> None:
    def seen(days: int, members: tuple[Member, ...] | None) -> ForgeState:
        return state(rules(), at=NOW - days * DAY, members=members)

    ann = Member(kind="user", name="ann", permission="admin")
    assert account(seen(2, (ann,)), seen(1, None)).changes is None
    [change] = account(seen(3, ()), seen(2, ()), seen(1, None), seen(0, (ann,))).changes or ()
    assert (change.name, change.was, change.now) == ("ann", "none", "admin")


def test_who_may_write_is_told_by_the_newest_list_the_widest_first() -> None:
    def seen(days: int, *members: Member) -> ForgeState:
        return state(rules(), at=NOW - days * DAY, members=members)

    reads, writes, all_of_it = (
        Member(kind="user", name=name, permission=permission, number=number)
        for number, (name, permission) in enumerate(
            (("ann", "read"), ("bob", "write"), ("cat", "admin")), 1
        )
    )
    assert account(seen(1, reads, writes, all_of_it)).writers == (all_of_it, writes)
    untold = state(rules(), members=None)
    assert account(seen(1, writes), untold).writers == (writes,)
    assert account(untold).writers is None
