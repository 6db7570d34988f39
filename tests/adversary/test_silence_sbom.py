"""Silence: what of the dependencies could not be read must never look like "has none"."""

import pytest

from assay.sbom.collect import read_inventory
from assay.sbom.cyclonedx import decide_aggregate

UNKNOWN_SCHEMA = {
    "package-lock.json": b'{"lockfileVersion": 9, "packages": {}}',
    "npm-shrinkwrap.json": b'{"packages": {}}',
    "yarn.lock": b"# yarn lockfile v7\n",
    "web/yarn.lock": b"__metadata:\n  version: 99\n",
    "pnpm-lock.yaml": b"lockfileVersion: '99.0'\n",
    "poetry.lock": b'[metadata]\nlock-version = "9.0"\n',
    "Pipfile.lock": b'{"_meta": {"pipfile-spec": 99}}',
    "uv.lock": b"version = 99\n",
    "pdm.lock": b'[metadata]\nlock_version = "99.0"\n',
    "pylock.toml": b'lock-version = "9.0"\npackages = []\n',
    "Cargo.lock": b"version = 99\n",
}


@pytest.mark.parametrize("path", UNKNOWN_SCHEMA)
def test_unknown_schema_version_is_named(path: str) -> None:
    inventory = read_inventory({path: UNKNOWN_SCHEMA[path]})
    (note,) = inventory.not_checked
    assert (note.what, note.where) == ("lock file", path)
    assert inventory.lock_files == ()
    assert decide_aggregate(inventory) == "incomplete"


TOML_PACKAGE = b'[[package]]\nname = "a"\n[[package]]\nname = "z"\nversion = "1.0"\n'
UNREADABLE_ENTRY = {
    "requirements.txt": b"a ==\nz==1.0\n",
    "poetry.lock": TOML_PACKAGE + b'[metadata]\nlock-version = "2.0"\n',
    "pdm.lock": TOML_PACKAGE + b'[metadata]\nlock_version = "4.5"\n',
    "uv.lock": b'version = 1\n[[package]]\nname = "a"\n'
    b'[[package]]\nname = "z"\nversion = "1.0"\nsource = {registry = "x"}\n',
    "pylock.toml": b'lock-version = "1.0"\n[[packages]]\nname = "a"\n'
    b'[[packages]]\nname = "z"\nversion = "1.0"\n',
    "Pipfile.lock": b'{"_meta": {"pipfile-spec": 6}, "default": {"a": 1, "z": {"version": "==1.0"}}}',
    "package-lock.json": b'{"lockfileVersion": 3, "packages": '
    b'{"node_modules/a": {}, "node_modules/z": {"version": "1.0"}}}',
    "npm-shrinkwrap.json": b'{"lockfileVersion": 1, "dependencies": '
    b'{"a": {}, "z": {"version": "1.0"}}}',
    "yarn.lock": b'# yarn lockfile v1\na@^1:\n  resolved "x"\nz@^1:\n  version "1.0"\n',
    "pnpm-lock.yaml": b"lockfileVersion: '9.0'\npackages:\n  a:\n    resolution: {}\n"
    b"  z@1.0:\n    resolution: {}\n",
    "go.mod": b"go 1.21\nrequire a.example/a\nrequire a.example/z v1.0\n",
    "Cargo.lock": b'version = 4\n[[package]]\nname = "a"\n'
    b'[[package]]\nname = "z"\nversion = "1.0"\nsource = "registry+x"\n',
}


@pytest.mark.parametrize("path", UNREADABLE_ENTRY)
def test_unparsable_lockfile_line_is_named_and_the_rest_is_read(path: str) -> None:
    inventory = read_inventory({path: UNREADABLE_ENTRY[path]})
    assert [component.name.rpartition("/")[2] for component in inventory.components] == ["z"]
    (note,) = inventory.not_checked
    assert note.where.startswith(f"{path}: ")
    assert note.remedy
    assert decide_aggregate(inventory) == "incomplete"


def test_a_flood_of_bad_lines_is_counted_to_the_end() -> None:
    inventory = read_inventory({"requirements.txt": b"@@\n" * 1000})
    assert len(inventory.not_checked) == 201
    assert any(
        note.why == "800 more entries of this file, after the first 200"
        for note in inventory.not_checked
    )


SKIPPED = {
    "file-of-another-ecosystem": {"deno.lock": b"{}\n"},
    "include-that-is-absent": {"requirements.txt": b"-r gone.txt\n"},
    "sums-without-module": {"go.sum": b""},
    "indirect-dependencies": {"go.mod": b"go 1.12\nrequire a.example/a v1.0.0\n", "go.sum": b""},
}


@pytest.mark.parametrize("name", SKIPPED)
def test_skipped_file_is_named(name: str) -> None:
    inventory = read_inventory(SKIPPED[name])
    assert inventory.not_checked
    assert decide_aggregate(inventory) == "incomplete"


def test_evidence_expected_and_absent() -> None:
    """A manifest that asks for packages, and no lock file that says which."""
    inventory = read_inventory({"package.json": b'{"dependencies": {"a": "*"}}'})
    assert inventory.unlocked == ("package.json",)
    assert decide_aggregate(inventory) == "incomplete"


def test_no_file_at_all_is_not_complete() -> None:
    assert decide_aggregate(read_inventory({})) == "unknown"
