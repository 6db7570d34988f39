"""Plans for the lock files of pnpm, Bun and later Yarn: who asks is asked, and a command comes out."""

import json
from pathlib import Path

import pytest

from tests.vuln.remedy.shelf import Shelf, advisory, plan, reasons_of, sha512

SHOP = advisory("npm", "shop", "1.2.0")
MANIFEST = json.dumps({"name": "product", "dependencies": {"counter": "^1.0.0"}})
PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      counter:
        specifier: ^1.0.0
        version: 1.0.0
packages:
  counter@1.0.0:
    resolution: {integrity: sha512-x}
  shop@1.1.0:
    resolution: {integrity: sha512-x}
snapshots:
  counter@1.0.0:
    dependencies:
      shop: 1.1.0
  shop@1.1.0: {}
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "product", "dependencies": { "counter": "^1.0.0" } } },
  "packages": {
    "counter": ["counter@1.0.0", "", { "dependencies": { "shop": "1.1.0" } }, "sha512-x"],
    "shop": ["shop@1.1.0", "", {}, "sha512-x"],
  }
}
"""
YARN = """__metadata:
  version: 8

"counter@npm:^1.0.0":
  version: 1.0.0
  resolution: "counter@npm:1.0.0"
  dependencies:
    shop: "npm:1.1.0"

"product@workspace:.":
  version: 0.0.0-use.local
  resolution: "product@workspace:."
  dependencies:
    counter: "npm:^1.0.0"

"shop@npm:1.1.0":
  version: 1.1.0
  resolution: "shop@npm:1.1.0"
"""


def hashed(text: str) -> str:
    """Return the lock file with the hashes of its two packages, in their order."""
    for name in ("counter@1.0.0", "shop@1.1.0"):
        text = text.replace("sha512-x", sha512(name), 1)
    return text


LOCKS = {
    "pnpm-lock.yaml": (hashed(PNPM), "pnpm update counter@1.1.0 --lockfile-only --ignore-scripts"),
    "bun.lock": (hashed(BUN), "bun update counter@1.1.0 --lockfile-only --ignore-scripts"),
    "yarn.lock": (YARN, "yarn up counter@1.1.0 --mode=update-lockfile"),
}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf")
    made.npm("shop", {"1.1.0": {}, "1.2.0": {}})
    made.npm("counter", {"1.0.0": {"dependencies": {"shop": "1.1.0"}}})
    return made


@pytest.mark.parametrize("path", LOCKS)
def test_who_asks_directly_goes_up_for_what_it_forbids(shelf: Shelf, path: str) -> None:
    asked = {"1.0.0": "1.1.0", "1.1.0": "^1.2.0"}
    shelf.npm("counter", {v: {"dependencies": {"shop": one}} for v, one in asked.items()})
    text, command = LOCKS[path]
    files = {path: text, "package.json": MANIFEST}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert made.texts == {}
    assert [(one.package, one.new) for one in made.upgrades] == [
        ("shop", "1.2.0"),
        ("counter", "1.1.0"),
    ]
    assert made.upgrades[1].command == command
    assert made.verdict.value == "UNKNOWN"


@pytest.mark.parametrize("path", LOCKS)
def test_what_is_forbidden_gets_no_command(shelf: Shelf, path: str) -> None:
    """No command of the tool would bring the safe version in."""
    files = {path: LOCKS[path][0], "package.json": MANIFEST}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert (made.upgrades, reasons_of(made)) == (
        (),
        [("shop", "counter 1.0.0 asks for shop 1.1.0")],
    )


@pytest.mark.parametrize("path", LOCKS)
def test_the_products_own_range_counts(shelf: Shelf, path: str) -> None:
    manifest = MANIFEST.replace("^1.0.0", ">=1.0.0 <1.1.0")
    asked = {"1.0.0": "1.1.0", "1.1.0": "^1.2.0"}
    shelf.npm("counter", {v: {"dependencies": {"shop": one}} for v, one in asked.items()})
    files = {path: LOCKS[path][0], "package.json": manifest}
    made = plan(files, SHOP, catalogue=shelf.catalogue())
    assert (made.upgrades, len(made.unfixed)) == ((), 1)
