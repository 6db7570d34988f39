"""Gitea and Forgejo."""

import pytest

from assay.core.verdict import Verdict
from assay.source.forge.facts import NOBODY, Account, Control, Member, RefRules, ReviewState
from tests.fakes.forges import NOT_FOUND, answer, gitea_routes, push
from tests.source.forge.observing import observe

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TOP = "repos/team/shop"


def rules_of(routes: dict[str, object], branch: str = "main") -> RefRules:
    rules = observe("gitea", routes, branch).rules_of(f"refs/heads/{branch}")
    assert rules is not None
    return rules


def test_what_is_enforced() -> None:
    rules = rules_of(gitea_routes())
    assert frozenset(Control) - rules.held == {Control.OWNERS, Control.LAST_PUSH}
    assert (rules.approvals, rules.checks, rules.bypass) == (2, ("tests",), ())


def test_a_name_comes_before_a_pattern_and_a_pattern_covers_the_rest() -> None:
    rules = rules_of(gitea_routes(), "a/b")
    assert rules.answer(Control.REQUESTS) is Verdict.FAILED
    assert rules.bypass == ("everybody who may write",)
    assert rules.answer(Control.ADMINS) is Verdict.UNKNOWN


def test_a_star_stays_in_one_part_of_the_name() -> None:
    routes = gitea_routes()
    routes[f"{TOP}/branch_protections"] = [{"rule_name": "release/*", "enable_push": False}]
    assert Control.REQUESTS in rules_of(routes, "release/1").held
    assert rules_of(routes, "release/1/x").held == frozenset()


def test_a_list_of_those_who_may_push() -> None:
    routes = gitea_routes()
    routes[f"{TOP}/branch_protections"] = [
        {
            "branch_name": "main",
            "enable_push": True,
            "enable_push_whitelist": True,
            "push_whitelist_usernames": ["alice"],
            "push_whitelist_teams": ["core"],
            "push_whitelist_deploy_keys": True,
            "apply_to_admins": False,
            "enable_force_push": True,
        }
    ]
    rules = rules_of(routes)
    assert rules.bypass == ("deploy keys", "team core", "user alice")
    assert rules.answer(Control.ADMINS) is Verdict.FAILED
    assert rules.answer(Control.NO_FORCE) is Verdict.FAILED


def test_an_old_version_does_not_tell_how_it_merges() -> None:
    routes = gitea_routes()
    routes[TOP] = {"default_branch": "main"}
    assert rules_of(routes).answer(Control.LINEAR) is Verdict.UNKNOWN


def test_members_and_a_repository_without_teams() -> None:
    routes = gitea_routes()
    assert observe("gitea", routes).members == (
        Member(kind="key", name="2 deploy", permission="read", number=2),
        Member(kind="team", name="core", permission="admin"),
        Member(kind="user", name="bob", permission="write", number=2),
    )
    routes[f"{TOP}/teams"] = answer({"message": "not an organisation"}, status=405)
    members = observe("gitea", routes).members
    assert members is not None
    assert "team" not in {member.kind for member in members}


def test_reviews_of_which_one_is_stale() -> None:
    requests = observe("gitea", gitea_routes()).requests
    assert requests is not None
    [request] = requests
    assert [(review.by.number, review.state) for review in request.reviews] == [
        (2, ReviewState.APPROVED),
        (4, ReviewState.DISMISSED),
    ]
    assert request.author == request.pusher == Account(number=1, name="alice")


FEED = f"{TOP}/activities/feeds"


@pytest.mark.parametrize(
    "said",
    [
        NOT_FOUND,
        answer({}, status=403),
        [],
        [push("alice", 1, ref="refs/heads/topic", to="0c" * 20)],
        [{**push("alice", 1, ref="refs/heads/topic"), "content": "{"}],
        [{**push("alice", 1, ref="refs/heads/topic"), "content": "{}"}],
        [{**push("alice", 1, ref="refs/heads/topic"), "content": "[]"}],
        [{**push("alice", 1, ref="refs/heads/topic"), "op_type": "mirror_sync_push"}],
    ],
    ids=["absent", "forbidden", "none", "other", "no-json", "no-head", "no-object", "no-push"],
)
def test_who_pushed_is_not_told(said: object) -> None:
    routes = gitea_routes()
    routes[FEED] = said
    [request] = observe("gitea", routes).requests or ()
    assert request.pusher == NOBODY


def test_a_commit_without_a_request() -> None:
    routes = gitea_routes()
    del routes[f"{TOP}/commits/{'c0' * 20}/pull"]
    assert observe("gitea", routes).requests == ()
