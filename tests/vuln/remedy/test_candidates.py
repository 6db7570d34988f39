"""Which versions are candidates: what a tool would take, and what an index really has."""

import json
from pathlib import Path

from assay.vuln.index import AdvisoryIndex
from assay.vuln.remedy.candidates import Candidates
from assay.vuln.remedy.making import REMOVE
from assay.vuln.remedy.model import NPM, PYPI, Pin
from tests.vuln.remedy.shelf import AT, Shelf, advisory, plan, sha256, sha512, steps_of
from tests.vuln.test_match import known

SHOP = advisory("PyPI", "shop", "1.5")


def test_a_tool_takes_the_highest_release_that_is_no_trial_and_was_not_taken_back(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.10": (), "1.9": (), "2.0rc1": (), "3.0": ()}, yanked=("3.0",))
    shelf.npm("till", {"1.0.0": {}, "1.10.0": {}, "1.9.0": {}, "2.0.0-rc.1": {}})
    candidates = Candidates(
        index=AdvisoryIndex(advisories=known(), at=AT), catalogue=shelf.catalogue()
    )
    pin = Pin(key="shop", name="shop", version="1.0", purl="pkg:pypi/shop@1.0")
    assert candidates.newest_first(pin, ecosystem=PYPI) == ("1.10", "1.9", "1.0")
    pin = Pin(key="till", name="till", version="1.0.0", purl="pkg:npm/till@1.0.0")
    assert candidates.newest_first(pin, ecosystem=NPM) == ("1.10.0", "1.9.0", "1.0.0")


def test_metadata_are_those_that_the_page_promised(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ()})
    path = tmp_path / "shop.json"
    page = json.loads(path.read_text())
    for file in page["files"]:
        metadata = tmp_path / f"{file['filename']}.metadata"
        if metadata.exists():
            file["core-metadata"] = {"sha256": sha256(metadata.read_text())}
    path.write_text(json.dumps(page))
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, catalogue=shelf.catalogue())
    assert (steps_of(made), made.not_checked) == ([("shop", "1.0", "1.5", "PASSED")], ())
    changed = tmp_path / "shop-1.5-py3-none-any.whl.metadata"
    changed.write_text(f"{changed.read_text()}Requires-Dist: evil\n")
    made = plan({"requirements.txt": "shop==1.0\n"}, SHOP, catalogue=shelf.catalogue())
    assert [gap.why for gap in made.not_checked] == [
        "[malformed] the metadata are not what the page says, at shop-1.5-py3-none-any.whl"
    ]


def test_what_was_asked_for_before_is_not_missing_now(tmp_path: Path) -> None:
    """A file that leaves something out on purpose; what is new in it is named."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": ("colour", "till"), "1.5": ("colour", "till", "door")})
    text = f"shop==1.0 --hash=sha256:{sha256('shop-1.0.tar.gz')}\n"
    made = plan({"requirements.txt": text}, SHOP, catalogue=shelf.catalogue())
    (one,) = made.upgrades
    assert "door" in one.why_not
    assert not {"colour", "till"} & set(one.why_not.replace(",", " ").split())


def test_a_package_under_another_name_is_what_it_is(tmp_path: Path) -> None:
    """Npm's aliases: the folder has a name of its own."""
    entry = {"name": "shop", "version": "1.0.0", "integrity": sha512("shop@1.0.0")}
    lock = {
        "lockfileVersion": 3,
        "packages": {"": {"dependencies": {"till": "npm:shop@^1.0.0"}}, "node_modules/till": entry},
    }
    files = {
        "package-lock.json": json.dumps(lock),
        "package.json": json.dumps({"dependencies": {"till": "npm:shop@^1.0.0"}}),
    }
    made = plan(files, advisory("npm", "shop", "1.5.0"))
    told = [(one.package, one.place) for one in made.upgrades]
    told += [(one.package, one.place) for one in made.unfixed]
    assert told == [("shop", "node_modules/till")]


def test_what_was_looked_at_is_counted_and_what_does_harm_is_to_go() -> None:
    lock = (
        '[[package]]\nname = "shop"\nversion = "1.0.0"\n'
        'source = "registry+https://github.com/rust-lang/crates.io-index"\n'
    )
    bad = advisory("crates.io", "shop", "1.5.0", id_="MAL-2026-1")
    made = plan({"Cargo.lock": lock, "requirements.txt": "shop==1.0\n"}, SHOP, bad)
    assert dict(made.examined) == {"lock files": 1, "components": 2}
    assert [one.hint for one in made.unfixed] == [REMOVE]
