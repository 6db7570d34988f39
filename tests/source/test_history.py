from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import RejectedError
from assay.source.commit import SignatureKind
from assay.source.history import History, load_history
from assay.source.repository import open_repository
from tests.fakes.gitrepo import ALICE, BOB, EPOCH, GitRepo, make_ssh_key

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Begin", files={"a": "1"})
    return made


def history_of(repo: GitRepo, *, at: datetime = AT) -> History:
    repository = open_repository(repo.top)
    return load_history(repository, repository.head, at=at, sealed=None)


def test_one_commit(repo: GitRepo) -> None:
    assert history_of(repo) == History(
        commits=1,
        merges=0,
        roots=1,
        boundary=0,
        first_parent=1,
        first_parent_merges=0,
        authors=1,
        committers=1,
        author_is_not_committer=0,
        dates_backwards=0,
        dates_ahead=0,
        malformed=0,
        signatures={
            SignatureKind.NONE: 1,
            SignatureKind.GPG: 0,
            SignatureKind.SSH: 0,
            SignatureKind.X509: 0,
            SignatureKind.OTHER: 0,
        },
    )


def test_merges_and_direct_commits_on_the_first_parent_line(repo: GitRepo) -> None:
    for number in range(2):
        repo.branch(f"topic-{number}")
        repo.commit("Work", files={f"t{number}": "1"})
        repo.commit("More", files={f"t{number}": "2"})
        repo.switch("main")
        repo.merge(f"topic-{number}")
    repo.commit("Direct", files={"d": "1"})
    history = history_of(repo)
    assert (history.commits, history.merges) == (8, 2)
    assert (history.first_parent, history.first_parent_merges) == (4, 2)
    assert history.first_parent_direct == 2


def test_a_merge_inside_a_branch_is_not_on_the_line(repo: GitRepo) -> None:
    repo.branch("topic")
    repo.commit("Work", files={"t": "1"})
    repo.switch("main")
    repo.commit("Meanwhile", files={"m": "1"})
    repo.switch("topic")
    repo.merge("main", message="Update the branch")
    repo.switch("main")
    repo.merge("topic")
    history = history_of(repo)
    assert (history.merges, history.first_parent_merges, history.first_parent) == (2, 1, 3)


def test_several_roots_and_an_octopus(repo: GitRepo) -> None:
    for name in ("one", "two"):
        repo.branch(name)
        repo.commit(name, files={name: "1"})
        repo.switch("main")
    repo.merge("one", "two")
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("Other root", files={"o": "1"})
    repo.switch("main")
    repo.git("merge", "-q", "--allow-unrelated-histories", "-m", "Join", "other")
    history = history_of(repo)
    assert (history.roots, history.merges, history.first_parent_merges) == (2, 2, 2)


def test_people_are_counted_by_e_mail_in_any_case(repo: GitRepo) -> None:
    repo.commit("One", author=("Somebody Else", "ALICE@Example.org"))
    repo.commit("Two", author=BOB, committer=ALICE)
    history = history_of(repo)
    assert (history.authors, history.committers, history.author_is_not_committer) == (2, 1, 1)


def test_dates_that_go_backwards_or_lie_ahead(repo: GitRepo) -> None:
    repo.at = EPOCH - timedelta(days=2)
    repo.commit("Before its parent")
    repo.at = AT
    repo.commit("After the observation")
    history = history_of(repo)
    assert (history.dates_backwards, history.dates_ahead) == (1, 1)
    assert history_of(repo, at=AT + timedelta(minutes=1)).dates_ahead == 0


def test_signatures_are_counted_by_kind(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit("Signed", sign=make_ssh_key(tmp_path / "keys"))
    for block in (b"PGP SIGNATURE", b"SIGNED MESSAGE", b"SOMETHING"):
        signature = b"gpgsig -----BEGIN " + block + b"-----\n AAAA\n"
        raw = b"tree %b\nparent %b\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n%b\nx\n" % (
            repo.text("rev-parse", "HEAD^{tree}").encode(),
            repo.head.encode(),
            signature,
        )
        repo.git("update-ref", "HEAD", repo.raw_object("commit", raw))
    assert history_of(repo).signatures == {
        SignatureKind.NONE: 1,
        SignatureKind.GPG: 1,
        SignatureKind.SSH: 1,
        SignatureKind.X509: 1,
        SignatureKind.OTHER: 1,
    }


def test_commits_that_git_would_not_write_are_counted(repo: GitRepo) -> None:
    tree = repo.text("rev-parse", "HEAD^{tree}").encode()
    raw = b"tree %b\nparent %b\nauthor nobody\ncommitter A <a> 1 +0000\n\nx\n" % (
        tree,
        repo.head.encode(),
    )
    repo.git("update-ref", "HEAD", repo.raw_object("commit", raw))
    history = history_of(repo)
    assert (history.commits, history.malformed) == (2, 1)


def test_the_boundary_of_a_shallow_clone(repo: GitRepo, tmp_path: Path) -> None:
    repo.branch("topic")
    repo.commit("Work", files={"t": "1"})
    repo.switch("main")
    repo.merge("topic")
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    history = history_of(clone)
    assert (history.commits, history.boundary, history.roots) == (1, 2, 0)


def test_a_planted_shallow_file_hides_nothing_silently(repo: GitRepo) -> None:
    second = repo.commit("Second")
    (repo.git_dir / "shallow").write_text(f"{second}\n")
    history = history_of(repo)
    assert (history.commits, history.boundary) == (1, 1)


def test_a_commit_that_is_missing(repo: GitRepo) -> None:
    first = repo.head
    repo.commit("Second")
    (repo.git_dir / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(RejectedError) as caught:
        history_of(repo)
    assert caught.value.what.startswith("the repository is damaged: ")


def test_counts_agree_with_git_on_a_real_history(shared_data: Path, tmp_path: Path) -> None:
    bundle = shared_data / "repos" / "pip-audit-shape.bundle"
    made = GitRepo(tmp_path / "outer")
    made.git("clone", "-q", "--bare", bundle, tmp_path / "clone")
    clone = GitRepo(tmp_path / "clone", create=False)
    history = history_of(clone, at=datetime(2100, 1, 1, tzinfo=UTC))

    def count(*options: str) -> int:
        return int(clone.text("rev-list", "--count", *options, "HEAD"))

    assert history.commits == count()
    assert history.merges == count("--merges")
    assert history.roots == count("--max-parents=0")
    assert history.first_parent == count("--first-parent")
    assert history.first_parent_merges == count("--first-parent", "--merges")
    mails = clone.text("log", "--format=%ae").lower().split("\n")
    assert history.authors == len(set(mails))
