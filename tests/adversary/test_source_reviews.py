"""Source: every way in which a change that nobody else looked at was once counted as reviewed."""

from datetime import timedelta
from pathlib import Path

import pytest

from assay.signing.trust import PrincipalKind
from assay.source.review import Decision
from tests.fakes.gitrepo import ALICE, BOB, GitRepo
from tests.fakes.reviewing import CARO, Workshop, open_workshop
from tests.fakes.signers import person, ssh

PASSED = ("PASSED", ())
ALONE = "one reviewer, and nobody knows for certain who else: "
NOBODY = ("FAILED", ("nobody reviewed it",))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return open_workshop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(template: Workshop, tmp_path: Path) -> Workshop:
    return template.copy(tmp_path / "repo")


def topic(shop: Workshop, *, by: str = "alice", commits: int = 1) -> None:
    """Make a branch `topic` with some commits, and go back to `main`."""
    shop.repo.branch("topic")
    for number in range(commits):
        shop.commit(f"Work {number}", by=by, files={"b": f"{number}\n", f"c{number}": "x\n"})
    shop.repo.switch("main")


def moved_on(shop: Workshop) -> None:
    """Let the branch have another, reviewed, change."""
    shop.commit("Meanwhile", by="bob", files={"m": "1\n"})
    shop.review("caro", "main^", "main")


def test_a_reviewed_merge(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [PASSED]
    assert shop.judge("main^")[0].by == ("bob",)


def test_a_reviewed_squash(shop: Workshop) -> None:
    topic(shop, commits=3)
    shop.review("bob", "main", "topic")
    shop.squash("topic")
    assert shop.answers("main^") == [PASSED]


def test_a_reviewed_fast_forward(shop: Workshop) -> None:
    topic(shop, commits=3)
    shop.review("bob", "main", "topic")
    shop.repo.git("merge", "-q", "--ff-only", "topic")
    assert shop.answers("main~3") == [PASSED] * 3


def test_a_reviewed_rebase(shop: Workshop) -> None:
    """The commits have new ids: the final tree and the base are what was reviewed."""
    topic(shop, commits=3)
    moved_on(shop)
    shop.review("bob", "main", "topic")
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={shop.keys['alice'].private}")
    shop.repo.git(*signing, "cherry-pick", "-S", "main..topic")
    assert shop.answers("main~3") == [PASSED] * 3
    assert shop.answers("main~4") == [PASSED] * 4


def test_the_first_commit_of_all(shop: Workshop) -> None:
    shop.review("bob", "", "main")
    assert shop.answers() == [PASSED]


def test_nobody_looked(shop: Workshop) -> None:
    assert shop.answers() == [NOBODY]


def test_approval_before_the_last_push(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    tree = shop.reviews[0].review.merged_tree[:12]
    shop.repo.switch("topic")
    shop.commit("One more", files={"evil": "1\n"})
    shop.repo.switch("main")
    shop.merge("topic")
    assert shop.answers("main^") == [
        (
            "FAILED",
            (f"'bob' approved another tree, {tree}: something changed after the approval",),
        )
    ]


def test_self_approval_by_the_author(shop: Workshop) -> None:
    topic(shop)
    shop.review("alice", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'alice' took part in the change",))]


def test_self_approval_under_another_address(shop: Workshop) -> None:
    """One person with two addresses is one person."""
    topic(shop)
    shop.review("alice", "main", "topic")
    shop.squash("topic", author=("A. Example", "Alice@Home.example"))
    assert shop.answers("main^") == [("FAILED", ("'alice' took part in the change",))]


def test_self_approval_with_a_second_key(shop: Workshop, tmp_path: Path) -> None:
    """Keys belong to principals: a second key makes no second person."""
    two = (ssh(shop.keys["alice"]), ssh(shop.keys["caro"]))
    shop.people = [p for p in shop.people if p.name not in {"alice", "caro"}]
    shop.people.append(person("alice", *two, emails=(ALICE[1], CARO[1])))
    topic(shop, by="caro")
    shop.review("alice", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'alice' took part in the change",))]


def test_self_approval_by_a_co_author(shop: Workshop) -> None:
    shop.repo.branch("topic")
    shop.commit(f"Work\n\nCo-Authored-By: Bob <{BOB[1].upper()}>", files={"b": "1\n"})
    shop.repo.switch("main")
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'bob' took part in the change",))]


def test_self_approval_by_the_committer(shop: Workshop) -> None:
    shop.repo.branch("topic")
    shop.commit("Work", by="bob", author=ALICE, files={"b": "1\n"})
    shop.repo.switch("main")
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'bob' took part in the change",))]


def test_self_approval_by_who_added_a_commit_to_a_bots_change(shop: Workshop) -> None:
    """Editing a bot's request and approving it was once enough."""
    shop.repo.branch("topic")
    shop.commit("Update things", by="bot", files={"b": "1\n"})
    shop.commit("And this", by="bob", files={"evil": "1\n"})
    shop.repo.switch("main")
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'bob' took part in the change",))]


def test_self_approval_by_who_merged_with_changes(shop: Workshop) -> None:
    """A merge by a person makes that person a part of it."""
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.merge("topic", by="bob")
    assert shop.answers("main^") == [("FAILED", ("'bob' took part in the change",))]


def test_a_bot_is_no_reviewer(shop: Workshop) -> None:
    topic(shop)
    shop.review("bot", "main", "topic")
    shop.merge("topic", by="alice")
    assert shop.answers("main^") == [("FAILED", ("'bot' is no person",))]


def test_a_bots_own_change_needs_a_person(shop: Workshop) -> None:
    topic(shop, by="bot")
    shop.merge("topic")
    assert shop.answers("main^") == [NOBODY]
    shop.repo.git("reset", "-q", "--hard", "main^")
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [PASSED]


def test_an_author_that_only_a_name_tells(shop: Workshop) -> None:
    """Bob writes under Alice's name, without a signature, and approves: one person agreed."""
    shop.repo.branch("topic")
    shop.repo.commit("Work", files={"b": "1\n"}, author=ALICE)
    shop.repo.switch("main")
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    oid = shop.repo.text("rev-parse", "--short=12", "topic")
    assert shop.answers("main^") == [
        (
            "UNKNOWN",
            (ALONE + f"{oid} is not provenly its author's: unsigned",),
        )
    ]
    shop.review("caro", "main^", "topic")
    assert shop.answers("main^") == [PASSED]


def test_an_address_that_nobody_knows(shop: Workshop) -> None:
    """It may be a second account of the reviewer."""
    shop.repo.branch("topic")
    shop.commit("Work\n\nCo-authored-by: X <x@elsewhere.example>", files={"b": "1\n"})
    shop.repo.switch("main")
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    oid = shop.repo.text("rev-parse", "--short=12", "topic")
    assert shop.answers("main^") == [
        (
            "UNKNOWN",
            (ALONE + f"the trust root does not say whose address one in {oid} is",),
        )
    ]


def test_approval_of_another_commit_with_the_same_title(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.commit("Work 0", files={"evil": "1\n"})
    assert shop.answers("main^") == [NOBODY]


def test_an_approval_on_another_base(shop: Workshop) -> None:
    """The same tree on top of another commit is another change."""
    topic(shop)
    shop.review("bob", "main", "topic")
    base = shop.repo.text("rev-parse", "--short=12", "main")
    shop.commit("Nothing", by="caro")
    shop.squash("topic")
    assert shop.answers("main^") == [
        ("FAILED", (f"'bob' approved this tree, but on top of {base}",))
    ]


def test_a_revert_and_the_same_again(shop: Workshop) -> None:
    """An approval is used up: going back to an approved tree, and forth again, is not reviewed."""
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.squash("topic")
    before = shop.repo.text("rev-parse", "main")
    shop.repo.git("revert", "--no-edit", "--no-commit", "main")
    shop.commit("Back")
    shop.repo.git("checkout", "-q", before, "--", ".")
    shop.commit("Forth")
    assert [verdict for verdict, _ in shop.answers("main~3")] == ["PASSED", "FAILED", "FAILED"]


def test_an_approval_after_the_branch_had_it(shop: Workshop) -> None:
    topic(shop)
    merged = shop.merge("topic")
    shop.seen[merged] = shop.repo.at + timedelta(minutes=5)
    shop.review("bob", "main^", "topic", at=shop.repo.at + timedelta(minutes=5))
    assert shop.answers("main^") == [("FAILED", ("'bob' approved after the branch had it",))]


def test_whoever_saw_a_later_change_saw_the_earlier_one(shop: Workshop) -> None:
    topic(shop)
    shop.merge("topic")
    later = shop.commit("Later", by="caro", files={"z": "1\n"})
    shop.seen[later] = shop.repo.at + timedelta(minutes=5)
    shop.review("bob", "main~2", "topic", at=shop.repo.at + timedelta(minutes=6))
    assert shop.answers("main~2")[0] == ("FAILED", ("'bob' approved after the branch had it",))


def test_an_approval_of_what_the_branch_has_by_its_own_word(shop: Workshop) -> None:
    topic(shop)
    merged = shop.merge("topic")
    shop.review("bob", "main^", "main", tip=merged)
    assert shop.answers("main^") == [("FAILED", ("'bob' approved what the branch already had",))]


def test_an_approval_that_was_taken_back(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.review("bob", "main", "topic", decision=Decision.WITHDRAW)
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'bob' took back what it said",))]


def test_a_rejection_stands_beside_approvals(shop: Workshop) -> None:
    topic(shop)
    shop.review("caro", "main", "topic", decision=Decision.REJECT)
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'caro' rejected it: because",))]
    shop.review("caro", "main^", "topic", decision=Decision.WITHDRAW)
    assert shop.answers("main^") == [PASSED]


def test_an_approver_who_lost_the_role(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.people = [p for p in shop.people if p.name != "bob"]
    shop.people.append(person("bob", ssh(shop.keys["bob"]), emails=(BOB[1],), roles=("author",)))
    merged = shop.merge("topic")
    shop.seen[merged] = shop.repo.at
    assert shop.answers("main^") == [
        ("FAILED", ("'bob' was no reviewer any more when the branch had it",))
    ]


def test_a_merge_that_adds_something_of_its_own(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    tree = shop.reviews[0].review.merged_tree[:12]
    shop.merge("topic", options=("--no-commit",))
    shop.commit("Merge", by="bot", files={"evil": "1\n"})
    assert len(shop.repo.text("rev-list", "--parents", "-n1", "main").split()) == 3
    assert shop.answers("main^") == [
        (
            "FAILED",
            (f"'bob' approved another tree, {tree}: something changed after the approval",),
        )
    ]


def test_a_queue_merges_what_nobody_saw_together(shop: Workshop) -> None:
    """Both parts were reviewed, on the same base; what came of both, nobody looked at."""
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.commit("Meanwhile", by="bob", files={"m": "1\n"})
    shop.review("caro", "main^", "main")
    shop.merge("topic")
    assert shop.answers("main~2") == [
        PASSED,
        ("UNKNOWN", ("Git merged two reviewed states, and nobody reviewed what came of it",)),
    ]


def test_a_queue_on_top_of_what_nobody_reviewed(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.commit("Meanwhile", by="bob", files={"m": "1\n"})
    shop.merge("topic")
    assert [verdict for verdict, _ in shop.answers("main~2")] == ["FAILED", "FAILED"]


def test_a_rebase_with_more_commits_than_were_reviewed(shop: Workshop) -> None:
    """Something goes in and out again between the reviewed ends."""
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.commit("In", files={"evil": "1\n"})
    shop.repo.git("rm", "-q", "evil")
    shop.repo.git("checkout", "topic", "--", ".")
    shop.commit("Out")
    assert [verdict for verdict, _ in shop.answers("main~2")] == ["FAILED", "FAILED"]


def test_grafts_and_replace_refs_make_nothing_reviewed(shop: Workshop) -> None:
    topic(shop)
    shop.review("bob", "main", "topic")
    reviewed = shop.repo.text("rev-parse", "topic")
    evil = shop.commit("Evil", files={"evil": "1\n"})
    shop.repo.git("replace", evil, reviewed)
    assert shop.answers("main^") == [NOBODY]


def test_an_empty_change_is_told_apart(shop: Workshop) -> None:
    shop.commit("Nothing")
    (found,) = shop.judge("main^")
    assert (found.verdict.value, found.change.empty) == ("FAILED", True)


def test_a_submodule_is_a_part_of_the_tree(shop: Workshop) -> None:
    shop.repo.branch("topic")
    shop.repo.submodule("lib", "https://example.org/lib", "12" * 20)
    shop.commit("Add lib")
    shop.repo.switch("main")
    shop.review("bob", "main", "topic")
    shop.repo.switch("topic")
    shop.repo.git("update-index", "--cacheinfo", f"160000,{'34' * 20},lib")
    shop.repo.git("commit", "-q", "-m", "Point it elsewhere")
    shop.repo.switch("main")
    shop.merge("topic")
    assert [verdict for verdict, _ in shop.answers("main^")] == ["FAILED"]


def test_a_repository_of_sha256(tmp_path: Path) -> None:
    shop = open_workshop(tmp_path / "one")
    shop.repo = GitRepo(tmp_path / "two", object_format="sha256")
    shop.commit("Begin", files={"a": "1\n"})
    topic(shop)
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [PASSED]


def test_a_machine_that_reviews_in_a_persons_stead(shop: Workshop) -> None:
    """The trust root says what somebody is, also after the fact."""
    topic(shop)
    shop.people = [p for p in shop.people if p.name != "bob"]
    shop.people.append(person("bob", ssh(shop.keys["bob"]), kind=PrincipalKind.RUNNER))
    shop.review("bob", "main", "topic")
    shop.merge("topic")
    assert shop.answers("main^") == [("FAILED", ("'bob' is no person",))]
