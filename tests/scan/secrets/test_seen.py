"""A second run reads what is new, and finds what the first one would have found."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.findings.scanreport import ScanReport
from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.rule import rules_digest
from assay.scan.secrets.scan import scan_secrets
from assay.scan.secrets.sealed import search_name
from assay.scan.secrets.seen import NOTHING_SEEN, Seen, load_seen, save_seen
from assay.source.repository import open_repository
from assay.system.sealed import SealedFolder
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
GITLAB = fill("glpat-{b62:20}")
NAME = search_name(rules_digest())


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Start", files={"README": "A shop.\n", "lib/a": "one\n"})
    made.commit("Go on", files={"secret": f"{GITLAB}\n", "lib/b": "two\n"})
    return made


def scan(repo: GitRepo, cache: Path | None, *, key: bytes = KEY, at: datetime = AT) -> ScanReport:
    return scan_secrets(
        open_repository(repo.top),
        identity_key=key,
        at=at,
        workers=1,
        worktree_files=(),
        excluded=(),
        foreign=NO_FOREIGN,
        cache=cache,
    )


def seen(repo: GitRepo, cache: Path) -> Seen:
    return load_seen(SealedFolder(folder=cache, key=KEY), open_repository(repo.top), name=NAME)


def test_nothing_changes_but_time(repo: GitRepo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for step in range(3):
        assert scan(repo, cache) == scan(repo, cache) == scan(repo, None)
        repo.commit(files={f"more{step}": f"{step}\n", "secret": f"{step}\n{GITLAB}\n"})
    assert len(scan(repo, cache).findings) == 1


def test_only_what_held_nothing_is_left_out(repo: GitRepo, tmp_path: Path) -> None:
    scan(repo, tmp_path / "cache")
    kept = seen(repo, tmp_path / "cache")
    assert kept.again == {repo.text("rev-parse", "HEAD:secret").encode()}
    assert len(kept.objects.searched.splitlines()) == 6
    assert len(kept.objects.trees.split()) == 4
    assert kept.tips == (repo.head.encode(),)


def test_no_trace_of_a_secret_is_kept(repo: GitRepo, tmp_path: Path) -> None:
    finding = scan(repo, tmp_path / "cache").findings[0]
    for path in (tmp_path / "cache").iterdir():
        content = path.read_bytes()
        assert GITLAB.encode() not in content
        assert finding.identity.encode() not in content


def test_a_permission_ends_although_its_object_was_seen(repo: GitRepo, tmp_path: Path) -> None:
    mark = "assay" + ":allow"
    given = f'{GITLAB} # {mark} gitlab-token until=2026-07-31 reason="made up"\n'
    repo.commit(files={"secret": given})
    cache = tmp_path / "cache"
    before, after = scan(repo, cache), scan(repo, cache, at=datetime(2026, 8, 1, tzinfo=UTC))
    assert [len(report.not_checked) for report in (before, after)] == [1, 0]
    assert len(after.findings[0].locations) == 2


def test_an_object_that_vanished_is_named(repo: GitRepo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    oid = repo.text("rev-parse", "HEAD:lib/a")
    assert scan(repo, cache).not_checked == ()
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    assert [item.where for item in scan(repo, cache).not_checked] == [oid]
    assert scan(repo, cache) == scan(repo, None)
    assert seen(repo, cache).tips == ()


def test_a_new_commit_that_misses_a_tree_is_named(repo: GitRepo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    scan(repo, cache)
    repo.commit(files={"new/deep/c": "three\n"})
    oid = repo.text("rev-parse", "HEAD:new/deep")
    (repo.top / "new" / "deep" / "c").unlink()
    repo.commit()
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    assert oid in {item.where for item in scan(repo, cache).not_checked}
    assert scan(repo, cache) == scan(repo, None)


def test_a_memory_of_other_rules_is_none(repo: GitRepo, tmp_path: Path) -> None:
    sealed = SealedFolder(folder=tmp_path / "cache", key=KEY)
    scan(repo, sealed.folder)
    assert load_seen(sealed, open_repository(repo.top), name="other") == NOTHING_SEEN


def test_a_memory_of_another_installation_is_none(repo: GitRepo, tmp_path: Path) -> None:
    scan(repo, tmp_path / "cache")
    other = SealedFolder(folder=tmp_path / "cache", key=b"o" * 32)
    assert load_seen(other, open_repository(repo.top), name=NAME) == NOTHING_SEEN


def test_without_a_folder_nothing_is_kept(repo: GitRepo) -> None:
    place = open_repository(repo.top)
    save_seen(None, place, NOTHING_SEEN, name=NAME)
    assert load_seen(None, place, name=NAME) == NOTHING_SEEN


def test_a_second_run_reads_only_what_is_new(repo: GitRepo, tmp_path: Path) -> None:
    """An object that cannot be read any more was read before, and so is no gap."""
    cache = tmp_path / "cache"
    scan(repo, cache)
    oid = repo.text("rev-parse", "HEAD:lib/a")
    path = repo.git_dir / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert scan(repo, cache).not_checked == ()
    assert oid in {item.where for item in scan(repo, None).not_checked}
