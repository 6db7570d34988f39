"""Which files say something about dependencies."""

import pytest

from assay.sbom.filekinds import LOCKS, MANIFESTS, UNREAD, is_dependency_file

ASKED = (
    *LOCKS,
    *MANIFESTS,
    *UNREAD,
    "go.mod",
    "go.sum",
    "pylock.toml",
    "pylock.dev.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "dev_requirements.txt",
    "requirement.txt",
    "Requirements.txt",
    "constraints.txt",
    "requirements.in",
    "app.csproj",
)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_asked_for_in_any_folder(name: str) -> None:
    assert is_dependency_file(name)
    assert is_dependency_file(f"some/where/{name}")


def test_any_text_in_a_folder_of_requirements() -> None:
    assert is_dependency_file("requirements/base.txt")
    assert is_dependency_file("requirements/base.in")
    assert not is_dependency_file("requirements/base.md")


@pytest.mark.parametrize(
    "path", ["", "README.md", "notes.txt", "package.json.bak", "requirementsfile.txt", "go.mod/x"]
)
def test_not_asked_for(path: str) -> None:
    assert not is_dependency_file(path)
