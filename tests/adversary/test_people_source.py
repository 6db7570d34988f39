"""People: what Git's own records can, and cannot, show about who did what."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.source.facts import SourceFacts, collect_facts
from assay.source.judging import NOBODY, CommitTrust
from assay.source.repository import open_repository
from assay.source.tree import list_tree
from assay.source.worktree import list_uncommitted
from tests.fakes.gitrepo import ALICE, BOB, EPOCH, GitRepo, make_ssh_key
from tests.fakes.signers import person, ssh, trust_of

AT = datetime(2026, 6, 1, tzinfo=UTC)
FORGE = ("Forge", "noreply@forge.example")


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1"})
    return made


def facts_of(repo: GitRepo, *, trust: CommitTrust = NOBODY) -> SourceFacts:
    repository = open_repository(repo.top)
    return collect_facts(
        repository,
        list_tree(repository, repository.head),
        list_uncommitted(repository),
        at=AT,
        trust=trust,
        sealed=None,
    )


def test_squash_merges_are_not_counted_as_merges(repo: GitRepo) -> None:
    """A squash has one parent: Git cannot show that it was reviewed, and nothing claims it."""
    repo.branch("topic")
    repo.commit("Work", files={"t": "1"}, author=BOB)
    repo.switch("main")
    repo.git("merge", "-q", "--squash", "topic")
    repo.commit("Work (squashed)", author=BOB, committer=FORGE)
    history = facts_of(repo).history
    assert (history.first_parent_merges, history.first_parent_direct) == (0, 2)
    assert history.author_is_not_committer == 1


def test_rebase_merges_are_not_counted_as_merges(repo: GitRepo) -> None:
    """Rebased commits lie on the first-parent line one by one, each with two names."""
    repo.branch("topic")
    for number in range(3):
        repo.commit(f"Work {number}", files={"t": str(number)}, author=BOB)
    repo.switch("main")
    repo.commit("Meanwhile", files={"m": "1"})
    repo.git("cherry-pick", "main..topic", committer=FORGE, author=BOB)
    history = facts_of(repo).history
    assert (history.first_parent_merges, history.first_parent_direct) == (0, 5)
    assert history.author_is_not_committer == 3


def test_a_fast_forward_hides_the_branch(repo: GitRepo) -> None:
    """A branch that is moved forward leaves no merge: its commits count as direct ones."""
    repo.branch("topic")
    repo.commit("Work", files={"t": "1"}, author=BOB)
    repo.switch("main")
    repo.git("merge", "-q", "--ff-only", "topic")
    assert facts_of(repo).history.first_parent_direct == 2


def test_a_fast_forward_to_a_merge_from_main_swaps_the_line(repo: GitRepo) -> None:
    """Merging main into a branch and moving main there makes the branch the first-parent line."""
    repo.branch("topic")
    repo.commit("Unreviewed 1", files={"t": "1"}, author=BOB)
    repo.commit("Unreviewed 2", files={"t": "2"}, author=BOB)
    repo.switch("main")
    repo.commit("Reviewed", files={"m": "1"})
    repo.switch("topic")
    repo.merge("main", author=BOB)
    repo.switch("main")
    repo.git("merge", "-q", "--ff-only", "topic")
    history = facts_of(repo).history
    assert (history.first_parent_merges, history.first_parent_direct) == (1, 3)


def test_a_name_in_a_commit_proves_nobody(repo: GitRepo, tmp_path: Path) -> None:
    """Anybody can write any author: without a signature of an allowed signer, nothing passes."""
    signers = trust_of(person("alice", ssh(make_ssh_key(tmp_path / "keys")), emails=(ALICE[1],)))
    repo.commit("Not by Alice", author=ALICE)
    assert facts_of(repo, trust=signers).head.signature.verdict is Verdict.FAILED


def test_a_key_in_the_repository_allows_nobody(repo: GitRepo, tmp_path: Path) -> None:
    """The list of signers comes from the caller, never from the commit or its configuration."""
    key = make_ssh_key(tmp_path / "keys")
    repo.git("config", "gpg.ssh.allowedSignersFile", "allowed_signers")
    repo.commit("Allow me", files={"allowed_signers": key.allowed(ALICE[1])}, sign=key)
    signature = facts_of(repo).head.signature
    assert (signature.verdict, signature.reason) == (
        Verdict.UNKNOWN,
        "no trust root says who may sign",
    )


def test_evidence_dated_by_the_signer(repo: GitRepo, tmp_path: Path) -> None:
    """A commit made after the key's end, dated before it, does not pass."""
    key = make_ssh_key(tmp_path / "keys")
    until = datetime(2026, 2, 1, tzinfo=UTC)
    signers = trust_of(person("alice", ssh(key, until=until)))
    repo.at = EPOCH + timedelta(days=1)
    repo.commit("Backdated", sign=key)
    assert facts_of(repo, trust=signers).head.signature.verdict is Verdict.UNKNOWN


def test_history_that_was_bent_is_seen_as_it_is(repo: GitRepo) -> None:
    """A replace ref or a graft shows another history to Git; here it changes no count."""
    second = repo.commit("Second", author=BOB)
    third = repo.commit("Third", author=BOB)
    clean = facts_of(repo).history
    orphan = repo.text("commit-tree", f"{third}^{{tree}}", "-m", "Orphan")
    repo.git("replace", third, orphan)
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "grafts").write_text(f"{second}\n")
    bent = facts_of(repo)
    assert bent.history == clean
    assert (bent.clone.replace_refs, bent.clone.grafts) == (1, True)
