"""Drowning and ordering, in what the search for secrets keeps from one run to the next."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.findings.scanreport import ScanReport
from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.rule import rules_digest
from assay.scan.secrets.scan import scan_secrets
from assay.scan.secrets.sealed import search_name
from assay.scan.secrets.seen import load_seen, save_seen
from assay.source.repository import open_repository
from assay.system.sealed import SealedFolder
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

KEY = b"k" * 32
GITLAB = fill("glpat-{b62:20}")
AT = datetime(2026, 6, 30, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Start", files={"a": f"{GITLAB}\n"})
    return made


def scan(repo: GitRepo, cache: Path) -> ScanReport:
    return scan_secrets(
        open_repository(repo.top),
        identity_key=KEY,
        at=AT,
        workers=1,
        worktree_files=(),
        excluded=(),
        foreign=NO_FOREIGN,
        cache=cache,
    )


def forge(repo: GitRepo, cache: Path, *, key: bytes, name: str) -> None:
    """Keep that the object with the secret was searched, and nothing found."""
    place = open_repository(repo.top)
    real = load_seen(SealedFolder(folder=cache, key=KEY), place, name=search_name(rules_digest()))
    poisoned = type(real)(objects=real.objects, again=frozenset(), tips=real.tips)
    save_seen(SealedFolder(folder=cache, key=key), place, poisoned, name=name)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param(b"a" * 32, search_name(rules_digest()), id="sealed-by-another-key"),
        pytest.param(b"", search_name(rules_digest()), id="sealed-by-no-key"),
        pytest.param(KEY, search_name("sha256:none"), id="sealed-under-other-rules"),
        pytest.param(
            hashlib.sha256(KEY).digest(), search_name(rules_digest()), id="a-guess-at-the-key"
        ),
    ],
)
def test_a_poisoned_memory_hides_no_secret(
    repo: GitRepo, tmp_path: Path, key: bytes, name: str
) -> None:
    """Cache hit skips the dynamic rules; in-band "already verified" mark trusted."""
    cache = tmp_path / "cache"
    before = scan(repo, cache)
    forge(repo, cache, key=key, name=name)
    assert scan(repo, cache) == before
    assert len(before.findings) == 1


def test_only_the_key_could_poison_it(repo: GitRepo, tmp_path: Path) -> None:
    """The same forgery under the real key would be believed: nothing else keeps it out."""
    cache = tmp_path / "cache"
    scan(repo, cache)
    forge(repo, cache, key=KEY, name=search_name(rules_digest()))
    assert scan(repo, cache).findings == ()


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def emptied(_content: bytes) -> bytes:
    return b""


def grown(content: bytes) -> bytes:
    return content + content


@pytest.mark.parametrize("damage", [cut, emptied, grown])
def test_damage_costs_time_and_no_finding(
    repo: GitRepo, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    cache = tmp_path / "cache"
    before = scan(repo, cache)
    for path in cache.iterdir():
        path.write_bytes(damage(path.read_bytes()))
    assert scan(repo, cache) == before


def test_the_memory_of_a_clean_repository_says_nothing_about_another(
    repo: GitRepo, tmp_path: Path
) -> None:
    """A file in another one's place tells of other objects."""
    cache = tmp_path / "cache"
    clean = GitRepo(tmp_path / "clean")
    clean.commit("Start", files={"a": "nothing\n"})
    scan(clean, cache)
    (kept,) = cache.glob("secrets-seen-*")
    content = kept.read_bytes()
    before = scan(repo, cache)
    for path in cache.glob("secrets-seen-*"):
        path.write_bytes(content)
    assert scan(repo, cache) == before
    assert len(before.findings) == 1
