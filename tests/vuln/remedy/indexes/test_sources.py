"""Asking an index: over HTTP on the loopback, and in a folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import AssayError, UsageError
from assay.vuln.remedy.indexes.catalogue import IndexCatalogue, find_release
from assay.vuln.remedy.indexes.sources import FolderIndex, HttpIndex, IndexSource, parse_index
from assay.vuln.remedy.model import NPM, PYPI, Pin, Release, ReleaseFile, Requirement
from tests.fakes.restserver import Answered, Asked, RestServer, serving
from tests.vuln.remedy.shelf import Shelf

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf")
    made.pypi("shop", {"1.0": (), "1.5": ("till>=2",)})
    made.npm("@own/shop", {"1.5.0": {}})
    return made


@pytest.fixture
def served(shelf: Shelf) -> Iterator[RestServer]:
    """Serve the copy in the folder, files of Python as PyPI has them: with a URL of their own."""

    def answer(asked: Asked) -> Answered:
        name = asked.path.strip("/").removeprefix("simple/").replace("%2F", "/")
        path = shelf.folder / (name.removeprefix("files/") if "." in name else f"{name}.json")
        if not path.is_file():
            return Answered(status=404, body=b"")
        body = path.read_bytes().replace(b"https://files.example", b"/files")
        return Answered(status=200, body=body)

    with serving(answer) as server:
        yield server


def pin(name: str = "shop", version: str = "1.0", registry: str = "") -> Pin:
    return Pin(
        key=name, name=name, version=version, purl=f"pkg:pypi/{name}@{version}", registry=registry
    )


def catalogue(**sources: IndexSource) -> IndexCatalogue:
    words = {"pypi": PYPI, "npm": NPM}
    return IndexCatalogue(
        sources={words[name]: source for name, source in sources.items()}, progress=lambda _: None
    )


def test_over_http(served: RestServer) -> None:
    """The name is normal and quoted, and a release is asked for once."""
    asked = catalogue(
        pypi=HttpIndex(ecosystem=PYPI, base=f"{served.url}/simple"),
        npm=HttpIndex(ecosystem=NPM, base=served.url),
    )
    found = asked.releases(PYPI, pin("Shop"))
    assert found is not None
    assert sorted(found) == ["1.0", "1.5"]
    assert asked.requirements(PYPI, pin(), "1.5.0") == (Requirement(name="till", range=">=2"),)
    assert asked.releases(NPM, pin("@own/shop", "1.5.0")) is not None
    assert asked.gaps == ()
    asked.releases(PYPI, pin("shop"))
    assert [(one.method, one.path) for one in served.asked] == [
        ("GET", "/simple/shop/"),
        ("GET", "/files/shop-1.5-py3-none-any.whl.metadata"),
        ("GET", "/@own%2Fshop"),
    ]
    assert served.asked[0].headers["accept"].startswith("application/vnd.pypi.simple.v1+json")


def test_what_is_not_there_is_told_and_is_not_none(served: RestServer) -> None:
    asked = catalogue(pypi=HttpIndex(ecosystem=PYPI, base=f"{served.url}/simple"))
    assert asked.releases(PYPI, pin("gone")) is None
    assert asked.requirements(PYPI, pin("gone"), "1.0") is None
    assert asked.releases(NPM, pin("gone")) is None
    (gap,) = asked.gaps
    assert (gap.where, gap.why) == (
        "gone",
        f"[unavailable] it is not there, at {served.url}/simple/gone/",
    )


def test_an_index_that_fails_is_told(served: RestServer) -> None:
    served.answering = lambda _: Answered(status=500, body=b"")
    asked = catalogue(pypi=HttpIndex(ecosystem=PYPI, base=f"{served.url}/simple"))
    assert asked.releases(PYPI, pin()) is None
    assert [gap.why for gap in asked.gaps] == [
        f"[unavailable] answer 500, at {served.url}/simple/shop/"
    ]


def test_a_folder(shelf: Shelf) -> None:
    asked = catalogue(
        pypi=FolderIndex(ecosystem=PYPI, folder=shelf.folder),
        npm=FolderIndex(ecosystem=NPM, folder=shelf.folder),
    )
    assert asked.requirements(PYPI, pin(), "1.5") == (Requirement(name="till", range=">=2"),)
    assert asked.releases(NPM, pin("@own/shop", "1.5.0")) is not None


def test_an_index_without_metadata_is_told_once(shelf: Shelf) -> None:
    """A page that does not say whether there are metadata is tried once."""
    path = shelf.folder / "shop.json"
    whole = json.loads(path.read_text())
    for file in whole["files"]:
        del file["core-metadata"]
    path.write_text(json.dumps(whole))
    asked = catalogue(pypi=FolderIndex(ecosystem=PYPI, folder=shelf.folder))
    assert asked.requirements(PYPI, pin(), "1.5") == (Requirement(name="till", range=">=2"),)
    for file in shelf.folder.glob("*.metadata"):
        file.unlink()
    asked = catalogue(pypi=FolderIndex(ecosystem=PYPI, folder=shelf.folder))
    assert asked.requirements(PYPI, pin(), "1.5") is None
    assert asked.requirements(PYPI, pin(), "1.0") is None
    assert [gap.where for gap in asked.gaps] == ["metadata"]


def test_a_package_of_another_index_is_not_asked_for(served: RestServer) -> None:
    """A namesake of a company's own package may be put on the public index by anybody."""
    asked = catalogue(pypi=HttpIndex(ecosystem=PYPI, base=f"{served.url}/simple"))
    assert asked.releases(PYPI, pin(registry="own.example/simple")) is None
    assert served.asked == []
    assert [gap.why for gap in asked.gaps] == [
        "the lock file has it from own.example/simple, which is not asked"
    ]
    here = served.url.removeprefix("http://")
    assert asked.releases(PYPI, pin(registry=f"{here}/other")) is None
    assert asked.releases(PYPI, pin(registry=f"{here}/simple")) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/x.whl",
        "file:///etc/passwd",
        "https://other.example/x.whl",
        "//other.example/x.whl",
    ],
)
def test_a_url_in_a_page_leads_nowhere_else(served: RestServer, url: str) -> None:
    index = HttpIndex(ecosystem=PYPI, base=f"{served.url}/simple")
    with pytest.raises(AssayError, match=r"\[rejected\] (the host|'file'|'http')"):
        index.metadata("shop", ReleaseFile(name="x.whl", url=url, digest=""))
    assert served.asked == []


@pytest.mark.parametrize(
    "name", ["../x", "a/../b", "@a/b/c", "", "a b", "a%2e", ".x", "x" * 215, "@../x"]
)
@pytest.mark.parametrize("ecosystem", [PYPI, NPM])
def test_a_name_that_is_none_is_not_asked_for(shelf: Shelf, ecosystem: str, name: str) -> None:
    for index in (
        FolderIndex(ecosystem=ecosystem, folder=shelf.folder),
        HttpIndex(ecosystem=ecosystem, base="http://127.0.0.1:9"),
    ):
        with pytest.raises(AssayError, match="is no name that an index has"):
            index.page(name)


def test_metadata_that_are_not_what_the_page_says(shelf: Shelf) -> None:
    path = shelf.folder / "shop.json"
    whole = json.loads(path.read_text())
    for file in whole["files"]:
        file["core-metadata"] = file["core-metadata"] and {"sha256": "0" * 64}
    path.write_text(json.dumps(whole))
    asked = catalogue(pypi=FolderIndex(ecosystem=PYPI, folder=shelf.folder))
    assert asked.requirements(PYPI, pin(), "1.5") is None
    (gap,) = asked.gaps
    assert gap.why.startswith("[malformed] the metadata are not what the page says, at shop-1.5")


def test_a_hostile_lock_file_does_not_make_us_ask_for_ever(shelf: Shelf) -> None:
    asked = catalogue(pypi=FolderIndex(ecosystem=PYPI, folder=shelf.folder))
    asked.asked.number = 2000
    assert asked.releases(PYPI, pin()) is None
    assert [str(gap) for gap in asked.gaps] == [
        "package index, more: over 2000 questions (plan for fewer with --only)"
    ]


def test_a_pin_that_the_index_has_not_is_told(shelf: Shelf) -> None:
    """What it asks for could forbid everything."""
    asked = catalogue(pypi=FolderIndex(ecosystem=PYPI, folder=shelf.folder))
    assert asked.requirements(PYPI, pin(), "1.2") is None
    assert [gap.why for gap in asked.gaps] == [
        "it has no 1.2, so that nobody can tell what that asks for"
    ]


def test_a_release_in_another_spelling() -> None:
    release = Release(version="2021.5.30")
    assert find_release({"2021.5.30": release}, PYPI, "2021.05.30") is release
    assert find_release({"1.0.0": release}, NPM, "1.0") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "gem=https://x.example",
            "[usage] 'gem=https://x.example' names no index (pypi=URL, npm=FOLDER, …)",
        ),
        ("pypi", "[usage] 'pypi' names no index (pypi=URL, npm=FOLDER, …)"),
        ("npm=", "[usage] 'npm=' names no index (pypi=URL, npm=FOLDER, …)"),
        ("npm=/nowhere", "[usage] no such folder, at /nowhere"),
        ("npm=a\0b", "[usage] no such folder, at a\\x00b"),
        ("npm=" + "a" * 300, "[usage] no such folder, at " + "a" * 300),
    ],
)
def test_no_index(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_index(text)
    assert str(caught.value) == message


def test_an_index(tmp_path: Path) -> None:
    assert parse_index("npm=https://x.example/npm/") == HttpIndex(
        ecosystem=NPM, base="https://x.example/npm"
    )
    assert parse_index(f"pypi={tmp_path}") == FolderIndex(ecosystem=PYPI, folder=tmp_path)
