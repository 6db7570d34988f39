"""Who gained and who lost which permission."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.jsonvalue import JsonValue
from assay.source.forge.facts import Member, Permission
from assay.source.forge.permissions import (
    PermissionChange,
    compare_members,
    parse_permission_change,
)


def member(name: str, permission: str, kind: str = "user") -> Member:
    return Member(kind=kind, name=name, permission=permission)


def test_who_came_who_went_and_who_changed() -> None:
    before = (member("ann", "write"), member("bob", "admin"), member("same", "read"))
    after = (member("ann", "admin"), member("new", "read"), member("same", "read"))
    changes = compare_members(before, after)
    assert [(one.name, one.was, one.now, one.widened) for one in changes] == [
        ("ann", "write", "admin", True),
        ("bob", "admin", "none", False),
        ("new", "none", "read", True),
    ]


def test_the_widest_permission_of_one_counts() -> None:
    twice = (member("ann", "read"), member("ann", "write"), member("ann", "triage"))
    assert compare_members(twice, (member("ann", "write"),)) == ()


def test_an_account_is_its_number() -> None:
    """A new login is no change; whoever takes the old one is another account."""
    ann = Member(kind="user", name="ann", permission="admin", number=1)
    renamed = Member(kind="user", name="anna", permission="admin", number=1)
    assert compare_members((ann,), (renamed,)) == ()
    other = Member(kind="user", name="ann", permission="admin", number=2)
    changes = compare_members((ann,), (renamed, other))
    assert [(one.name, one.was, one.now) for one in changes] == [("ann", "none", "admin")]


def test_a_key_is_not_the_user_of_its_name() -> None:
    changes = compare_members((member("ann", "read"),), (member("ann", "read", "key"),))
    assert [one.kind for one in changes] == ["key", "user"]


def test_what_is_written_is_read_back() -> None:
    change = PermissionChange(kind="user", name="ann", was="none", now="admin")
    assert parse_permission_change(JsonValue(change.as_json())) == change


MEMBERS = st.lists(
    st.builds(
        member, st.sampled_from("abc"), st.sampled_from([one.value for one in Permission][1:])
    ),
    max_size=6,
)


@settings(deadline=None)
@given(MEMBERS, MEMBERS)
def test_the_other_way_round_everything_is_undone(
    before: list[Member], after: list[Member]
) -> None:
    there = [(one.name, one.was, one.now) for one in compare_members(before, after)]
    back = [(one.name, one.now, one.was) for one in compare_members(after, before)]
    assert there == back
    assert compare_members(before, before) == ()
