import os
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.source.repository import open_repository
from assay.source.worktree import Change, Uncommitted, list_uncommitted, parse_status
from tests.fakes.gitrepo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1", "b": "2", "d/c": "3", ".gitignore": "*.log\n"})
    return made


def uncommitted(repo: GitRepo) -> Uncommitted:
    return list_uncommitted(open_repository(repo.top))


def loaded(repo: GitRepo, *, max_bytes: int = 1000) -> tuple[dict[str, bytes], list[str]]:
    """Return what was read, and the gaps as "what path: why"."""
    found = uncommitted(repo)
    files = dict(found.load_files(max_bytes=max_bytes))
    return files, [f"{gap.what} {gap.where}: {gap.why}" for gap in found.not_checked]


def test_a_clean_tree(repo: GitRepo) -> None:
    assert uncommitted(repo).changes == ()
    assert loaded(repo) == ({}, [])


def test_modified_staged_and_new_files(repo: GitRepo) -> None:
    repo.write("a", "changed")
    repo.write("b", "staged")
    repo.git("add", "b")
    repo.write("new/x y", "new")
    repo.write("debug.log", "ignored")
    found = uncommitted(repo)
    assert found.changes == (
        Change(path="a", state="modified"),
        Change(path="b", state="modified"),
        Change(path="new/x y", state="untracked"),
    )
    assert (found.count("modified"), found.count("untracked"), found.count("hidden")) == (2, 1, 0)
    assert loaded(repo) == ({"a": b"changed", "b": b"staged", "new/x y": b"new"}, [])


def test_a_staged_content_behind_another_one(repo: GitRepo) -> None:
    repo.write("a", "staged")
    repo.git("add", "a")
    repo.write("a", "later")
    files = list(uncommitted(repo).load_files())
    assert files == [("a", b"staged"), ("a", b"later")]


def test_a_staged_content_whose_file_is_gone(repo: GitRepo) -> None:
    repo.write("new", "staged and removed")
    repo.git("add", "new")
    (repo.top / "new").unlink()
    assert loaded(repo) == ({"new": b"staged and removed"}, [])


def test_deleted_and_renamed_files(repo: GitRepo) -> None:
    (repo.top / "a").unlink()
    repo.git("mv", "b", "e")
    found = uncommitted(repo)
    assert {(c.path, c.deleted) for c in found.changes} == {("a", True), ("b", True), ("e", False)}
    assert loaded(repo) == ({"e": b"2"}, [])


def test_a_file_taken_out_of_the_index_and_kept(repo: GitRepo) -> None:
    repo.git("rm", "-q", "--cached", "a")
    assert loaded(repo) == ({"a": b"1"}, [])


def test_a_conflict(repo: GitRepo) -> None:
    repo.branch("topic")
    repo.commit("Theirs", files={"a": "theirs"})
    repo.switch("main")
    repo.commit("Ours", files={"a": "ours"})
    with pytest.raises(AssertionError):
        repo.merge("topic")
    files, gaps = loaded(repo)
    assert b"<<<<<<<" in files["a"]
    assert gaps == []


@pytest.mark.parametrize("option", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_was_told_to_overlook_is_read(repo: GitRepo, option: str) -> None:
    repo.git("update-index", option, "a", "d/c")
    repo.write("a", "hidden change")
    (repo.top / "d" / "c").unlink()
    found = uncommitted(repo)
    assert found.count("hidden") == 2
    assert loaded(repo) == ({"a": b"hidden change"}, [])


def test_a_change_with_the_same_size_and_date(repo: GitRepo) -> None:
    path = repo.top / "a"
    before = path.stat()
    repo.git("config", "core.checkStat", "minimal")
    repo.git("config", "core.trustctime", "false")
    repo.git("update-index", "--refresh")
    path.write_text("X")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert loaded(repo) == ({"a": b"X"}, [])


def test_the_users_ignore_rules_are_not_read(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "git").mkdir(parents=True)
    (tmp_path / "home" / "git" / "ignore").write_text("*\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    repo.git("config", "core.excludesFile", str(tmp_path / "home" / "git" / "ignore"))
    repo.write("new", "new")
    assert loaded(repo) == ({"new": b"new"}, [])


def test_links_are_not_followed(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "private").write_text("private")
    repo.symlink("file", str(tmp_path / "outside" / "private"))
    repo.symlink("folder", str(tmp_path / "outside"))
    (repo.top / "a").unlink()
    repo.symlink("a", "../outside/private")
    files, gaps = loaded(repo)
    assert files == {
        "a": b"../outside/private",
        "file": str(tmp_path / "outside" / "private").encode(),
        "folder": str(tmp_path / "outside").encode(),
    }
    assert gaps == []


def test_a_folder_that_became_a_link_is_not_entered(repo: GitRepo, tmp_path: Path) -> None:
    """The file is listed while its folder is one; the swap comes before it is read."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "c").write_text("private")
    repo.write("d/c", "changed")
    found = uncommitted(repo)
    (repo.top / "d" / "c").unlink()
    (repo.top / "d").rmdir()
    (repo.top / "d").symlink_to(tmp_path / "outside")
    assert list(found.load_files()) == []
    assert [gap.why for gap in found.not_checked] == [
        "no file that could be read without following a link"
    ]


def test_a_file_that_became_something_else(repo: GitRepo) -> None:
    repo.write("x", "new")
    repo.write("y", "new")
    found = uncommitted(repo)
    (repo.top / "x").unlink()
    os.mkfifo(repo.top / "x")
    (repo.top / "y").unlink()
    assert list(found.load_files()) == []
    assert [(gap.where, gap.why) for gap in found.not_checked] == [
        ("x", "a fifo, not a file"),
        ("y", "no file that could be read without following a link"),
    ]


def test_a_tracked_file_that_is_a_fifo_now(repo: GitRepo) -> None:
    (repo.top / "a").unlink()
    os.mkfifo(repo.top / "a")
    files, gaps = loaded(repo)
    assert files == {}
    assert gaps == ["uncommitted file a: a fifo, not a file"]


def test_a_repository_inside(repo: GitRepo) -> None:
    inner = GitRepo(repo.top / "inner")
    inner.commit("Inner", files={"secret": "x"})
    files, gaps = loaded(repo)
    assert files == {}
    assert gaps == ["folder inner/: a repository of its own"]


def test_a_submodule_at_another_commit(repo: GitRepo, tmp_path: Path) -> None:
    lib = GitRepo(tmp_path / "lib")
    lib.commit()
    repo.git("submodule", "--quiet", "add", lib.top.as_uri(), "lib")
    repo.commit("Add")
    inner = GitRepo(repo.top / "lib", create=False)
    inner.commit("Elsewhere")
    files, gaps = loaded(repo)
    assert files == {}
    assert gaps == ["uncommitted file lib: a folder, not a file"]


def test_a_file_that_is_too_large(repo: GitRepo) -> None:
    repo.write("new", "x" * 11)
    assert loaded(repo, max_bytes=10) == ({}, ["uncommitted file new: larger than 10 bytes"])


def test_staged_content_that_is_too_large(repo: GitRepo) -> None:
    repo.write("new", "x" * 11)
    repo.git("add", "new")
    repo.write("new", "x")
    files, (gap,) = loaded(repo, max_bytes=10)
    assert files == {"new": b"x"}
    assert gap.startswith("staged file new: the blob ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(repo: GitRepo) -> None:
    repo.write("new", "x").chmod(0)
    assert loaded(repo) == ({}, ["uncommitted file new: cannot read: Permission denied"])


def test_names_of_any_bytes(repo: GitRepo) -> None:
    names = [b"od\xffd", b"line\nend", b"\x1b[31mred", b"-x", b" space "]
    for name in names:
        repo.write(name, name)
    files, gaps = loaded(repo)
    assert {os.fsencode(path): content for path, content in files.items()} == {
        name: name for name in names
    }
    assert gaps == []


def test_a_bare_repository_has_none(repo: GitRepo, tmp_path: Path) -> None:
    bare = repo.clone(tmp_path / "bare", "--bare")
    assert uncommitted(bare).changes == ()


def test_nothing_is_written(repo: GitRepo) -> None:
    """Not even the index is refreshed."""
    os.utime(repo.top / "a", (1, 1))
    before = (repo.git_dir / "index").read_bytes()
    uncommitted(repo)
    assert (repo.git_dir / "index").read_bytes() == before


@pytest.mark.parametrize(
    "record",
    [b"1 .M N... 100644\0", b"2 R. N... 1 2 3 4 5 R100 a\0b\0", b"x odd\0", b"! ignored\0"],
)
def test_a_record_that_git_should_not_write(record: bytes) -> None:
    with pytest.raises(UnavailableError) as caught:
        list(parse_status(record))
    assert caught.value.what.startswith("git status wrote ")
