"""Adversary, "Silence": an upgrade of which nobody can tell must not read as one that mends."""

from pathlib import Path

import pytest

from assay.vuln.remedy.indexes.catalogue import IndexCatalogue
from assay.vuln.remedy.indexes.sources import FolderIndex
from assay.vuln.remedy.model import PYPI
from tests.vuln.remedy.shelf import Shelf, advisory, plan, reasons_of, sha256, sha512, steps_of

SHOP = advisory("PyPI", "shop", "1.5")
PIN = "shop==1.0\n"
UV = (
    'version = 1\n\n[[package]]\nname = "shop"\nversion = "1.0.0"\n'
    'source = { registry = "https://x.example/simple" }\n'
    'sdist = { url = "https://x.example/shop-1.0.0.tar.gz", hash = "HASH" }\nwheels = [\n'
    '    { url = "https://x.example/shop-1.0.0-py3-none-any.whl", hash = "HASH" },\n]\n'
).replace("HASH", f"sha256:{sha256('shop-1.0.0.tar.gz')}")
PIPFILE = (
    '{"_meta": {"pipfile-spec": 6}, "default": {"shop": {"hashes": '
    f'["sha256:{sha256("shop-1.0.0.tar.gz")}"], "version": "==1.0.0"}}}}}}'
)
PACKAGE_LOCK = '{"lockfileVersion": 3, "packages": {"node_modules/shop": {"version": "1.0.0"}}}'
YARN = '# yarn lockfile v1\n\n\nshop@^1.0.0:\n  version "1.0.0"\n'
NPM_RELEASE = {"dist": {"tarball": "https://x.example/y.tgz", "integrity": sha512("shop")}}


def test_a_version_of_which_an_advisory_cannot_tell() -> None:
    odd = advisory("PyPI", "shop", id_="GHSA-odd").replace(b'"ECOSYSTEM"', b'"TOMORROW"')
    made = plan({"requirements.txt": PIN}, SHOP, odd)
    assert (made.upgrades, made.texts) == ((), {})
    assert made.verdict.value == "FAILED"


def test_an_edit_that_is_not_made_is_not_passed() -> None:
    made = plan({"requirements.txt": f"shop==1.0 --hash=sha256:{'0' * 64}\n"}, SHOP)
    assert steps_of(made) == [("shop", "1.0", "1.5", "UNKNOWN")]
    assert made.verdict.value == "UNKNOWN"


@pytest.mark.parametrize(
    "text",
    ["shop==1.0 ; $X\n", "shop == 1.0,==1.0\n", "shop===1.0 # x\n"],
)
def test_an_edit_counts_only_as_it_is_read(text: str) -> None:
    """However a pin is written: where PASSED is said, the file has the new version and no other."""
    made = plan({"requirements.txt": text}, SHOP)
    for one in made.upgrades:
        edited = made.texts.get("requirements.txt", "")
        assert (one.verdict.value == "PASSED") == ("1.5" in edited and "1.0" not in edited)


def test_an_index_that_is_silent_is_told(tmp_path: Path) -> None:
    sources = {PYPI: FolderIndex(ecosystem=PYPI, folder=tmp_path)}
    catalogue = IndexCatalogue(sources=sources, progress=lambda _: None)
    made = plan({"requirements.txt": PIN}, SHOP, catalogue=catalogue)
    assert [gap.where for gap in made.not_checked] == ["shop"]
    assert made.verdict.value == "UNKNOWN"


def test_wishes_that_nobody_knows_are_told(tmp_path: Path) -> None:
    """Without metadata nobody can tell whether the versions go together."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    for file in tmp_path.glob("*.metadata"):
        file.unlink()
    made = plan({"requirements.txt": PIN}, SHOP, catalogue=shelf.catalogue())
    assert made.not_checked
    assert made.verdict.value == "UNKNOWN"


def test_a_lock_file_that_cannot_be_read_is_told() -> None:
    made = plan({"requirements.txt": PIN, "uv.lock": "no TOML"}, SHOP)
    assert [gap.where for gap in made.not_checked] == ["uv.lock", "the index of PyPI"]


def test_what_is_affected_and_not_planned_for_is_listed() -> None:
    lock = (
        '[[package]]\nname = "shop"\nversion = "1.0.0"\n'
        'source = "registry+https://github.com/rust-lang/crates.io-index"\n'
    )
    made = plan({"Cargo.lock": lock}, advisory("crates.io", "shop", "1.5.0"))
    assert reasons_of(made) == [
        ("shop", "upgrades are planned for lock files of Python and npm alone")
    ]


@pytest.mark.parametrize(
    ("path", "text", "manifest", "ecosystem"),
    [
        ("uv.lock", UV, "pyproject.toml", "PyPI"),
        ("Pipfile.lock", PIPFILE, "Pipfile", "PyPI"),
        ("requirements.txt", PIN, "pyproject.toml", "PyPI"),
        ("package-lock.json", PACKAGE_LOCK, "package.json", "npm"),
        ("yarn.lock", YARN, "package.json", "npm"),
    ],
)
def test_a_manifest_that_cannot_be_read_asks_for_something(
    tmp_path: Path, path: str, text: str, manifest: str, ecosystem: str
) -> None:
    """Nobody knows whether the product lets the new version in: nothing is edited."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0.0": (), "1.5.0": ()})
    bad = advisory(ecosystem, "shop", "1.5.0")
    catalogue = shelf.catalogue()
    if ecosystem == "npm":
        shelf.npm("shop", dict.fromkeys(("1.0.0", "1.5.0"), NPM_RELEASE))
    files = {path: text, manifest: "{no" if ecosystem == "npm" else "no TOML"}
    made = plan(files, bad, catalogue=catalogue)
    (one,) = made.upgrades
    assert (made.texts, one.verdict.value) == ({}, "UNKNOWN")
    assert one.why_not
    assert plan({path: text}, bad, catalogue=shelf.catalogue()).texts
