"""Which owners of changed paths approved: from signed reviews, and what a look at a forge told."""

from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject
from assay.operations.initialise import initialise
from assay.operations.review_change import ReviewRequest, review_change
from assay.operations.show_owners import OwnedChange, OwnersShown, show_owners
from assay.signing.principals import AccountId
from assay.source.forge.facts import Member
from assay.source.forge.predicate import STATE_TYPE
from assay.source.review import Decision
from tests.fakes.forgefacts import REPOSITORY, rules, state
from tests.fakes.gitrepo import ALICE, GitRepo, SshKey, make_ssh_key
from tests.fakes.signers import person, ssh
from tests.operations.run import clock, recorder
from tests.operations.site import Site, empty_site
from tests.operations.trustkit import pinned, update

OWNERS = "* @boss\n/docs/ writer@example.org\n/free/\n/team/ @org/core\n"
MAIL, NUMBER = "local@example.org", 99


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, SshKey]:
    """Return a site in which `local` reviews, and Alice has committed a file of owners."""
    folder = tmp_path_factory.mktemp("owners")
    site, key = empty_site(folder / "site"), make_ssh_key(folder / "keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        GitRepo(site.top).commit("Begin", files={"CODEOWNERS": OWNERS, "a": "1\n"}, sign=key)
        initialise(site.top, clock=clock())
        root = pinned(site)
        local = replace(
            root.principals[0],
            emails=(MAIL,),
            accounts=(AccountId(forge=REPOSITORY.url, number=NUMBER),),
        )
        alice = person("alice", ssh(key), emails=(ALICE[1],), roles=("author",))
        update(site, replace(root, principals=(local, *root.principals[1:], alice)), hours=0)
    return site, key


@pytest.fixture
def site(begun: tuple[Site, SshKey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    copied = begun[0].copy(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(copied.home))
    return copied


def change(site: Site, key: SshKey, *paths: str, review: bool = True, **files: str) -> OwnersShown:
    """Change files on a branch, have that reviewed, merge it, and ask for the owners."""
    repo = site.repo
    repo.branch("topic")
    repo.commit("Work", files={**dict.fromkeys(paths, "2\n"), **files}, sign=key)
    repo.switch("main")
    if review:
        request = ReviewRequest(
            what="main..topic", into="", decision=Decision.APPROVE, reason="", looked_at="all"
        )
        review_change(site.top, request, clock=clock(hours=1))
    repo.git("merge", "-q", "--ff-only", "topic")
    return show_owners(site.top, "", into="", clock=clock(hours=9))


def only(shown: OwnersShown) -> OwnedChange:
    [one] = shown.changes
    return one


def look(site: Site, login: str) -> None:
    """Record a look at the forge that tells the login of an account."""
    members = (Member(kind="user", name=login, permission="admin", number=NUMBER),)
    statement = Statement(
        subjects=(Subject(name="shop", digest=REPOSITORY.digest),),
        predicate_type=STATE_TYPE,
        predicate=state(rules(), members=members).as_json(),
    )
    with recorder(site, hours=1) as opened:
        opened.record((statement,), role="collector")


def test_an_owner_is_missing_who_is_named(site: Site, begun: tuple[Site, SshKey]) -> None:
    shown = change(site, begun[1], "a", "b")
    assert shown.verdict is Verdict.FAILED
    found = only(shown)
    assert found.by == ("local",)
    [(owners, paths)] = found.missing.items()
    assert (owners, [one.path for one in paths]) == (("@boss",), ["a", "b"])
    document = shown.as_json()
    assert (document["verdict"], document["notChecked"]) == ("FAILED", [])


def test_a_login_that_a_look_has_told_is_its_accounts(
    site: Site, begun: tuple[Site, SshKey]
) -> None:
    look(site, "Boss")
    assert change(site, begun[1], "a").verdict is Verdict.PASSED


def test_an_address_is_its_principals(site: Site, begun: tuple[Site, SshKey]) -> None:
    site.repo.commit("Own", files={"CODEOWNERS": f"* {MAIL}\n"}, sign=begun[1])
    assert change(site, begun[1], "a").verdict is Verdict.PASSED


def test_what_nobody_reviewed_no_owner_approved(site: Site, begun: tuple[Site, SshKey]) -> None:
    look(site, "boss")
    unreviewed = change(site, begun[1], "a", review=False)
    assert (only(unreviewed).by, unreviewed.verdict) == ((), Verdict.FAILED)


def test_a_change_does_not_take_its_own_owners_away(site: Site, begun: tuple[Site, SshKey]) -> None:
    found = only(change(site, begun[1], "a", CODEOWNERS=f"* {MAIL}\n"))
    assert {one.path: one.missing for one in found.paths} == {
        "CODEOWNERS": ("@boss",),
        "a": ("@boss",),
    }


def test_nobody_owns_it_and_a_team_that_nobody_knows(
    site: Site, begun: tuple[Site, SshKey]
) -> None:
    found = only(change(site, begun[1], "free/x", "team/x"))
    assert {one.path: (one.verdict, one.why) for one in found.paths} == {
        "free/x": (Verdict.FAILED, "nobody owns it"),
        "team/x": (
            Verdict.UNKNOWN,
            "whether its owners approved depends on who is in a team (line 4)",
        ),
    }


def test_without_a_file_nobody_can_tell(site: Site, begun: tuple[Site, SshKey]) -> None:
    site.repo.git("rm", "-q", "CODEOWNERS")
    site.repo.commit("Without", sign=begun[1])
    shown = change(site, begun[1], "a")
    assert shown.verdict is Verdict.UNKNOWN
    [gap] = shown.not_checked
    assert (gap.what, gap.where) == ("owners", site.repo.head)


def test_the_first_commit_is_judged_by_its_own_file(site: Site) -> None:
    shown = show_owners(site.top, "root..main", into="", clock=clock(hours=9))
    assert [one.path for one in only(shown).paths] == ["CODEOWNERS", "a"]
