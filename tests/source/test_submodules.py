from pathlib import Path

import pytest

from assay.source.repository import open_repository
from assay.source.submodules import load_submodule_urls, strip_credentials
from tests.fakes.gitrepo import GitRepo

PASSWORD = "pass" + "word"


@pytest.mark.parametrize(
    ("url", "stripped"),
    [
        ("https://example.org/a.git", "https://example.org/a.git"),
        (f"https://user:{PASSWORD}@example.org/a.git", "https://example.org/a.git"),
        ("https://token@example.org:8443/a", "https://example.org:8443/a"),
        (f"https://a@b:{PASSWORD}@example.org/a@b", "https://example.org/a@b"),
        ("https://example.org/a?private_token=x", "https://example.org/a"),
        ("https://example.org/a#x", "https://example.org/a"),
        ("ssh://git@example.org/a", "ssh://example.org/a"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("../sibling.git", "../sibling.git"),
        ("/srv/git/a@b", "/srv/git/a@b"),
        ("https://user@", "https://"),
        ("https://exa\x1b[31mmple.org/", "https://exa\\x1b[31mmple.org/"),
        ("", ""),
    ],
)
def test_credentials_are_stripped(url: str, stripped: str) -> None:
    assert strip_credentials(url) == stripped


def urls(tmp_path: Path, modules: str) -> dict[str, str]:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={".gitmodules": modules})
    oid = repo.text("rev-parse", "HEAD:.gitmodules")
    return dict(load_submodule_urls(open_repository(repo.top), oid))


def test_urls_by_path(tmp_path: Path) -> None:
    modules = (
        '[submodule "a.b"]\n  path = vendor/x\n  url = https://me@example.org/x\n'
        '[submodule "no-url"]\n  path = y\n[submodule "no-path"]\n  url = z\n'
    )
    assert urls(tmp_path, modules) == {"vendor/x": "https://example.org/x", "y": ""}


def test_a_file_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    assert urls(tmp_path, "[submodule\n") == {}


def test_includes_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('[submodule "x"]\n  path = x\n  url = y\n')
    assert urls(tmp_path, f"[include]\n  path = {elsewhere}\n") == {}
