"""The order of a plan, what it says of what it did not look at, and when an edit counts."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.vuln.remedy.changes import Change
from assay.vuln.remedy.checking import check_edit
from assay.vuln.remedy.locks import read_locks
from assay.vuln.remedy.model import Lock
from assay.vuln.remedy.registries import FOLDER, index_of
from assay.vuln.signals.kev import KnownExploited
from tests.vuln.remedy.shelf import NO_SIGNALS, Shelf, advisory, plan, steps_of

SHOP = advisory("PyPI", "shop", "1.5", cve="CVE-2026-1")


def test_what_is_exploited_comes_first_then_what_mends_more() -> None:
    text = "".join(f"{name}==1.0\n" for name in ("aaa", "bbb", "ccc", "shop"))
    records = (
        SHOP,
        advisory("PyPI", "aaa", "2.0", cve="CVE-2026-2"),
        advisory("PyPI", "bbb", "2.0", cve="CVE-2026-3"),
        advisory("PyPI", "bbb", "1.5", cve="CVE-2026-4"),
        advisory("PyPI", "ccc", "1.0.1", cve="CVE-2026-5"),
    )
    listed = KnownExploited(added=date(2026, 1, 1), ransomware=False)
    signals = replace(NO_SIGNALS, exploited={"CVE-2026-1": listed})
    made = plan({"requirements.txt": text}, *records, signals=signals)
    assert [one.package for one in made.upgrades] == ["shop", "bbb", "ccc", "aaa"]
    (first,) = made.upgrades[0].mends
    assert (first.exploited, first.as_json()["knownExploited"]) == (True, True)


def test_several_files_at_once() -> None:
    files = {"requirements.txt": "shop==1.0\n", "dev/requirements.txt": "Shop==1.1\n"}
    made = plan(files, SHOP)
    assert made.texts == {"requirements.txt": "shop==1.5\n", "dev/requirements.txt": "Shop==1.5\n"}


def test_what_could_not_be_read_or_matched_is_told() -> None:
    """Silence would read as `nothing is wrong there`."""
    files = {"uv.lock": "no TOML", "package-lock.json": '{"lockfileVersion": 9}'}
    made = plan(files, SHOP)
    assert [(gap.what, gap.where) for gap in made.not_checked] == [
        ("lock file", "package-lock.json"),
        ("lock file", "uv.lock"),
    ]
    assert made.verdict is Verdict.UNKNOWN
    lock = '{"lockfileVersion": 3, "packages": {"node_modules/x": {"version": "1.0.0"}}}'
    made = plan({"package-lock.json": lock}, SHOP)
    assert [(gap.what, gap.where) for gap in made.not_checked] == [("advisory data", "npm")]


def test_nothing_to_do_is_passed_only_where_all_was_looked_at() -> None:
    assert plan({"requirements.txt": "shop==1.5\n"}, SHOP).verdict is Verdict.PASSED
    assert plan({"requirements.txt": "shop==1.5\nother>=1\n"}, SHOP).unfixed == ()
    assert plan({"requirements.txt": "# nothing\n"}, SHOP).verdict is Verdict.UNKNOWN


def lock_and_change() -> tuple[Lock, Change]:
    (lock,) = read_locks({"requirements.txt": b"shop==1.0\nother==1.0\n"})
    return lock, Change(pin=lock.pins["shop"], to="1.5")


@pytest.mark.parametrize(
    "after",
    [
        "shop==1.0\nother==1.0\n",
        "shop==1.5\nother==1.1\n",
        "shop==1.5\n",
        "shop==1.5\nother==1.0\nmore==1.0\n",
        "shop==1.5\nother==1.0\n???\n",
    ],
)
def test_an_edit_that_reads_otherwise_is_refused(after: str) -> None:
    lock, change = lock_and_change()
    before = b"shop==1.0\nother==1.0\n"
    check_edit(lock, [change], before, {lock.path: "shop==1.5\nother==1.0\n"})
    with pytest.raises(MalformedError, match="does not read as planned"):
        check_edit(lock, [change], before, {lock.path: after})


def test_a_hash_that_goes_is_refused() -> None:
    before = f"shop==1.0 --hash=sha256:{'0' * 64}\n"
    (lock,) = read_locks({"requirements.txt": before.encode()})
    change = Change(pin=lock.pins["shop"], to="1.5")
    with pytest.raises(MalformedError, match="does not read as planned"):
        check_edit(lock, [change], before.encode(), {lock.path: "shop==1.5\n"})


def test_the_index_that_a_file_names() -> None:
    def registry(text: str, more: str = "") -> str:
        files = {"requirements.txt": text.encode(), "more.txt": more.encode()}
        return read_locks(files)[0].pins["shop"].registry

    assert registry("shop==1.0\n") == ""
    assert registry("-i https://own.example/simple\nshop==1.0\n") == "own.example/simple"
    assert (
        registry(
            "--extra-index-url=https://b.example/x\n--index-url https://a.example/\nshop==1.0\n"
        )
        == "a.example and b.example/x"
    )
    assert registry("--find-links wheels\nshop==1.0\n") == FOLDER
    assert (
        registry("-r more.txt\nshop==1.0\n", "-i https://own.example/simple\n")
        == "own.example/simple"
    )
    assert index_of("http://[") == ""


def test_the_registry_that_npm_is_told_of() -> None:
    """By scope, else for all; the file beside the lock file counts more than the one at the top."""
    packages = {f"node_modules/{name}": {"version": "1.0.0"} for name in ("a", "@own/b", "@x/c")}
    lock = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}}).encode()
    rc = b"# registry=https://no.example\n@own:registry = https://own.example/npm\n"
    files = {
        "p/package-lock.json": lock,
        ".npmrc": rc,
        "p/.npmrc": b"registry=https://all.example/\n",
    }
    (found,) = read_locks(files)
    assert [pin.registry for pin in found.pins.values()] == [
        "all.example",
        "all.example",
        "all.example",
    ]
    (found,) = read_locks({"p/package-lock.json": lock, ".npmrc": rc})
    assert [pin.registry for pin in found.pins.values()] == ["", "own.example/npm", ""]


def test_the_registry_that_a_lock_file_names() -> None:
    uv = '[[package]]\nname = "shop"\nversion = "1.0"\nsource = { registry = "../wheels" }\n'
    text = 'version = 1\nrequires-python = ">=3.9"\n\n' + uv
    (lock,) = read_locks({"uv.lock": text.encode()})
    assert lock.pins["shop"].registry == FOLDER
    (lock,) = read_locks({"uv.lock": text.replace("../wheels", "https://own.example/x").encode()})
    assert lock.pins["shop"].registry == "own.example/x"


def test_a_graph_that_goes_in_circles_ends(tmp_path: Path) -> None:
    """Each forbids the other's next version: nothing goes up, and the reason is said."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": ("till==1.0",), "1.5": ("till==1.5",)})
    shelf.pypi("till", {"1.0": ("shop==1.0",), "1.5": ("shop==1.5",), "1.6": ("shop==1.0",)})
    files = {"requirements.txt": "shop==1.0\ntill==1.0\n"}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert steps_of(made) == [("shop", "1.0", "1.5", "PASSED"), ("till", "1.0", "1.5", "PASSED")]
    shelf.pypi("till", {"1.0": ("shop==1.0",), "1.5": ("shop==1.0",)})
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert [one.why for one in made.unfixed] == ["till 1.0 asks for shop ==1.0"]


def family(shelf: Shelf, names: list[str]) -> dict[str, str]:
    """Put packages on the shelf that ask for each other at their own version."""
    for name in names:
        others = [other for other in names if other != name]
        asked = {f"1.{n}": tuple(f"{other}==1.{n}" for other in others) for n in range(30)}
        shelf.pypi(name, asked)
    return {"requirements.txt": "".join(f"{name}==1.0\n" for name in names)}


def test_a_family_goes_up_together(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    files = family(shelf, [f"p{number}" for number in range(8)])
    made = plan(files, advisory("PyPI", "p0", "1.5"), catalogue=shelf.catalogue())
    assert [(one.new, one.verdict) for one in made.upgrades] == [("1.5", Verdict.PASSED)] * 8


def test_a_web_of_wishes_ends_soon(tmp_path: Path) -> None:
    """One of the family stays where it is, and nothing fits: the work is bounded."""
    shelf = Shelf(tmp_path)
    files = family(shelf, [f"p{number}" for number in range(8)])
    shelf.pypi("p7", {"1.0": ("p0<1.2",)})
    made = plan(files, advisory("PyPI", "p0", "1.5"), catalogue=shelf.catalogue())
    assert made.upgrades == ()
    assert len(made.unfixed) == 1


def test_a_wish_that_nothing_answers_is_told() -> None:
    """A name that is misspelt would else read as "nothing to do"."""
    only = ("shop", "CVE-2026-1", "sjop")
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, only=only)
    assert [(gap.where, gap.why) for gap in made.not_checked if gap.what == "--only"] == [
        ("sjop", "no vulnerable package has this name, and none a vulnerability of this id")
    ]
    assert (
        plan({"requirements.txt": "shop==1.5\n"}, SHOP, only=("sjop",)).verdict is Verdict.UNKNOWN
    )
