"""GitLab: protected branches, approval rules, and which commit an approval was of."""

import pytest

from assay.source.forge.facts import (
    NOBODY,
    Account,
    Control,
    Member,
    RefRules,
    digest_address,
)
from tests.fakes.forges import NOT_FOUND, answer, gitlab_routes
from tests.source.forge.observing import observe

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TOP = "projects/group%2Fsub%2Fshop"


def rules_of(routes: dict[str, object], branch: str = "main") -> RefRules:
    rules = observe("gitlab", routes, branch).rules_of(f"refs/heads/{branch}")
    assert rules is not None
    return rules


def test_everything_is_enforced() -> None:
    rules = rules_of(gitlab_routes())
    assert rules.held == frozenset(Control)
    assert (rules.approvals, rules.bypass) == (2, ())


def test_the_free_edition_has_no_rules_about_approvals() -> None:
    routes = gitlab_routes()
    for name in ("approvals", "approval_rules", "push_rule"):
        routes[f"{TOP}/{name}"] = NOT_FOUND
    rules = rules_of(routes)
    missing = {Control.APPROVAL, Control.STALE, Control.LAST_PUSH, Control.SIGNED}
    assert frozenset(Control) - rules.held == missing
    assert rules.unknown == frozenset()


def test_a_pattern_and_who_may_push() -> None:
    rules = rules_of(gitlab_routes(), "release/1/x")
    assert Control.REQUESTS not in rules.held
    assert Control.NO_FORCE in rules.held
    assert rules.bypass == ("access level 40",)


def test_a_user_who_may_push_where_nobody_else_may() -> None:
    routes = gitlab_routes()
    levels = [{"access_level": 0}, {"access_level": 0, "user_id": 12}]
    routes[f"{TOP}/protected_branches"] = [{"name": "*", "push_access_levels": levels}]
    rules = rules_of(routes)
    assert Control.REQUESTS not in rules.held
    assert rules.bypass == ("user 12",)


def test_the_most_permissive_of_several_protections_counts() -> None:
    routes = gitlab_routes()
    nobody = [{"access_level": 0}]
    routes[f"{TOP}/protected_branches"] = [
        {"name": "main", "push_access_levels": nobody},
        {"name": "ma*", "push_access_levels": nobody, "allow_force_push": True},
    ]
    assert Control.NO_FORCE not in rules_of(routes).held


def test_a_branch_that_is_not_protected() -> None:
    rules = rules_of(gitlab_routes(), "topic")
    assert (rules.held, rules.unknown) == (frozenset(), frozenset())


def test_members_keys_and_tags() -> None:
    state = observe("gitlab", gitlab_routes())
    assert state.members == (
        Member(kind="key", name="3 deploy", permission="write", number=3),
        Member(kind="user", name="alice", permission="admin", number=1),
        Member(kind="user", name="bob", permission="write", number=2),
        Member(kind="user", name="guest", permission="none"),
    )
    [tags] = state.tags
    assert (tags.ref, tags.bypass) == ("refs/tags/v*", ("access level 40",))


def test_an_approval_is_of_the_version_that_was_there() -> None:
    requests = observe("gitlab", gitlab_routes()).requests
    assert requests is not None
    [request] = requests
    assert (request.merge_commit, request.merged_by.name) == ("ab" * 20, "carol")
    assert {review.by.name: review.commit for review in request.reviews} == {
        "bob": "c0" * 20,
        "early": "0c" * 20,
        "undated": "",
    }


def test_who_wrote_and_who_pushed_a_request() -> None:
    [request] = observe("gitlab", gitlab_routes()).requests or ()
    assert request.author == request.pusher == Account(number=1, name="alice")
    assert set(request.authors) == {
        Account(number=0, name="", email=digest_address("dan@example.org")),
        Account(number=0, name="", email=digest_address("alice@example.org")),
        Account(number=1, name="", email=digest_address("1-alice@users.noreply.127.0.0.1")),
    }


def test_who_pushed_is_not_told() -> None:
    top = f"{TOP}/merge_requests/4"
    for path, said in (
        (top, {"source_project_id": None}),
        ("projects/31/events", NOT_FOUND),
        ("projects/31/events", answer({}, status=403)),
        ("projects/31/events", []),
    ):
        routes = gitlab_routes()
        before = routes[path]
        both = isinstance(said, dict) and isinstance(before, dict)
        routes[path] = {**before, **said} if both else said  # type: ignore[dict-item]
        [request] = observe("gitlab", routes).requests or ()
        assert request.pusher == NOBODY
