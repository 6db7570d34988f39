"""What was counted before is not counted again, and comes to the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.source.history import History, load_history
from assay.source.kepthistory import _name, load_kept
from assay.source.repository import Repository, open_repository
from assay.system.sealed import SealedFolder
from tests.fakes.gitrepo import ALICE, BOB, GitRepo

AT = datetime(2026, 6, 1, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1"})
    return made


@pytest.fixture
def sealed(tmp_path: Path) -> SealedFolder:
    return SealedFolder(folder=tmp_path / "cache", key=KEY)


def opened(repo: GitRepo) -> Repository:
    return open_repository(repo.top)


def both(repo: GitRepo, sealed: SealedFolder, *, at: datetime = AT) -> History:
    """Return the history with what is kept, which is what it is without."""
    repository = opened(repo)
    found = load_history(repository, repository.head, at=at, sealed=sealed)
    assert found == load_history(repository, repository.head, at=at, sealed=None)
    return found


def kept_at(repo: GitRepo, sealed: SealedFolder) -> str:
    kept = load_kept(sealed, opened(repo))
    return "" if kept is None else kept.head


def direct(repo: GitRepo) -> None:
    repo.commit("Direct", files={"d": "1"}, author=BOB, committer=ALICE)


def merged(repo: GitRepo) -> None:
    repo.branch("topic")
    repo.commit("Work", files={"t": "1"}, author=BOB)
    repo.switch("main")
    repo.commit("Meanwhile", files={"m": "1"})
    repo.merge("topic")


def from_before(repo: GitRepo) -> None:
    """Merge a branch that was begun before what is kept, with a commit of another time."""
    repo.git("switch", "-q", "-c", "old", "HEAD~0")
    repo.at -= timedelta(days=30)
    repo.commit("Late", files={"l": "1"})
    repo.at += timedelta(days=30)
    repo.switch("main")
    repo.commit("Here", files={"h": "1"})
    repo.merge("old")


def nothing(repo: GitRepo) -> None:
    assert repo.head


@pytest.mark.parametrize("step", [direct, merged, from_before, nothing])
def test_it_goes_on_where_it_ended(
    repo: GitRepo, sealed: SealedFolder, step: Callable[[GitRepo], None]
) -> None:
    both(repo, sealed)
    first = repo.head
    assert kept_at(repo, sealed) == first
    step(repo)
    both(repo, sealed)
    assert kept_at(repo, sealed) == repo.head


def test_of_what_is_kept_no_commit_is_read_again(repo: GitRepo, sealed: SealedFolder) -> None:
    first = repo.head
    repo.commit("More", files={"b": "1"})
    both(repo, sealed)
    repo.commit("Still more", files={"c": "1"})
    (repo.top / ".git" / "objects" / first[:2] / first[2:]).unlink()
    repository = opened(repo)
    assert load_history(repository, repository.head, at=AT, sealed=sealed).commits == 3
    with pytest.raises(AssayError):
        load_history(repository, repository.head, at=AT, sealed=None)


def test_a_branch_that_was_rewritten_is_walked_whole(repo: GitRepo, sealed: SealedFolder) -> None:
    repo.commit("Gone", files={"g": "1"}, author=BOB)
    both(repo, sealed)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit("Instead", files={"i": "1"})
    assert both(repo, sealed).authors == 1


def test_what_came_in_by_a_merge_the_other_way_round_is_walked_whole(
    repo: GitRepo, sealed: SealedFolder
) -> None:
    """Of a merge whose second parent is the kept head, another line is the first-parent line."""
    repo.branch("topic")
    repo.commit("Work", files={"t": "1"})
    repo.switch("main")
    repo.commit("Here", files={"h": "1"})
    both(repo, sealed)
    repo.switch("topic")
    repo.merge("main")
    assert both(repo, sealed).first_parent == 3


def test_what_is_dated_ahead_is_kept_only_once_it_is_not(
    repo: GitRepo, sealed: SealedFolder
) -> None:
    early = repo.at - timedelta(minutes=1)
    assert both(repo, sealed, at=early).dates_ahead == 1
    assert kept_at(repo, sealed) == ""
    assert both(repo, sealed).dates_ahead == 0
    assert kept_at(repo, sealed) == repo.head
    assert both(repo, sealed, at=early).dates_ahead == 1  # a clock that was set back


def test_a_clone_that_is_not_whole_is_not_kept(
    repo: GitRepo, sealed: SealedFolder, tmp_path: Path
) -> None:
    repo.commit("More", files={"b": "1"})
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.top}", str(shallow))
    cloned = GitRepo(shallow, create=False)
    assert both(cloned, sealed).boundary == 1
    assert kept_at(cloned, sealed) == ""


@pytest.mark.parametrize("body", [b"", b"[]", b'{"head":"x"}', b'{"head":"' + b"0" * 40 + b'"}'])
def test_what_is_of_another_form_is_as_if_it_were_not_there(
    repo: GitRepo, sealed: SealedFolder, body: bytes
) -> None:
    both(repo, sealed)
    [file] = sealed.folder.iterdir()
    sealed.save(file.name, body, name=_name())
    assert load_kept(sealed, opened(repo)) is None
    assert both(repo, sealed).commits == 1


def test_no_address_is_in_the_file(repo: GitRepo, sealed: SealedFolder) -> None:
    both(repo, sealed)
    [file] = sealed.folder.iterdir()
    assert b"example" not in file.read_bytes()
