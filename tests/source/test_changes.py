"""The line of a branch, what each change on it brought, and what Git makes of merges."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import RejectedError
from assay.source.changes import Line, load_line, load_range
from assay.source.judging import NOBODY
from assay.source.mergetree import CONFLICT, compute_merges
from assay.source.repository import open_repository
from tests.fakes.gitrepo import GitRepo

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1\n"})
    return made


def topic(repo: GitRepo, name: str, *files: str) -> None:
    """Make a branch with a commit for each file, and go back to `main`."""
    repo.branch(name)
    for file in files:
        repo.commit(f"Add {file}", files={file: f"{name}\n"})
    repo.switch("main")


def line(repo: GitRepo, base: str = "") -> Line:
    return load_line(
        open_repository(repo.top),
        base=repo.text("rev-parse", base) if base else "",
        head=repo.head,
        trust=NOBODY,
        at=AT,
    )


def titles(found: Line) -> list[list[str]]:
    return [[one.title.decode() for one in change.commits] for change in found.changes]


def test_each_commit_is_brought_once(repo: GitRepo) -> None:
    topic(repo, "one", "b", "c")
    topic(repo, "two", "d")
    repo.merge("one", message="Merge one")
    repo.switch("two")
    repo.merge("main", message="Catch up")
    repo.switch("main")
    repo.merge("two", message="Merge two")
    found = line(repo)
    assert titles(found) == [
        ["Begin"],
        ["Merge one", "Add c", "Add b"],
        ["Merge two", "Catch up", "Add d"],
    ]
    assert [change.base for change in found.changes[1:]] == [c.oid for c in found.changes[:-1]]
    assert (found.changes[0].base, found.changes[0].before, found.boundary) == ("", "", 0)


def test_a_range_begins_after_its_base(repo: GitRepo) -> None:
    repo.commit("Second", files={"b": "1\n"})
    repo.commit("Nothing")
    found = line(repo, "HEAD~2")
    assert titles(found) == [["Second"], ["Nothing"]]
    assert [change.empty for change in found.changes] == [False, True]
    assert found.changes[0].before == repo.text("rev-parse", "HEAD~2^{tree}")


def test_a_base_beside_the_line(repo: GitRepo) -> None:
    topic(repo, "one", "b")
    repo.merge("one")
    beside = repo.text("rev-parse", "one")
    with pytest.raises(RejectedError) as caught:
        line(repo, "one")
    assert str(caught.value) == (
        f"[rejected] {beside} is not on the line of {repo.head} "
        "(begin at a commit on the branch itself, not on one that was merged)"
    )


def test_the_end_of_a_shallow_clone_is_counted(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Second")
    clone = repo.clone(tmp_path / "clone", "--depth", "1")
    assert (titles(line(clone)), line(clone).boundary) == ([["Second"]], 1)


def test_replace_refs_and_grafts_bend_nothing(repo: GitRepo) -> None:
    second = repo.commit("Second", files={"b": "1\n"})
    third = repo.commit("Third", files={"c": "1\n"})
    expected = titles(line(repo))
    repo.git("replace", third, repo.text("commit-tree", f"{second}^{{tree}}", "-m", "Orphan"))
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "grafts").write_text(f"{third}\n")
    assert titles(line(repo)) == expected == [["Begin"], ["Second"], ["Third"]]


def test_a_range_of_all(repo: GitRepo) -> None:
    topic(repo, "one", "b", "c")
    repo.switch("one")
    found = load_range(
        open_repository(repo.top),
        base=repo.text("rev-parse", "main"),
        head=repo.head,
        trust=NOBODY,
        at=AT,
    )
    assert list(found) == repo.text("rev-list", "main..one").split()


def merged(repo: GitRepo, ours: str, theirs: str) -> str | None:
    pair = (repo.text("rev-parse", ours), repo.text("rev-parse", theirs))
    return compute_merges(open_repository(repo.top), (pair,)).get(pair)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_merge_as_git_makes_it(tmp_path: Path, object_format: str) -> None:
    repo = GitRepo(tmp_path / "a:b repo", object_format=object_format)
    repo.commit("Begin", files={"a": "1\n"})
    topic(repo, "one", "b")
    repo.commit("Meanwhile", files={"c": "1\n"})
    before = len(repo.git("cat-file", "--batch-all-objects", "--batch-check").splitlines())
    found = merged(repo, "main", "one")
    after = len(repo.git("cat-file", "--batch-all-objects", "--batch-check").splitlines())
    assert before == after  # nothing is written to the repository
    repo.merge("one")
    assert found == repo.text("rev-parse", "HEAD^{tree}")


def test_several_merges_and_a_conflict(repo: GitRepo) -> None:
    for name, file in (("one", "b"), ("two", "b"), ("three", "c")):
        topic(repo, name, file)
    ids = {name: repo.text("rev-parse", name) for name in ("one", "two", "three")}
    pairs = ((ids["one"], ids["two"]), (ids["one"], ids["three"]), (ids["two"], ids["three"]))
    found = compute_merges(open_repository(repo.top), (*pairs, pairs[0]))
    assert [found[pair] == CONFLICT for pair in pairs] == [True, False, False]
    assert compute_merges(open_repository(repo.top), ()) == {}


def test_objects_that_are_not_here_give_no_answer(repo: GitRepo) -> None:
    pair = (repo.head, "12" * 20)
    assert compute_merges(open_repository(repo.top), (pair,)) == {}


def test_a_merge_driver_of_the_repository_is_not_run(repo: GitRepo, tmp_path: Path) -> None:
    """It is a program that the repository's configuration names."""
    mark = tmp_path / "ran"
    repo.commit("Drive", files={".gitattributes": "* merge=evil\n", "f": "1\n"})
    topic(repo, "one", "f")
    repo.commit("Other", files={"f": "other\n"})
    repo.git("config", "merge.evil.driver", f"touch {mark}")
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "attributes").write_text("* merge=evil\n")
    assert merged(repo, "main", "one") == CONFLICT
    assert not mark.exists()
