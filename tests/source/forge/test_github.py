"""GitHub: classic protection, rulesets, and what is told to whom."""

import pytest

from assay.core.verdict import Verdict
from assay.source.forge.facts import (
    NOBODY,
    Account,
    Control,
    Member,
    RefRules,
    ReviewState,
    digest_address,
)
from tests.fakes.forges import NOT_FOUND, answer, github_routes
from tests.source.forge.observing import observe

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TOP = "repos/team/shop"


def main_rules(routes: dict[str, object]) -> RefRules:
    rules = observe("github", routes).rules_of("refs/heads/main")
    assert rules is not None
    return rules


def test_what_classic_protection_and_rulesets_enforce_together() -> None:
    rules = main_rules(github_routes())
    assert {control for control in Control if control not in rules.held} == {Control.LAST_PUSH}
    assert rules.unknown == frozenset()
    assert rules.approvals == 2
    assert rules.checks == ("build", "tests")
    assert rules.bypass == ("user boss",)


def test_a_branch_without_any_protection() -> None:
    routes = github_routes()
    routes[f"{TOP}/branches/main"] = {"protected": False}
    routes[f"{TOP}/rules/branches/main"] = []
    rules = main_rules(routes)
    assert (rules.held, rules.unknown) == (frozenset(), frozenset())


def test_protection_that_is_told_to_administrators_only_is_unknown() -> None:
    routes = github_routes()
    routes[f"{TOP}/branches/main/protection"] = NOT_FOUND
    routes[f"{TOP}/rules/branches/main"] = []
    assert main_rules(routes).unknown == frozenset(Control)


def test_a_ruleset_holds_beside_protection_that_is_not_told() -> None:
    routes = github_routes()
    routes[f"{TOP}/branches/main/protection"] = answer({}, status=403)
    rules = main_rules(routes)
    assert rules.answer(Control.NO_FORCE) is Verdict.PASSED
    assert rules.answer(Control.ADMINS) is Verdict.PASSED
    assert rules.answer(Control.NO_DELETION) is Verdict.UNKNOWN


def test_a_ruleset_whose_exemptions_are_not_told() -> None:
    routes = github_routes()
    routes[f"{TOP}/branches/main"] = {"protected": False}
    routes[f"{TOP}/rulesets/5"] = {"id": 5, "rules": []}
    assert main_rules(routes).answer(Control.ADMINS) is Verdict.UNKNOWN
    routes[f"{TOP}/rulesets/5"] = NOT_FOUND  # it is the organisation's
    assert main_rules(routes).answer(Control.ADMINS) is Verdict.UNKNOWN


def test_a_ruleset_from_which_somebody_is_exempt() -> None:
    routes = github_routes()
    actors = [{"actor_type": "Team", "actor_id": 3}]
    routes[f"{TOP}/rulesets/5"] = {"id": 5, "rules": [], "bypass_actors": actors}
    rules = main_rules(routes)
    assert rules.answer(Control.ADMINS) is Verdict.FAILED
    assert rules.bypass == ("Team 3", "user boss")


def test_tags_members_and_keys() -> None:
    state = observe("github", github_routes())
    assert [rules.ref for rules in state.tags] == ["refs/tags/*", "refs/tags/v*"]
    for rules in state.tags:
        assert rules.held == {Control.NO_FORCE, Control.NO_DELETION}
        assert rules.bypass == ("RepositoryRole 5",)
    assert state.members == (
        Member(kind="bot", name="build-app", permission="write", number=15),
        Member(kind="key", name="9 deploy", permission="write", number=9),
        Member(kind="team", name="core", permission="maintain", number=8),
        Member(kind="user", name="alice", permission="admin", number=1),
    )
    assert state.not_checked == ()


def test_the_request_of_a_commit_and_its_reviews() -> None:
    requests = observe("github", github_routes()).requests
    assert requests is not None
    [request] = requests
    assert (request.number, request.merged_by) == (7, Account(number=3, name="carol"))
    assert request.author == request.pusher == Account(number=1, name="alice")
    assert request.authors == (
        Account(number=0, name="", email=digest_address("nobody@example.org")),
        Account(number=1, name="alice", email=digest_address("alice@example.org")),
        Account(number=4, name="", email=digest_address("4+dan@users.noreply.127.0.0.1")),
    )
    assert request.merge_commit == "ab" * 20
    assert [review.state for review in request.reviews] == [
        ReviewState.APPROVED,
        ReviewState.APPROVED,
        ReviewState.COMMENTED,
    ]
    assert [review.by for review in request.reviews] == [
        Account(number=2, name="bob"),
        Account(number=12, name="robot", bot=True),
        NOBODY,
    ]


GONE = {
    "the-fork": (f"{TOP}/pulls/7", {"head": {"sha": "c0" * 20, "ref": "topic", "repo": None}}),
    "what-the-fork-did": ("repos/alice/fork/activity", NOT_FOUND),
    "the-right-to-ask": ("repos/alice/fork/activity", answer({}, status=403)),
    "the-push": ("repos/alice/fork/activity", []),
    "the-account": ("repos/alice/fork/activity", [{"after": "c0" * 20, "actor": None}]),
}


@pytest.mark.parametrize(("path", "said"), GONE.values(), ids=GONE)
def test_who_pushed_is_not_told(path: str, said: object) -> None:
    routes = github_routes()
    before = routes[path]
    both = isinstance(said, dict) and isinstance(before, dict)
    routes[path] = {**before, **said} if both else said  # type: ignore[dict-item]  # two objects
    [request] = observe("github", routes).requests or ()
    assert request.pusher == NOBODY


def test_of_a_list_that_was_cut_somebody_is_not_told() -> None:
    """GitHub tells 250 commits of a request; who wrote the others may be anybody."""
    routes = github_routes()
    pull = routes[f"{TOP}/pulls/7"]
    assert isinstance(pull, dict)
    routes[f"{TOP}/pulls/7"] = {**pull, "commits": 251}
    [request] = observe("github", routes).requests or ()
    assert NOBODY in request.authors


def test_what_a_token_may_not_read_is_named_and_the_rest_is_read() -> None:
    routes = github_routes()
    routes[f"{TOP}/keys"] = answer({"message": "Resource not accessible"}, status=403)
    state = observe("github", routes)
    assert state.members is None
    [gap] = state.not_checked
    assert (gap.what, gap.where) == ("members", "team/shop")
    assert gap.why.startswith("the token may not ask this at http://127.0.0.1:")
    assert gap.remedy == "Use a token that may read the administration of the repository."
    assert state.rules_of("refs/heads/main") is not None


def test_a_branch_that_is_not_there_is_no_look_at_it() -> None:
    state = observe("github", github_routes(), "gone")
    assert [rules.ref for rules in state.branches] == ["refs/heads/main"]
    assert [gap.what for gap in state.not_checked] == ["branch protection"]
