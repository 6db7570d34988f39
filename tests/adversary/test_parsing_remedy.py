"""Adversary, "Parsing": what an index, an advisory or a lock file says leads an upgrade nowhere else."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.vuln.remedy.indexes.catalogue import IndexCatalogue
from assay.vuln.remedy.indexes.pypi import MAX_PAGE_BYTES, parse_project_page
from assay.vuln.remedy.indexes.sources import HttpIndex
from assay.vuln.remedy.model import PYPI
from tests.fakes.restserver import Answered, Asked, RestServer, serving
from tests.vuln.remedy.shelf import Shelf, advisory, plan, reasons_of, steps_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SHOP = advisory("PyPI", "shop", "1.5")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def index(shelf: Shelf) -> Iterator[tuple[RestServer, IndexCatalogue]]:
    """Return an index that answers with the pages of the shelf, and who asks it."""

    def answer(asked: Asked) -> Answered:
        name = asked.path.strip("/").rpartition("/")[2]
        path = shelf.folder / (name if name.endswith(".metadata") else f"{name}.json")
        found = path.read_bytes() if path.is_file() else b""
        return Answered(status=200 if found else 404, body=found)

    with serving(answer) as server:
        sources = {PYPI: HttpIndex(ecosystem=PYPI, base=f"{server.url}/simple")}
        yield server, IndexCatalogue(sources=sources, progress=lambda _: None)


def test_an_index_that_has_lower_versions_alone(shelf: Shelf) -> None:
    """A downgrade is never proposed, whatever is said to be safe."""
    shelf.pypi("shop", {"0.9": (), "1.0": ()})
    begun = advisory("PyPI", "shop", "1.0..9.9")
    made = plan({"requirements.txt": "shop==1.0\n"}, begun, catalogue=shelf.catalogue())
    assert (made.upgrades, made.texts) == ((), {})


def test_another_packages_page(shelf: Shelf) -> None:
    shelf.pypi("other", {"1.5": ()})
    (shelf.folder / "other.json").rename(shelf.folder / "shop.json")
    text = f"shop==1.0 --hash=sha256:{'0' * 64}\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {}
    assert [gap.why for gap in made.not_checked] == [
        "[malformed] a page about another project, and not 'shop', at name"
    ]


def test_a_hash_with_more_in_it(shelf: Shelf) -> None:
    """It would become an option of pip."""
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    path = shelf.folder / "shop.json"
    whole = json.loads(path.read_text())
    own = " ".join(
        f"--hash=sha256:{file['hashes']['sha256']}"
        for file in whole["files"]
        if "-1.0" in file["filename"]
    )
    text = f"shop==1.0 {own}\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]
    for file in whole["files"]:
        if "-1.5" in file["filename"]:
            file["hashes"]["sha256"] = f"{'0' * 64} --index-url=https://evil.example"
    path.write_text(json.dumps(whole))
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    assert (made.texts, [one.verdict.value for one in made.upgrades]) == ({}, ["UNKNOWN"])


@pytest.mark.parametrize("fixed", ["1.5; rm -rf /", "1.5\nevil==1", "1.5 --hash=sha256:00", "$(x)"])
def test_a_fixed_version_that_is_more_than_one(fixed: str) -> None:
    """An advisory's text would end in the file, and in a command."""
    made = plan({"requirements.txt": "shop==1.0\n"}, advisory("PyPI", "shop", fixed, id_="GHSA-x"))
    assert (made.upgrades, made.texts) == ((), {})


@pytest.mark.parametrize("name", ["--global", "x; rm -rf ~", "$(id)", "`id`", "a b"])
def test_a_name_in_a_lock_file_is_no_command(name: str) -> None:
    packages = {f"node_modules/{name}": {"version": "1.0.0", "integrity": "sha512-x"}}
    lock = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}})
    made = plan({"package-lock.json": lock}, advisory("npm", name, "1.5.0", id_="GHSA-x"))
    for one in made.upgrades:
        assert (one.command, one.verdict.value) == ("", "UNKNOWN")


def test_a_folder_in_a_path_is_no_command() -> None:
    path = "$(id) ; x/requirements.txt"
    made = plan({path: f"shop==1.0 --hash=sha256:{'0' * 64}\n"}, SHOP)
    (one,) = made.upgrades
    assert shlex.split(one.command)[:4] == ["cd", "./$(id) ; x", "&&", "pip-compile"]


def test_an_answer_without_end(index: tuple[RestServer, IndexCatalogue]) -> None:
    """What is over the limit is refused, and the package counts as not looked up."""
    server, catalogue = index
    server.answering = lambda _: Answered(
        status=200, body=b"x", headers={"Content-Length": str(MAX_PAGE_BYTES + 1)}
    )
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, catalogue=catalogue)
    assert made.not_checked
    with pytest.raises(MalformedError, match="at most 67108864 are read"):
        parse_project_page(b"<" + b" " * MAX_PAGE_BYTES, "shop")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_page_that_sends_elsewhere(
    index: tuple[RestServer, IndexCatalogue], shelf: Shelf, scheme: str
) -> None:
    """Metadata are asked for where the index is, and nowhere that a page names."""
    server, catalogue = index
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    page = (shelf.folder / "shop.json").read_text()
    inside = page.replace("https://files.example", f"{scheme}://169.254.169.254/latest")
    (shelf.folder / "shop.json").write_text(inside)
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, catalogue=catalogue)
    assert {one.path for one in server.asked} == {"/simple/shop/"}
    assert all(gap.why.startswith("[rejected] ") for gap in made.not_checked)
    assert made.not_checked


def test_a_namesake_on_the_public_index(
    index: tuple[RestServer, IndexCatalogue], shelf: Shelf
) -> None:
    """Dependency confusion: a higher version of a company's own package, put there by anybody."""
    server, catalogue = index
    shelf.pypi("shop", {"99.0": ()})
    text = "--index-url https://own.example/simple\nshop==1.0\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=catalogue)
    assert server.asked == []
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED")]
    assert [gap.why for gap in made.not_checked] == [
        "the lock file has it from own.example/simple, which is not asked"
    ]


def test_a_tarball_elsewhere(shelf: Shelf) -> None:
    """The registry of the lock file is kept, and the integrity goes with the version."""
    shelf.npm("shop", {"1.0.0": {}, "1.5.0": {}})
    entry = {"version": "1.0.0", "resolved": "https://own.example/shop/-/shop-1.0.0.tgz"}
    lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/shop": entry}}
    files = {"package-lock.json": json.dumps(lock)}
    made = plan(files, advisory("npm", "shop", "1.5.0"), catalogue=shelf.catalogue())
    assert "https://own.example/shop/-/shop-1.5.0.tgz" in made.texts["package-lock.json"]
    assert "registry.example" not in made.texts["package-lock.json"]


def test_a_malicious_package_is_not_upgraded(shelf: Shelf) -> None:
    shelf.npm("shop", {"1.5.0": {}})
    lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/shop": {"version": "1.0.0"}}}
    bad = advisory("npm", "shop", "1.5.0", id_="MAL-2026-1")
    made = plan({"package-lock.json": json.dumps(lock)}, bad, catalogue=shelf.catalogue())
    assert (made.upgrades, made.texts) == ((), {})
    assert reasons_of(made) == [("shop", "it is reported as malicious")]


def test_a_namesake_that_has_not_the_locked_version(shelf: Shelf) -> None:
    """Dependency confusion where the lock file names no index: nobody has that version here.

    It is not raised for another one's sake either.
    """
    shelf.pypi("own-shop", {"99.0": ()})
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    forbidding = "own-shop==1.0\nshop==1.0\n"
    made = plan({"requirements.txt": forbidding}, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {"requirements.txt": "own-shop==1.0\nshop==1.5\n"}
    assert [gap.why for gap in made.not_checked] == [
        "it has no 1.0, which the lock file has: it may be another package"
    ]
    only = advisory("PyPI", "own-shop", "2.0")
    made = plan({"requirements.txt": "own-shop==1.0\n"}, only, catalogue=shelf.catalogue())
    assert steps_of(made) == [("own-shop", "1.0", "2.0", "PASSED")]  # by the advisory alone
    assert made.verdict.value == "UNKNOWN"


def test_a_namesake_with_other_archives(shelf: Shelf) -> None:
    """The same version, with none of the hashes that the lock file has."""
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    text = f"shop==1.0 --hash=sha256:{'0' * 64}\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    assert (made.texts, [one.verdict.value for one in made.upgrades]) == ({}, ["UNKNOWN"])
    assert [gap.why for gap in made.not_checked] == [
        "its 1.0 has other hashes than the lock file: one is another package"
    ]


def test_another_index_on_the_same_host() -> None:
    """A company's server has its own packages beside a mirror of the public ones."""
    asked: list[Asked] = []

    def answer(one: Asked) -> Answered:
        asked.append(one)
        return Answered(status=404, body=b"")

    with serving(answer) as server:
        source = HttpIndex(ecosystem=PYPI, base=f"{server.url}/public/simple")
        catalogue = IndexCatalogue(sources={PYPI: source}, progress=lambda _: None)
        text = f"--index-url {server.url}/own/simple\nshop==1.0\n"
        made = plan({"requirements.txt": text}, SHOP, catalogue=catalogue)
    assert asked == []
    assert made.not_checked
