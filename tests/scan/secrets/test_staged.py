"""The search in the index, on real repositories."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.findings.finding import Location
from assay.scan.secrets.compiled import compile_rules
from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.rule import rules_digest
from assay.scan.secrets.scan import scan_secrets
from assay.scan.secrets.sealed import search_name
from assay.scan.secrets.staged import StagedScan, scan_staged
from assay.source.repository import open_place, open_repository
from assay.source.staged import list_staged
from assay.system.sealed import SealedFolder
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
NPM = fill("npm_{b62:30}{crc}")
STRIPE = fill("sk_live_{b62:24}")


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


def stage(repo: GitRepo, path: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (repo.top / path).write_bytes(data)
    repo.git("add", "--", path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the compiled rules are kept: making them takes a second."""
    folder = tmp_path_factory.mktemp("cache")
    compile_rules(sealed=SealedFolder(folder=folder, key=KEY), name=search_name(rules_digest()))
    return folder


def scan(repo: GitRepo, *, cache: Path | None, key: bytes = KEY) -> StagedScan:
    place = open_place(repo.top)
    return scan_staged(
        place,
        list_staged(place, index_file=None),
        identity_key=key,
        at=AT,
        excluded=(),
        foreign=NO_FOREIGN,
        cache=cache,
    )


def test_nothing_staged(repo: GitRepo, kept: Path) -> None:
    found = scan(repo, cache=kept)
    assert found.report.findings == found.introduced == ()
    assert dict(found.report.examined) == {"staged files": 0, "bytes": 0}


def test_a_secret_before_the_first_commit(repo: GitRepo, kept: Path) -> None:
    stage(repo, "a", f"x\n{NPM}\n")
    found = scan(repo, cache=kept)
    (finding,) = found.introduced
    assert finding.rule == "secrets/npm-token"
    assert finding.locations == (Location(path="a", line=2, note="staged"),)
    assert dict(found.report.examined) == {"staged files": 1, "bytes": len(NPM) + 3}


def test_what_is_not_staged_is_not_searched(repo: GitRepo, kept: Path) -> None:
    stage(repo, "a", "x\n")
    (repo.top / "a").write_text(NPM)
    assert scan(repo, cache=kept).report.findings == ()


def test_a_secret_that_was_there_is_not_introduced(repo: GitRepo, kept: Path) -> None:
    """Not where its line moved, nor where its file was renamed; but one beside it is."""
    stage(repo, "a", f"{NPM}\n")
    stage(repo, "b", "x\n")
    repo.commit("Begin")
    repo.git("rm", "-q", "--cached", "a")
    stage(repo, "c", f"\n{NPM}\n")
    found = scan(repo, cache=kept)
    assert len(found.report.findings) == 1
    assert found.introduced == ()
    stage(repo, "b", f"{STRIPE}\n")
    assert [finding.rule for finding in scan(repo, cache=kept).introduced] == ["secrets/stripe-key"]


def test_the_identity_is_that_of_the_whole_search(repo: GitRepo, kept: Path) -> None:
    stage(repo, "a", f"{NPM}\n")
    (finding,) = scan(repo, cache=kept).introduced
    repo.commit("Begin")
    report = scan_secrets(
        open_repository(repo.top),
        identity_key=KEY,
        at=AT,
        workers=1,
        worktree_files=(),
        excluded=(),
        foreign=NO_FOREIGN,
        cache=None,
    )
    assert [f.identity for f in report.findings] == [finding.identity]


def test_the_same_with_kept_rules(repo: GitRepo, tmp_path: Path) -> None:
    stage(repo, "a", f"{NPM}\n")
    first = scan(repo, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir())
    assert scan(repo, cache=tmp_path / "cache") == first == scan(repo, cache=None)


def test_one_content_at_two_paths(repo: GitRepo, kept: Path) -> None:
    stage(repo, "a", f"{NPM}\n")
    stage(repo, "b", f"{NPM}\n")
    (finding,) = scan(repo, cache=kept).introduced
    assert [location.path for location in finding.locations] == ["a", "b"]


def test_a_lost_content_is_named_by_its_path(repo: GitRepo, kept: Path) -> None:
    stage(repo, "a", "x\n")
    oid = repo.git("hash-object", "a").decode().strip()
    (repo.top / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    found = scan(repo, cache=kept)
    assert [(item.what, item.where) for item in found.report.not_checked] == [("staged file", "a")]


def test_a_short_key(repo: GitRepo, kept: Path) -> None:
    with pytest.raises(UsageError) as caught:
        scan(repo, cache=kept, key=b"k" * 31)
    assert str(caught.value) == "[usage] an identity key of 31 bytes, where 32 are needed"
