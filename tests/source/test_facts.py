import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.verdict import Verdict
from assay.source.documents import Role
from assay.source.facts import Signatory, SourceFacts, WorkTree, collect_facts
from assay.source.judging import NOBODY, CommitTrust
from assay.source.repository import open_repository
from assay.source.tree import list_tree
from assay.source.worktree import list_uncommitted
from tests.fakes.gitrepo import ALICE, BOB, EPOCH, GitRepo, make_ssh_key
from tests.fakes.signers import person, ssh, trust_of

AT = datetime(2026, 6, 1, tzinfo=UTC)


def facts_of(top: Path, *, trust: CommitTrust = NOBODY) -> SourceFacts:
    repository = open_repository(top)
    return collect_facts(
        repository,
        list_tree(repository, repository.head),
        list_uncommitted(repository),
        at=AT,
        trust=trust,
        sealed=None,
    )


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1", "LICENSE": "Free\n", "SECURITY.md": "Write to us\n"})
    return made


def test_a_plain_repository(repo: GitRepo) -> None:
    repo.tag("v1")
    repo.tag("v2", message="two")
    repo.branch("topic")
    facts = facts_of(repo.top)
    assert facts.observed_at == AT
    assert (facts.head.commit, facts.head.branch, facts.head.parents) == (repo.head, "topic", 0)
    assert facts.head.tree == repo.text("rev-parse", "HEAD^{tree}")
    assert (facts.clone.branches, facts.clone.tags) == (2, 2)
    assert facts.files == 3
    assert [d.role for d in facts.documents] == [Role.LICENCE, Role.SECURITY_POLICY]
    assert facts.work_tree == WorkTree(modified=0, untracked=0, hidden=0)
    assert facts.not_checked == ()


def test_people_at_head_without_their_addresses(repo: GitRepo) -> None:
    repo.commit("Second", author=("Ann \x1b[31mOther", "Ann@Example.org"), committer=BOB)
    facts = facts_of(repo.top)
    assert facts.head.author == Signatory(
        name="Ann \\x1b[31mOther",
        email_digest=f"sha256:{hashlib.sha256(b'ann@example.org').hexdigest()}",
        date=EPOCH.replace(minute=2),
    )
    written = render_canonical_json(facts.as_json())
    for address in (b"example.org", ALICE[1].encode(), BOB[1].encode()):
        assert address not in written.lower()


def test_a_date_that_is_none(repo: GitRepo) -> None:
    raw = b"tree %b\nauthor A <a> 99999999999999999 +0000\ncommitter odd\n\nx\n" % (
        repo.text("rev-parse", "HEAD^{tree}").encode()
    )
    repo.git("update-ref", "HEAD", repo.raw_object("commit", raw))
    facts = facts_of(repo.top)
    assert facts.head.author is not None
    assert facts.head.author.date is None
    assert facts.head.committer is None
    assert facts.not_checked == (
        NotChecked(
            what="history",
            where="1 commits",
            why="they do not name an author and a committer as Git writes them",
            remedy="Run git fsck to find them.",
        ),
    )


def test_the_signature_at_head(repo: GitRepo, tmp_path: Path) -> None:
    key = make_ssh_key(tmp_path / "keys")
    signers = trust_of(person("alice", ssh(key)))
    assert facts_of(repo.top, trust=signers).head.signature.verdict is Verdict.FAILED
    repo.commit("Signed", sign=key)
    assert facts_of(repo.top, trust=signers).head.signature.verdict is Verdict.PASSED
    assert facts_of(repo.top).head.signature.verdict is Verdict.UNKNOWN


def test_credentials_of_remotes_are_stripped(repo: GitRepo) -> None:
    token = "to" + "ken"
    repo.git("remote", "add", "origin", f"https://me:{token}@example.org/x.git")
    facts = facts_of(repo.top)
    assert facts.clone.remotes == (("origin", "https://example.org/x.git"),)
    assert token.encode() not in render_canonical_json(facts.as_json())


def test_what_a_commit_names_and_does_not_hold(repo: GitRepo) -> None:
    repo.symlink("out", "../elsewhere")
    repo.submodule("sub", "https://example.org/x.git", "12" * 20)
    repo.commit("Point elsewhere")
    facts = facts_of(repo.top)
    assert facts.content.leaving_symlinks == ("out",)
    assert [s.path for s in facts.content.submodules] == ["sub"]
    assert [(gap.what, gap.where) for gap in facts.not_checked] == [
        ("submodule", "sub"),
        ("symlink", "out"),
    ]


def test_a_changed_working_tree(repo: GitRepo) -> None:
    repo.write("a", "changed")
    repo.write("new", "1")
    work_tree = facts_of(repo.top).work_tree
    assert work_tree == WorkTree(modified=1, untracked=1, hidden=0)
    assert not work_tree.clean


def test_a_bare_repository_has_no_working_tree(repo: GitRepo, tmp_path: Path) -> None:
    bare = repo.clone(tmp_path / "bare", "--bare")
    facts = facts_of(bare.top)
    assert facts.clone.bare
    assert facts.work_tree is None
    assert facts.as_json()["workTree"] is None


def test_a_shallow_clone_is_a_gap(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Second")
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    (gap,) = facts_of(clone.top).not_checked
    assert gap == NotChecked(
        what="history",
        where=repo.head,
        why="1 parents are not here: the clone is shallow",
        remedy="Run git fetch --unshallow; in CI, fetch with depth 0.",
    )


def test_a_partial_clone_is_a_gap(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout", "--bare")
    facts = facts_of(clone.top)
    assert facts.clone.partial
    assert [gap.why for gap in facts.not_checked] == [
        "the clone is partial, and nothing is fetched behind its back"
    ]


def test_a_detached_head_and_sha256(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo", object_format="sha256")
    repo.commit("Begin", files={"a": "1"})
    repo.git("switch", "-q", "--detach")
    facts = facts_of(repo.top)
    assert (facts.clone.object_format, facts.head.branch) == ("sha256", None)


def test_names_of_any_bytes_can_be_signed(repo: GitRepo) -> None:
    """A statement is UTF-8; a name need not be."""
    repo.symlink("od\udcff\x1b", "/\udcfe")
    repo.write(b"LICENSE-\xff", "x")
    repo.commit("Odd names", author=("N\udcffme", "n@example.org"))
    repo.git("switch", "-q", "-c", b"br\xffnch".decode("utf-8", "surrogateescape"))
    document = render_canonical_json(facts_of(repo.top).as_json())
    assert parse_json(document, max_bytes=1 << 20) is not None


def test_the_same_commit_gives_the_same_facts(repo: GitRepo) -> None:
    one, two = facts_of(repo.top), facts_of(repo.top)
    assert render_canonical_json(one.as_json()) == render_canonical_json(two.as_json())


def test_a_real_history(shared_data: Path, tmp_path: Path) -> None:
    outer = GitRepo(tmp_path / "outer")
    bundle = shared_data / "repos" / "flask-shape.bundle"
    outer.git("clone", "-q", bundle, tmp_path / "clone")
    facts = facts_of(tmp_path / "clone")
    assert (facts.files, facts.clone.tags) == (236, 69)
    assert facts.history.boundary == 0
    assert facts.work_tree == WorkTree(modified=0, untracked=0, hidden=0)
    assert facts.not_checked == ()
