import os
import subprocess
from pathlib import Path

import pytest

from assay.core.errors import AssayError, RejectedError, UnavailableError, UsageError
from assay.source.repository import open_repository
from tests.fakes.gitrepo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a/b.txt": "text\n"})
    return made


def refusal(path: Path) -> AssayError:
    with pytest.raises(AssayError) as caught:
        open_repository(path)
    return caught.value


def test_a_repository_is_opened_at_its_head(repo: GitRepo) -> None:
    opened = open_repository(repo.top)
    assert opened.top == repo.top
    assert opened.git_dir == opened.common_dir == repo.top / ".git"
    assert opened.head == repo.head
    assert opened.branch == "main"
    assert opened.object_format == "sha1"
    assert opened.version.count(".") >= 1
    assert (opened.bare, opened.shallow, opened.partial, opened.grafts) == (False,) * 4
    assert (opened.replace_refs, opened.alternates, opened.remotes, opened.filters) == (
        0,
        (),
        (),
        (),
    )
    assert not opened.linked_worktree


def test_a_subfolder_stands_for_its_repository(repo: GitRepo) -> None:
    assert open_repository(repo.top / "a") == open_repository(repo.top)


def test_a_relative_path_and_a_link_to_the_folder(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = repo.top.parent / "link"
    link.symlink_to(repo.top)
    assert open_repository(link).top == repo.top
    monkeypatch.chdir(repo.top)
    assert open_repository(Path()).top == repo.top
    assert open_repository(Path("a")).top == repo.top


def test_a_name_with_a_line_end_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"od\xffd\nname")
    repo = GitRepo(tmp_path / name)
    repo.commit()
    assert open_repository(repo.top).top == repo.top


def test_no_such_folder(tmp_path: Path) -> None:
    error = refusal(tmp_path / "absent\x1b")
    assert isinstance(error, UsageError)
    assert str(error) == f"[usage] no such folder, at {tmp_path}/absent\\x1b"


def test_a_file(repo: GitRepo) -> None:
    error = refusal(repo.top / "a" / "b.txt")
    assert isinstance(error, UsageError)
    assert str(error) == (
        f"[usage] not a folder, at {repo.top}/a/b.txt (name the folder of the repository)"
    )


def test_a_file_below_which_something_is_named(repo: GitRepo) -> None:
    error = refusal(repo.top / "a" / "b.txt" / "c")
    assert str(error) == f"[usage] no such folder, at {repo.top}/a/b.txt/c"


def test_not_a_repository(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert isinstance(error, UsageError)
    assert str(error) == (
        f"[usage] not a Git repository, at {tmp_path} (run git init, or name another folder)"
    )


def test_a_git_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    error = refusal(tmp_path)
    assert isinstance(error, RejectedError)
    assert error.what.startswith("there is a .git, which is no repository: 'fatal: not a git rep")
    assert error.hint == "run git fsck, or clone it again"


def test_no_commit_yet(tmp_path: Path) -> None:
    GitRepo(tmp_path / "repo")
    error = refusal(tmp_path / "repo")
    assert isinstance(error, UsageError)
    assert str(error) == (
        f"[usage] the repository has no commit at HEAD yet, at {tmp_path}/repo (commit first)"
    )


def test_a_branch_without_a_commit_in_a_repository_with_others(repo: GitRepo) -> None:
    repo.git("switch", "-q", "--orphan", "new")
    assert refusal(repo.top).what == "the repository has no commit at HEAD yet"


def test_inside_the_git_folder(repo: GitRepo) -> None:
    error = refusal(repo.top / ".git")
    assert str(error) == (
        f"[usage] inside the repository's own folder, at {repo.top}/.git (name the work tree)"
    )


def test_a_bare_repository(repo: GitRepo, tmp_path: Path) -> None:
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    opened = open_repository(bare.top)
    assert opened.bare
    assert opened.top == opened.git_dir == bare.top
    assert opened.head == repo.head


def test_a_detached_head(repo: GitRepo) -> None:
    repo.git("switch", "-q", "--detach")
    opened = open_repository(repo.top)
    assert (opened.branch, opened.head) == (None, repo.head)


def test_a_shallow_clone(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("More")
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    assert open_repository(clone.top).shallow


def test_a_partial_clone(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    assert open_repository(clone.top).partial


def test_a_linked_worktree(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", tmp_path / "side")
    opened = open_repository(tmp_path / "side")
    assert opened.linked_worktree
    assert opened.top == tmp_path / "side"
    assert opened.common_dir == repo.top / ".git"
    assert opened.branch == "side"


def test_a_submodules_checkout_is_a_repository(repo: GitRepo, tmp_path: Path) -> None:
    outer = GitRepo(tmp_path / "outer")
    outer.commit()
    outer.git("submodule", "--quiet", "add", repo.top.as_uri(), "inner")
    opened = open_repository(outer.top / "inner")
    assert opened.top == outer.top / "inner"
    assert opened.git_dir == outer.top / ".git" / "modules" / "inner"


def test_sha256_objects(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo", object_format="sha256")
    repo.commit()
    opened = open_repository(repo.top)
    assert opened.object_format == "sha256"
    assert len(opened.head) == 64


def test_replace_refs_and_grafts_are_recorded(repo: GitRepo) -> None:
    first = repo.head
    second = repo.commit("More")
    repo.git("replace", first, second)
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "grafts").write_text(f"# comment\n{second}\n")
    opened = open_repository(repo.top)
    assert (opened.replace_refs, opened.grafts) == (1, True)


def test_alternates_are_recorded(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--shared", repo.top, tmp_path / "borrower")
    opened = open_repository(tmp_path / "borrower")
    assert opened.alternates == (str(repo.top / ".git" / "objects"),)


def test_remotes_and_filters(repo: GitRepo) -> None:
    repo.git("remote", "add", "origin.two", "https://user@example.org/x.git")
    repo.git("config", "filter.a=b.clean", "false")
    opened = open_repository(repo.top)
    assert opened.remotes == (("origin.two", "https://user@example.org/x.git"),)
    assert opened.filters == ("a=b",)


def test_a_work_tree_that_is_configured_to_be_where_it_is(repo: GitRepo) -> None:
    repo.git("config", "core.worktree", "..")
    assert open_repository(repo.top).top == repo.top


@pytest.mark.parametrize("elsewhere", ["../..", "../../elsewhere", "/"])
def test_a_work_tree_elsewhere_is_refused(repo: GitRepo, tmp_path: Path, elsewhere: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "private").write_text("not of this repository")
    repo.git("config", "core.worktree", elsewhere)
    error = refusal(repo.top)
    assert isinstance(error, UsageError)
    assert str(error) == (
        "[usage] the repository is configured to have its work tree elsewhere, at"
        f" {repo.top} (remove core.worktree from its configuration)"
    )


def test_a_configuration_that_cannot_be_read(repo: GitRepo) -> None:
    (repo.git_dir / "config").write_text("[core\n")
    error = refusal(repo.top)
    assert isinstance(error, RejectedError)
    assert error.what == (
        "Git cannot read the repository: 'fatal: bad config line 1 in file .git/config'"
    )


def test_a_head_whose_commit_is_lost(repo: GitRepo) -> None:
    head = repo.head
    (repo.git_dir / "objects" / head[:2] / head[2:]).unlink()
    error = refusal(repo.top)
    assert isinstance(error, RejectedError)
    assert str(error) == (
        f"[rejected] the commit {head} at HEAD cannot be read, at {repo.top}"
        " (run git fsck; clone it again if objects are lost)"
    )


def test_a_head_that_is_no_commit(repo: GitRepo) -> None:
    blob = repo.raw_object("blob", b"x")
    (repo.git_dir / "refs" / "heads" / "main").write_text(f"{blob}\n")
    assert refusal(repo.top).what == f"the commit {blob} at HEAD cannot be read"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else(repo: GitRepo) -> None:
    subprocess.run(("/bin/chown", "-R", "12345", repo.top), check=True)
    error = refusal(repo.top)
    assert isinstance(error, UsageError)
    assert str(error) == (
        "[usage] the repository belongs to another user, and Git refuses it, at"
        f" {repo.top} (if you trust it: git config --global --add safe.directory {repo.top})"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else_whom_the_user_trusts(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text(f"[safe]\n  directory = {repo.top}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    head = repo.head
    subprocess.run(("/bin/chown", "-R", "12345", repo.top), check=True)
    assert open_repository(repo.top).head == head


def test_without_git(repo: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refusal(repo.top)
    assert isinstance(error, UnavailableError)
    assert str(error) == "[unavailable] git is not installed (install git, 2.32 or later)"


@pytest.mark.parametrize(
    "said", ["git version 2.31.9", "git version 1.99.1 (Elsewhere 99)", "something else"]
)
def test_a_git_that_is_too_old(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    old = tmp_path / "git"
    old.write_text(f"#!/bin/sh\necho '{said}'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refusal(repo.top)
    assert isinstance(error, UnavailableError)
    assert str(error) == (
        f"[unavailable] git is {said!r}, which is too old (install git 2.32 or later)"
    )


def test_a_git_with_a_vendors_version_is_known(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = open_repository(repo.top).program
    wrapped = tmp_path / "git"
    wrapped.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && echo "git version 2.50.1 (Vendor Git-155)" && exit\n'
        f'exec {real} "$@"\n'
    )
    wrapped.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert open_repository(repo.top).version == "2.50.1"
