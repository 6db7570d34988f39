"""In whose name a verdict speaks: as configured, else the remote, never a path of the machine."""

from pathlib import Path

import pytest

from assay.operations.commit_configuration import resource_uri
from assay.operations.configuration import Configuration
from assay.source.repository import open_repository
from tests.fakes.gitrepo import GitRepo

CASES = {
    "configured": (
        "https://git.example/shop",
        {"origin": "https://a.example/x"},
        "https://git.example/shop",
    ),
    "the remote": ("", {"origin": "https://ada:word@a.example/x?token=1"}, "https://a.example/x"),
    "origin before others": (
        "",
        {"fork": "https://f.example/x", "origin": "https://a.example/x"},
        "https://a.example/x",
    ),
    "no remote": ("", {}, "urn:assay:product:my%20shop"),
    "a path of the machine": ("", {"origin": "/home/ada/x"}, "urn:assay:product:my%20shop"),
    "the same as a URL": ("", {"origin": "file:///home/ada/x"}, "urn:assay:product:my%20shop"),
}


@pytest.mark.parametrize(("uri", "remotes", "expected"), CASES.values(), ids=CASES)
def test_resource_uri(tmp_path: Path, uri: str, remotes: dict[str, str], expected: str) -> None:
    made = GitRepo(tmp_path / "shop")
    made.write("a.txt", "a")
    made.commit("Start")
    for name, url in remotes.items():
        made.git("remote", "add", name, url)
    repository = open_repository(made.top)
    assert resource_uri(repository, Configuration(uri=uri, name="my shop")) == expected
