"""Which packages manifests ask for."""

import json
from collections.abc import Callable

import pytest

from assay.core.errors import MalformedError
from assay.sbom.manifest import (
    MAX_MANIFEST_BYTES,
    parse_cargo_toml,
    parse_package_json,
    parse_pipfile,
    parse_pyproject,
    parse_requirements_in,
    parse_setup,
)
from tests.sbom.reading import text


def test_package_json() -> None:
    document = {
        "dependencies": {"a": "^1", "own": "workspace:*", "lib": "file:../lib"},
        "devDependencies": {"b": "^1"},
        "optionalDependencies": {"c": "^1"},
        "peerDependencies": {"d": "^1"},
    }
    assert parse_package_json(json.dumps(document).encode()) == {"a", "b", "c"}
    assert parse_package_json(b"{}") == frozenset()


PYPROJECTS = {
    "project": (
        '[project]\nname = "shop"\ndependencies = ["Flask_X>=1", "shop[web]"]',
        {"flask-x"},
    ),
    "extras": ('[project]\nname = "s"\n[project.optional-dependencies]\nx = ["a[b] ; c"]', {"a"}),
    "groups": ('[dependency-groups]\ndev = ["a", {include-group = "b"}]\nb = ["c"]', {"a", "c"}),
    "poetry": ('[tool.poetry.dependencies]\npython = "^3"\na = "1"', {"a"}),
    "poetry-old": ('[tool.poetry.dev-dependencies]\na = "1"', {"a"}),
    "poetry-group": ('[tool.poetry.group.dev.dependencies]\na = "1"', {"a"}),
    "pdm": ('[tool.pdm.dev-dependencies]\ntest = ["a>=1"]', {"a"}),
    "build-only": ('[build-system]\nrequires = ["hatchling"]\n[tool.ruff]\nx = 1', set()),
}


@pytest.mark.parametrize(("document", "names"), PYPROJECTS.values(), ids=PYPROJECTS)
def test_pyproject(document: str, names: set[str]) -> None:
    assert parse_pyproject(document.encode()) == names


def test_pipfile() -> None:
    document = '[packages]\nA_b = "*"\n[dev-packages]\nc = "*"\n[requires]\npython_version = "3"'
    assert parse_pipfile(document.encode()) == {"a-b", "c"}


def test_cargo_toml() -> None:
    document = """
        [dependencies]
        a = "1"
        own = { path = "../own", version = "1" }
        [dev-dependencies]
        b = { version = "1" }
        [build-dependencies]
        c = { workspace = true }
        [target.'cfg(unix)'.dependencies]
        d = "1"
        [workspace.dependencies]
        e = "1"
        """
    assert parse_cargo_toml(text(document)) == {"a", "b", "c", "d", "e"}


def test_setup() -> None:
    assert parse_setup(b"setup(install_requires=['a'])") == {""}
    assert parse_setup(b"[options]\ninstall_requires =\n  a") == {""}
    assert parse_setup(b"setup()") == frozenset()


def test_requirements_in() -> None:
    assert parse_requirements_in(b"-r other.in\nFlask>=3\nb==1.0") == {"flask", "b"}


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "package-json": (
        lambda: parse_package_json(b'{"dependencies": {"a": 1}}'),
        "[malformed] int where text is needed, at dependencies.a",
    ),
    "pyproject": (
        lambda: parse_pyproject(b'[project]\ndependencies = ["==1"]'),
        "[malformed] '==1' is no requirement, at project.dependencies[0]",
    ),
    "pyproject-list": (
        lambda: parse_pyproject(b'[project]\ndependencies = "a"'),
        "[malformed] str where an array is needed, at project.dependencies",
    ),
    "pipfile": (
        lambda: parse_pipfile(b"packages = 1"),
        "[malformed] int where an object is needed, at packages",
    ),
    "cargo": (
        lambda: parse_cargo_toml(b"dependencies = 1"),
        "[malformed] int where an object is needed, at dependencies",
    ),
    "setup": (
        lambda: parse_setup(b" " * (MAX_MANIFEST_BYTES + 1)),
        f"[malformed] {MAX_MANIFEST_BYTES + 1} bytes, where at most {MAX_MANIFEST_BYTES} are read",
    ),
    "requirements-in": (lambda: parse_requirements_in(b"@@"), "[malformed] '@@' is no requirement"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    parse, message = REFUSED[name]
    with pytest.raises(MalformedError) as caught:
        parse()
    assert str(caught.value) == message
