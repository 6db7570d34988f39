"""What the next commit will change, on real repositories."""

from pathlib import Path

import pytest

from assay.core.errors import UnavailableError, UsageError
from assay.core.notchecked import NotChecked
from assay.source.repository import open_place
from assay.source.staged import Staged, StagedFile, list_index, list_staged, parse_staged
from tests.fakes.gitrepo import GitRepo

ONE, TWO = "1" * 40, "2" * 40
NOTHING = "0" * 40


@pytest.fixture(params=["sha1", "sha256"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> GitRepo:
    return GitRepo(tmp_path / "repo", object_format=request.param)


def stage(repo: GitRepo, path: str, content: str) -> str:
    file = repo.top / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    repo.git("add", "--", path)
    return repo.git("hash-object", "--", path).decode().strip()


def listed(repo: GitRepo) -> Staged:
    return list_staged(open_place(repo.top), index_file=None)


def test_before_the_first_commit_everything_is_new(repo: GitRepo) -> None:
    oid = stage(repo, "a b/é\n.txt", "x\n")
    assert listed(repo) == Staged(
        files=(StagedFile(path="a b/é\n.txt", oid=oid, before=""),), removed=(), not_checked=()
    )


def test_only_what_differs_from_head(repo: GitRepo) -> None:
    before = stage(repo, "changed", "1\n")
    gone = stage(repo, "gone", "2\n")
    stage(repo, "same", "3\n")
    repo.commit("Begin")
    after = stage(repo, "changed", "4\n")
    repo.git("rm", "-q", "--cached", "gone")
    (repo.top / "same").write_text("changed, and not staged\n")
    assert listed(repo) == Staged(
        files=(StagedFile(path="changed", oid=after, before=before),),
        removed=(gone,),
        not_checked=(),
    )


def test_the_index_that_git_tells_a_hook(repo: GitRepo) -> None:
    """`git commit FILE` makes one of its own, which has only what is committed now."""
    repo.commit("Begin", files={"a": "1\n"})
    stage(repo, "b", "staged, and not part of this commit\n")
    other = repo.top / ".git" / "next-index"
    repo.git("read-tree", "--index-output=" + str(other), "HEAD")
    place = open_place(repo.top)
    assert list_staged(place, index_file=other).files == ()
    assert list_index(place, ("a", "b"), index_file=other).keys() == {"a"}


def test_a_renamed_file_is_one_gone_and_one_new(repo: GitRepo) -> None:
    oid = stage(repo, "old", "1\n" * 50)
    repo.commit("Begin")
    repo.git("config", "diff.renames", "copies")
    repo.git("mv", "old", "new")
    assert listed(repo) == Staged(
        files=(StagedFile(path="new", oid=oid, before=""),), removed=(oid,), not_checked=()
    )


def test_a_folder_below_the_top_sees_all(repo: GitRepo) -> None:
    repo.git("config", "diff.relative", "true")
    stage(repo, "a", "1\n")
    stage(repo, "below/b", "2\n")
    found = list_staged(open_place(repo.top / "below"), index_file=None)
    assert [file.path for file in found.files] == ["a", "below/b"]


def test_nothing_in_the_repository_runs(repo: GitRepo) -> None:
    stage(repo, "a", "1\n")
    repo.commit("Begin")
    stage(repo, "a", "2\n")
    (repo.top / ".gitattributes").write_text("* diff=bad\n")
    for key in ("diff.external", "diff.bad.textconv", "core.fsmonitor", "core.pager"):
        repo.git("config", key, "touch ran; false")
    assert [file.path for file in listed(repo).files] == ["a"]
    assert not (repo.top / "ran").exists()


def test_only_regular_files_are_settings(repo: GitRepo) -> None:
    (repo.top / "link").symlink_to("/etc/passwd")
    oid = stage(repo, "file", "1\n")
    repo.git("add", "link")
    assert list_index(open_place(repo.top), ("file", "link", "absent"), index_file=None) == {
        "file": oid
    }


def test_a_bare_repository_has_no_index(tmp_path: Path) -> None:
    bare = GitRepo(tmp_path / "bare", bare=True)
    with pytest.raises(UsageError) as caught:
        listed(bare)
    assert str(caught.value) == f"[usage] a bare repository has no index, at {bare.top}"


def record(old: str, new: str, before: str, after: str, status: str, path: str) -> str:
    return f":{old} {new} {before} {after} {status}\0{path}\0"


def test_what_has_no_content_here_is_named() -> None:
    output = (
        record("000000", "160000", NOTHING, ONE, "A", "module")
        + record("000000", "100644", NOTHING, NOTHING, "U", "torn")
        + record("160000", "100644", ONE, TWO, "T", "was a module")
        + record("160000", "000000", ONE, NOTHING, "D", "module gone")
    )
    remedy = "look at it by other means"
    assert parse_staged(output.encode()) == Staged(
        files=(StagedFile(path="was a module", oid=TWO, before=""),),
        removed=(),
        not_checked=(
            NotChecked(
                what="submodule",
                where="module",
                why="its content is another repository",
                remedy=remedy,
            ),
            NotChecked(what="file", where="torn", why="it is not merged yet", remedy=remedy),
        ),
    )


@pytest.mark.parametrize(
    "output",
    [
        record("100644", "100644", ONE, TWO, "M", "path")[1:].encode(),
        record("100644", "100648", ONE, TWO, "M", "path").encode(),
        record("100644", "100644", ONE[1:], TWO, "M", "path").encode(),
        record("100644", "100644", ONE, TWO, "M", "").encode(),
        record("100644", "100644", ONE, TWO, "m", "path").encode(),
    ],
)
def test_what_git_should_not_write(output: bytes) -> None:
    with pytest.raises(UnavailableError) as caught:
        parse_staged(output)
    said = output.split(b"\0")[0].decode()
    assert str(caught.value) == f"[unavailable] git diff wrote {said!r}"
