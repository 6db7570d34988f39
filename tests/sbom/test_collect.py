"""From files to the inventory."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from assay.core.notchecked import NotChecked
from assay.sbom.collect import is_dependency_file, read_inventory
from assay.sbom.component import Inventory

NPM = json.dumps(
    {"lockfileVersion": 3, "packages": {"": {}, "web": {}, "node_modules/a": {"version": "1.0.0"}}}
).encode()
ASKS = b'{"dependencies": {"a": "^1"}}'
PYPROJECT = b'[project]\nname = "shop"\ndependencies = ["Flask>=3"]\n'
GO_MOD = b"go 1.21\nrequire host.example/a v1.0.0\n"
GO_SUM = f"host.example/a v1.0.0 h1:{'A' * 43}=\n".encode()
CARGO = b'version = 4\n[[package]]\nname = "shop"\nversion = "0.1.0"\n'


def purls(inventory: Inventory) -> list[str]:
    return [component.purl for component in inventory.components]


UNLOCKED = {
    "package-json": ({"package.json": ASKS}, ("package.json",)),
    "package-json-locked": ({"package.json": ASKS, "package-lock.json": NPM}, ()),
    "package-json-asks-nothing": ({"package.json": b"{}"}, ()),
    "workspace": ({"web/package.json": ASKS, "package-lock.json": NPM}, ()),
    "no-workspace": ({"api/package.json": ASKS, "package-lock.json": NPM}, ("api/package.json",)),
    "lock-below": ({"package.json": ASKS, "web/package-lock.json": NPM}, ("package.json",)),
    "yarn-above": (
        {"web/package.json": ASKS, "yarn.lock": b'# yarn lockfile v1\na@^1:\n  version "1.0.0"\n'},
        (),
    ),
    "lock-of-another-kind": ({"package.json": ASKS, "Cargo.lock": CARGO}, ("package.json",)),
    "pyproject": ({"pyproject.toml": PYPROJECT}, ("pyproject.toml",)),
    "pyproject-uv": (
        {
            "pyproject.toml": PYPROJECT,
            "x/pyproject.toml": PYPROJECT,
            "uv.lock": b'version=1\n[[package]]\nname="shop"\nsource={virtual="."}\n',
        },
        ("x/pyproject.toml",),
    ),
    "pyproject-poetry": (
        {"pyproject.toml": PYPROJECT, "poetry.lock": b'[metadata]\nlock-version = "2.1"\n'},
        (),
    ),
    "pyproject-pinned": (
        {"pyproject.toml": PYPROJECT, "requirements/run.txt": b"flask==3.0\nclick==8.0\n"},
        (),
    ),
    "pyproject-pinned-elsewhere": (
        {"pyproject.toml": PYPROJECT, "requirements.txt": b"click==8.0\n"},
        ("pyproject.toml",),
    ),
    "pyproject-pinned-in-part": (
        {"pyproject.toml": PYPROJECT, "requirements.txt": b"flask==3.0\nclick\n"},
        ("pyproject.toml",),
    ),
    "setup": ({"setup.py": b"setup(install_requires=[])"}, ("setup.py",)),
    "setup-pinned": ({"setup.py": b"setup(install_requires=[])", "requirements.txt": b"a==1"}, ()),
    "requirements-in": ({"requirements.in": b"flask"}, ("requirements.in",)),
    "requirements-in-compiled": (
        {"requirements.in": b"flask", "requirements.txt": b"flask==3.0"},
        (),
    ),
    "pipfile": ({"Pipfile": b'[packages]\na = "*"\n'}, ("Pipfile",)),
    "cargo": ({"Cargo.toml": b'[dependencies]\na = "1"\n'}, ("Cargo.toml",)),
    "cargo-workspace": (
        {"crates/x/Cargo.toml": b'[dependencies]\na = "1"\n', "Cargo.lock": CARGO},
        (),
    ),
    "go": ({"go.mod": GO_MOD}, ("go.mod",)),
    "go-with-sum": ({"go.mod": GO_MOD, "go.sum": GO_SUM}, ()),
    "go-asks-nothing": ({"go.mod": b"module host.example/shop\n"}, ()),
}


@pytest.mark.parametrize(("files", "unlocked"), UNLOCKED.values(), ids=UNLOCKED)
def test_unlocked(files: dict[str, bytes], unlocked: tuple[str, ...]) -> None:
    inventory = read_inventory(files)
    assert inventory.unlocked == unlocked
    assert not inventory.not_checked


def test_a_lock_file_that_cannot_be_read_is_not_checked_but_is_there() -> None:
    inventory = read_inventory({"package.json": ASKS, "package-lock.json": b"{}"})
    assert inventory.unlocked == ()
    assert inventory.lock_files == ()
    assert inventory.not_checked == (
        NotChecked(
            what="lock file",
            where="package-lock.json",
            why="no lockfileVersion (at lockfileVersion)",
            remedy="write it anew with the tool that made it",
        ),
    )


UNPINNED = {
    "alone": (
        {"requirements.txt": b"flask\nclick>=8"},
        ("requirements.txt: click>=8", "requirements.txt: flask"),
    ),
    "constrained": ({"requirements.txt": b"-c c/pins.txt\nFlask", "c/pins.txt": b"flask==3.0"}, ()),
    "constrained-by-a-range": (
        {"requirements.txt": b"-c constraints.txt\nflask", "constraints.txt": b"flask<4"},
        ("requirements.txt: flask",),
    ),
    "pinned-by-an-include": (
        {"requirements.txt": b"-r base.lst\nflask", "base.lst": b"flask==3.0"},
        (),
    ),
    "includes-in-a-circle": (
        {
            "requirements.txt": b"-r requirements-b.txt\nflask",
            "requirements-b.txt": b"-r requirements.txt",
        },
        ("requirements.txt: flask",),
    ),
    "constraints-ask-for-nothing": ({"constraints.txt": b"flask<4"}, ()),
}


@pytest.mark.parametrize(("files", "unpinned"), UNPINNED.values(), ids=UNPINNED)
def test_unpinned(files: dict[str, bytes], unpinned: tuple[str, ...]) -> None:
    inventory = read_inventory(files)
    assert inventory.unpinned == unpinned
    assert not inventory.not_checked


NOTED = {
    "include": (
        {"requirements.txt": b"-r gone.txt"},
        (
            "requirements file",
            "requirements.txt: gone.txt",
            "it is not among the files that were read",
        ),
    ),
    "requirements": (
        {"requirements.txt": b"\xff"},
        (
            "requirements file",
            "requirements.txt",
            "not text: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
    ),
    "sum-alone": (
        {"go.sum": GO_SUM},
        ("lock file", "go.sum", "no go.mod beside it says which versions are in use"),
    ),
    "manifest": (
        {"pyproject.toml": b"x"},
        (
            "manifest",
            "pyproject.toml",
            "not TOML: Expected '=' after a key in a key/value pair (at end of document)",
        ),
    ),
    "unread": (
        {"conan.lock": b""},
        ("dependency file", "conan.lock", "a kind of file that is not read yet"),
    ),
    "vendored": (
        {"node_modules/a/package.json": b"["},
        (
            "installed npm package",
            "node_modules/a/package.json",
            "not strict JSON: Expecting value: line 1 column 2 (char 1)",
        ),
    ),
}


@pytest.mark.parametrize(("files", "note"), NOTED.values(), ids=NOTED)
def test_noted(files: dict[str, bytes], note: tuple[str, str, str]) -> None:
    inventory = read_inventory(files)
    assert [(item.what, item.where, item.why) for item in inventory.not_checked] == [note]
    assert all(item.remedy for item in inventory.not_checked)
    assert not inventory.components


def test_go_hashes_come_from_the_sum_beside() -> None:
    inventory = read_inventory(
        {"x/go.mod": GO_MOD, "x/go.sum": GO_SUM, "go.sum": b"", "go.mod": b""}
    )
    assert inventory.components[0].hashes == (f"h1:{'A' * 43}=",)
    assert inventory.lock_files == ("go.mod", "go.sum", "x/go.mod", "x/go.sum")


NPM_1 = b'{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}'
YARN_4 = b"""__metadata:
  version: 8
"shop@workspace:.":
  version: 0.0.0
  resolution: "shop@workspace:."
"a@npm:^1":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
"""
PNPM_9 = b"""lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1, version: 1.0.0}
packages:
  a@1.0.0:
    resolution: {integrity: sha512-x}
"""
STALE = {
    "npm-3": {"package-lock.json": NPM},
    "npm-1": {"package-lock.json": NPM_1},
    "yarn-1": {"yarn.lock": b'# yarn lockfile v1\na@^1:\n  version "1.0.0"\n'},
    "yarn-4": {"yarn.lock": YARN_4},
    "pnpm": {"pnpm-lock.yaml": PNPM_9},
    "two": {"package-lock.json": NPM, "yarn.lock": YARN_4},
}


@pytest.mark.parametrize("name", STALE)
def test_a_lock_file_that_lags_behind_its_manifest(name: str) -> None:
    assert read_inventory({**STALE[name], "package.json": ASKS}).unpinned == ()
    more = b'{"dependencies": {"a": "^1"}, "devDependencies": {"new": "^2"}}'
    inventory = read_inventory({**STALE[name], "package.json": more})
    assert inventory.unpinned == ("package.json: new is not in the lock file",)
    assert not inventory.not_checked


def test_requirements_that_pin_nothing_are_no_lock_file() -> None:
    inventory = read_inventory({"requirements.txt": b"a==1\n", "x/requirements.txt": b"a\nb==1\n"})
    assert inventory.lock_files == ("requirements.txt",)
    assert inventory.examined == {"requirements files": 2}


def test_vendored_packages_are_components() -> None:
    inventory = read_inventory(
        {
            "node_modules/a/package.json": (
                b'{"name": "a", "version": "1.0.0", "dependencies": {"b": "1"}}'
            ),
            "node_modules/b/package.json": b'{"name": "b", "version": "1.0.0", "license": "MIT"}',
            "node_modules/a/esm/package.json": b'{"type": "module"}',
            "node_modules/a/package-lock.json": NPM,
        }
    )
    assert purls(inventory) == ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]
    assert inventory.components[0].depends_on == ("pkg:npm/b@1.0.0",)
    assert inventory.components[1].licences == ("MIT",)
    assert inventory.unlocked == ()
    assert inventory.examined == {
        "installed npm packages": 2,
        "lock files of vendored packages, which install nothing": 1,
    }


def test_paths_that_are_not_text_are_printable() -> None:
    inventory = read_inventory({"\udcff/requirements.txt": b"a==1\nb"})
    assert inventory.components[0].found_in == ("\\udcff/requirements.txt",)
    assert inventory.unpinned == ("\\udcff/requirements.txt: b",)


def test_two_paths_that_print_the_same_are_noted() -> None:
    inventory = read_inventory({"\udcff/uv.lock": b"", "\\udcff/uv.lock": b""})
    assert (
        NotChecked(
            what="dependency file",
            where="\\udcff/uv.lock",
            why="another file's name prints the same",
            remedy="rename one of the two",
        )
        in inventory.not_checked
    )


def test_the_order_of_files_does_not_matter() -> None:
    files = {path: data for case, _ in UNLOCKED.values() for path, data in case.items()}
    names = list(files)
    random.Random(7).shuffle(names)  # noqa: S311  # a fixed seed, no secret
    assert read_inventory({name: files[name] for name in names}) == read_inventory(files)


@pytest.mark.parametrize("bundle", ["flask-shape", "pip-audit-shape"])
def test_real_repositories(bundle: str, shared_data: Path, tmp_path: Path) -> None:
    """Every file that was asked for is read or named, and each lock file of theirs is read."""
    source = shared_data / "repos" / f"{bundle}.bundle"
    subprocess.run(["git", "clone", "-q", source, tmp_path / "x"], check=True)  # noqa: S607
    top = tmp_path / "x"
    paths = [str(p.relative_to(top)) for p in top.rglob("*") if p.is_file()]
    files = {path: (top / path).read_bytes() for path in paths if is_dependency_file(path)}
    inventory = read_inventory(files)
    named = {note.where.partition(": ")[0] for note in inventory.not_checked}
    named |= {text.partition(": ")[0] for text in inventory.unpinned}
    unseen = set(files) - {*inventory.lock_files, *named}
    assert len(unseen) == inventory.examined.get("manifests", 0)
    for path in ("uv.lock", "poetry.lock"):
        if path in files:
            entries = files[path].count(b"[[package]]\n")
            found = [item for item in inventory.components if path in item.found_in]
            assert len(found) == entries - files[path].count(b"source = { editable =")
