"""From a tree to an inventory: what is joined, what is bounded, what is never silent."""

import random
from pathlib import Path

import pytest

from assay.sbom.cyclonedx import decide_aggregate
from assay.sbom.finds import MAX_NOTES
from assay.sbom.survey import survey_tree
from assay.system.filetree import MemoryTree, TreeGap, list_folder
from tests.fakes.programs import elf, inline_build
from tests.fakes.trees import purls, survey, whys

LOCK = b'{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0"}}}'
PACKAGE = b'{"name": "a", "version": "1.0.0"}'
MIXED = {
    "app/package-lock.json": LOCK,
    "app/package.json": b'{"dependencies": {"a": "1"}}',
    "app/node_modules/a/package.json": PACKAGE,
    "app/node_modules/a/yarn.lock": b"odd",
    "lib/site-packages/x/requirements.txt": b"other==1.0\n",
    "etc/os-release": b"ID=alpine\nVERSION_ID=3.19\n",
    "lib/apk/db/installed": b"P:musl\nV:1.2\nA:x86_64\n\n",
    "usr/bin/tool": elf({".go.buildinfo": inline_build()}),
    "usr/bin/other": elf({".text": b"x" * 600}),
    "lib/site-packages/b-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: b\nVersion: 1\n",
    "lib/site-packages/b-1.dist-info/RECORD": b"../../usr/bin/other,sha256=x,1\n",
}


def test_what_is_declared_and_what_is_installed_is_one_component() -> None:
    inventory = survey(MIXED, with_locks=True)
    (a,) = (part for part in inventory.components if part.purl == "pkg:npm/a@1.0.0")
    assert a.found_in == ("app/node_modules/a/package.json", "app/package-lock.json")
    assert a.methods == ("manifest-analysis",)
    assert inventory.examined == {
        "Alpine packages": 1,
        "distributions": 1,
        "installed Python packages": 1,
        "installed npm packages": 1,
        "lock files": 1,
        "manifests": 1,
        "programs that do not say what they were built from": 1,
        "programs that say what they were built from": 1,
    }
    assert whys(inventory) == []


def test_lock_files_of_installed_packages_declare_nothing() -> None:
    assert "pkg:pypi/other@1.0" not in purls(survey(MIXED, with_locks=True))


def test_where_only_what_is_installed_counts_lock_files_are_counted() -> None:
    inventory = survey({"package-lock.json": LOCK, "package.json": b"{}"})
    assert inventory.components == ()
    assert inventory.examined == {"lock files and manifests, which install nothing here": 2}


def test_the_same_files_give_the_same_inventory() -> None:
    paths = list(MIXED)
    random.Random(1).shuffle(paths)  # noqa: S311  # an order, not a secret
    assert survey({path: MIXED[path] for path in paths}, with_locks=True) == survey(
        MIXED, with_locks=True
    )


def test_a_gap_of_the_tree_is_named() -> None:
    tree = MemoryTree(contents={}, gaps=(TreeGap(path="a\x1b", why="cannot be read"),))
    inventory = survey_tree(tree, with_locks=True)
    assert whys(inventory) == ["file, a\\x1b: cannot be read"]
    assert decide_aggregate(inventory) == "incomplete"


def test_notes_of_one_kind_are_bounded_and_counted() -> None:
    files = {f"node_modules/p{n:05}/package.json": b"{}" for n in range(MAX_NOTES + 5)}
    notes = whys(survey(files))
    assert len(notes) == MAX_NOTES + 1
    assert f"installed npm package, everywhere: 5 more, after the first {MAX_NOTES}" in notes


def test_a_folder(tmp_path: Path) -> None:
    for path, data in MIXED.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
        (tmp_path / path).chmod(0o755)
    assert survey_tree(list_folder(tmp_path), with_locks=True) == survey(MIXED, with_locks=True)


def test_a_dependency_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_bytes(b"")
    tree = list_folder(tmp_path)
    (tmp_path / "poetry.lock").unlink()
    inventory = survey_tree(tree, with_locks=True)
    assert whys(inventory) == [
        "dependency file, poetry.lock: no file that could be read without following a link"
    ]


SILENT = elf({".text": b"x" * 600})
RELEASE = {"etc/os-release": b"ID=debian\nVERSION_ID=12\n"}
OWNED = {
    "dpkg": {
        "usr/lib/libx.so": SILENT,
        "var/lib/dpkg/status": b"Package: x\nStatus: install ok installed\nVersion: 1\n",
        "var/lib/dpkg/info/x.list": b"/.\n/lib\n/lib/libx.so\n",
    },
    "distroless": {
        "usr/lib/libx.so": SILENT,
        "var/lib/dpkg/status.d/x": b"Package: x\nVersion: 1\n",
        "var/lib/dpkg/status.d/x.md5sums": b"0123  usr/lib/libx.so\n",
    },
    "apk": {
        "lib/libx.so": SILENT,
        "lib/apk/db/installed": b"P:x\nV:1\nF:lib\nR:libx.so\n\n",
    },
}


@pytest.mark.parametrize("case", ["dpkg", "distroless", "apk"])
def test_a_program_that_a_package_brought_needs_not_say_more(case: str) -> None:
    assert whys(survey({**RELEASE, **OWNED[case]})) == []


def test_a_program_that_says_nothing_and_is_of_no_package_is_named() -> None:
    inventory = survey({"a.out": SILENT})
    assert whys(inventory) == ["program, a.out: it does not say what it was built from"]
    assert decide_aggregate(inventory) == "incomplete"


@pytest.mark.parametrize("name", ["Gemfile", "pubspec.yaml", "shop.csproj", "build.gradle.kts"])
def test_a_manifest_without_its_lock_file_is_named(name: str) -> None:
    assert whys(survey({f"a/{name}": b""}, with_locks=True)) == [
        f"dependency file, a/{name}: a manifest that is not read, without a lock file"
    ]


def test_a_manifest_with_its_lock_file_is_counted() -> None:
    files = {"a/Package.swift": b"", "a/Package.resolved": b'{"version": 2, "pins": []}'}
    inventory = survey(files, with_locks=True)
    assert whys(inventory) == []
    assert inventory.examined == {"lock files": 1, "manifests, by their lock files": 1}
