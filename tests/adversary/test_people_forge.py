"""People, as a forge tells of them; and forges that lie, are asked wrongly, or are shown a past.

Each test is one way in which a review or a protection looked like one and was none.
"""

from datetime import timedelta

import pytest

from assay.core.errors import MalformedError, UsageError
from assay.core.secret import Secret
from assay.core.verdict import Verdict
from assay.source.forge.client import bearer, open_client
from assay.source.forge.continuity import PROMPT, protection_over_time
from assay.source.forge.facts import NOBODY, Account, Control, ReviewState, digest_address
from assay.source.forge.opening import ForgeChoice, find_repository
from tests.fakes.forgefacts import (
    DAY,
    HOUR,
    MAIN,
    count,
    dated,
    forge,
    login,
    request,
    review,
    rules,
    state,
)
from tests.fakes.forges import answer
from tests.fakes.restserver import serving
from tests.fakes.trust import NOW
from tests.gates.test_default_gate import CLEAN, decide

GAP = 7 * DAY
OLD = "0c" * 20


def test_approval_before_the_last_push() -> None:
    assert count(request(review(commit=OLD))).people == ()


def test_approval_of_another_commit_with_the_same_title() -> None:
    """A forge carries an approval along when a branch is rebased; its commit stays the old one."""
    assert count(request(review(commit=OLD), head="ee" * 20)).people == ()


def test_self_approval_by_another_spelling_or_as_an_author_of_one_commit() -> None:
    assert count(request(review("Alice"))).people == ()
    assert count(request(review("bob"), authors=(login("alice"), login("bob")))).people == ()


def test_self_approval_by_a_second_account() -> None:
    """Two accounts of one person count as that person; one of nobody's as nobody."""
    known = count(request(review("alice-too")))
    assert (known.people, known.verdict) == ((), Verdict.FAILED)
    hidden = count(request(review("another")))
    assert (hidden.people, hidden.verdict) == ((), Verdict.UNKNOWN)


def test_self_approval_by_a_co_author_who_is_named_by_an_address() -> None:
    bob = Account(number=0, name="", email=digest_address("bob@example.org"))
    assert count(request(review("bob"), authors=(login("alice"), bob))).people == ()


def test_approval_by_whoever_pushed_the_last_commit_in_another_name() -> None:
    assert count(request(review("bob"), pusher=login("bob"))).people == ()
    unseen = count(request(review("bob"), pusher=NOBODY))
    assert unseen.verdict is Verdict.UNKNOWN


def test_approval_by_who_took_over_a_login() -> None:
    assert count(request(review(by=Account(number=666, name="bob")))).people == ()


def test_an_approver_who_lost_the_role() -> None:
    assert count(request(review("bob", submitted_at=NOW + 400 * DAY))).people == ()


def test_approval_by_a_bot() -> None:
    assert count(request(review(by=login("robot", bot=True)))).people == ()


def test_a_bots_change_that_one_person_approves_and_merges() -> None:
    updater = login("robot", bot=True)
    alone = request(
        review("bob"), author=updater, pusher=updater, authors=(updater,), merged_by=login("bob")
    )
    assert count(alone).people == ()


def test_an_approval_that_was_taken_back() -> None:
    later = NOW + timedelta(minutes=1)
    taken_back = review(state=ReviewState.CHANGES_REQUESTED, submitted_at=later)
    assert count(request(review(), taken_back)).people == ()


def test_protection_that_is_switched_off_for_a_moment_between_two_looks_is_named() -> None:
    states = (
        dated(state(rules(), at=NOW - 2 * HOUR), name=1),
        dated(state(rules(Control.NO_FORCE), at=NOW - HOUR), name=2),
        dated(state(rules(), at=NOW), name=3),
    )
    protection = protection_over_time(states, ref=MAIN, at=NOW, max_gap=GAP)
    assert protection is not None
    assert [one.what for one in protection.weakenings] == ["no-force-push"]
    assert protection.since[Control.NO_FORCE] == NOW


def test_a_past_that_is_written_down_today_is_none() -> None:
    """Evidence dated by its event, and believed only if the log had it then."""
    long_ago = dated(state(rules(), at=NOW - 6 * DAY), late=PROMPT * 2, name=1)
    today = dated(state(rules(), at=NOW), name=2)
    protection = protection_over_time((long_ago, today), ref=MAIN, at=NOW, max_gap=GAP)
    assert protection is not None
    assert protection.since[Control.NO_FORCE] == NOW


def test_silence_of_a_forge_is_not_protection() -> None:
    """What a token may not read is UNKNOWN, and stays UNKNOWN in the decision of the rule."""
    silent = forge(state(rules(unknown=tuple(Control)), requests=None))
    decision = decide(*CLEAN.values(), silent)
    answers = {r.result.rule.id: r.result.verdict for r in decision.rules}
    assert answers["source.branch-protected"] is Verdict.UNKNOWN
    assert answers["source.protection-continuous"] is Verdict.UNKNOWN
    assert answers["source.review-corroborated"] is Verdict.UNKNOWN


def test_a_green_account_of_another_forge_hides_no_red_one() -> None:
    red = forge(state(rules(Control.NO_FORCE)))
    green = forge(state(rules(), at=NOW - HOUR))
    for order in ((red, green), (green, red)):
        decision = decide(*CLEAN.values(), *order)
        answers = {r.result.rule.id: r.result.verdict for r in decision.rules}
        assert answers["source.branch-protected"] is Verdict.FAILED


def test_a_forges_word_alone_makes_no_change_reviewed() -> None:
    """Only the rule that says so asks a forge; the rule about reviews does not pass by it."""
    decision = decide(*CLEAN.values(), forge(state(rules(), requests=(request(review()),))))
    answers = {r.result.rule.id: r.result.verdict for r in decision.rules}
    assert answers["source.review-corroborated"] is Verdict.PASSED
    assert answers.get("source.changes-reviewed") is not Verdict.PASSED


def test_a_clone_does_not_say_where_a_token_goes() -> None:
    """SSRF by a URL in a document: a remote of an unknown host is asked nothing."""
    remotes = (("origin", "https://evil.example/team/shop"),)
    with pytest.raises(UsageError):
        find_repository(remotes, ForgeChoice(kind="", url="", path=""))
    with pytest.raises(UsageError):
        find_repository(remotes, ForgeChoice(kind="gitea", url="", path=""))


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_forge_does_not_say_where_a_token_goes() -> None:
    elsewhere = answer([], Link='<http://127.0.0.1:9/steal>; rel="next"')
    with serving(lambda _: elsewhere) as served:
        client = open_client(served.url, bearer(Secret("hidden")))
        with pytest.raises(MalformedError):
            tuple(client.pages("list"))
        assert len(served.asked) == 1
