"""Repositories with hooks, in a home whose rules are compiled once for a run of tests."""

from pathlib import Path

import pytest

from assay.operations.identitykey import ensure_identity_key
from tests.fakes.gitrepo import GitRepo
from tests.scan.secrets.generate import fill

TOKEN = fill("npm_{b62:30}{crc}")  # of a kind with a checksum, so that there is no doubt


@pytest.fixture(scope="session")
def hook_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a key, in which the compiled rules are kept."""
    home = tmp_path_factory.getbasetemp() / "hook-home"  # one, however often this is imported
    ensure_identity_key(home)
    return home


@pytest.fixture
def hooked(hook_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """Return an empty repository; this process has its home, and no configuration of Git."""
    monkeypatch.setenv("ASSAY_HOME", str(hook_home))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_INDEX_FILE", raising=False)
    (tmp_path / "user").mkdir()
    return GitRepo(tmp_path / "repo")
