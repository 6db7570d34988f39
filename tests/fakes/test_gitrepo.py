from pathlib import Path

from tests.fakes.gitrepo import ALICE, BOB, GitRepo, make_ssh_key


def test_the_same_calls_make_the_same_commits(tmp_path: Path) -> None:
    heads = set()
    for name in ("one", "two"):
        repo = GitRepo(tmp_path / name)
        repo.commit("Begin", files={"a/b.txt": "text\n"})
        repo.branch("topic")
        repo.commit("Work", files={"c.txt": b"\xff"}, author=BOB, committer=ALICE)
        repo.switch("main")
        heads.add(repo.merge("topic"))
    assert len(heads) == 1


def test_tags_clones_and_submodules(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    first = repo.commit("Begin", files={"a": "1"})
    repo.tag("v1", message="one")
    repo.submodule("vendor/lib", "https://example.org/lib.git", first)
    repo.commit("Vendor")
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    assert clone.head == repo.head
    assert f"160000 commit {first}\tvendor/lib" in clone.text("ls-tree", "-r", "HEAD")


def test_a_signed_commit_has_an_ssh_signature(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Signed", files={"a": "1"}, sign=make_ssh_key(tmp_path / "keys"))
    assert "-----BEGIN SSH SIGNATURE-----" in repo.text("cat-file", "commit", "HEAD")


def test_raw_trees_hold_what_git_would_refuse(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    blob = repo.raw_object("blob", b"x")
    commit = repo.commit_tree(repo.raw_tree({b"..": ("100644", blob)}))
    assert repo.text("ls-tree", commit) == f"100644 blob {blob}\t.."
