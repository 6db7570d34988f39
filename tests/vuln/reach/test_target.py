"""Which symbols advisories name, in all shapes that databases have used."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.sbom.component import Component
from assay.system.filetree import MemoryTree
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.reach.assess import assess_reach
from assay.vuln.reach.sources import TreeSources
from assay.vuln.reach.target import (
    MAX_SYMBOLS,
    Symbol,
    find_targets,
    read_symbols,
    split_symbol,
)
from tests.vuln.records import affected, encoded
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)
SHAPES = {
    "go": (
        {"imports": [{"path": "a.b/c", "symbols": ["F", "T.M"], "goos": ["windows"]}]},
        {
            Symbol(package="a.b/c", parts=("F",), only_on=("windows",)),
            Symbol(package="a.b/c", parts=("T", "M"), only_on=("windows",)),
        },
    ),
    "go without symbols": (
        {"imports": [{"path": "a.b/c"}]},
        {Symbol(package="a.b/c")},
    ),
    "rustsec": (
        {"affects": {"functions": ["smallvec::SmallVec::grow"], "os": []}},
        {Symbol(parts=("smallvec", "SmallVec", "grow"))},
    ),
    "rustsec by version": (
        {"affects": {"functions": {"a::b": ["<1"]}}},
        {Symbol(parts=("a", "b"))},
    ),
    "pypa": (
        {"imports": [{"attribute": "load", "modules": ["yaml", "yaml.main"]}]},
        {Symbol(parts=("yaml", "load")), Symbol(parts=("yaml", "main", "load"))},
    ),
    "github": (
        {"affected_functions": ["", "django.utils.text.Truncator.chars", "(lodash).zip()"]},
        {Symbol(parts=("django", "utils", "text", "Truncator", "chars"))}
        | {Symbol(parts=("lodash", "zip"))},
    ),
    "nothing": ({"severity": "high", "imports": "x", "affects": None}, set()),
    "other types": ({"imports": [1, {"path": 2}], "functions": [3, None]}, set()),
    "a hostile name": ({"functions": ["a.\x1b[31m", "x" * 400]}, set()),
}


@pytest.mark.parametrize(("specific", "symbols"), SHAPES.values(), ids=SHAPES)
def test_shapes(specific: dict[str, object], symbols: set[Symbol]) -> None:
    assert set(read_symbols(specific)) == symbols


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a.b", ("a", "b")),
        ("a::b::C", ("a", "b", "C")),
        ("T#m", ("T", "m")),
        ("f(x, y)", ("f",)),
        ("(*T).M", ("T", "M")),
        ("  ", ()),
    ],
)
def test_split(text: str, parts: tuple[str, ...]) -> None:
    assert split_symbol(text) == parts


def test_symbols_beyond_what_is_looked_for_are_counted(tmp_path: Path) -> None:
    names = [f"shop.f{number}" for number in range(MAX_SYMBOLS + 7)]
    entry = affected() | {"ecosystem_specific": {"functions": names}}
    mirror = tmp_path / "mirror"
    records = {"a": encoded("GHSA-aaaa", affected=[entry])}
    import_advisories(folder(tmp_path / "source", records), mirror, at=AT)
    shop = Component(purl="pkg:pypi/shop@1.0", name="shop", version="1.0", found_in=("lock",))
    advisories = load_advisories(mirror, [shop])
    findings = match_components([shop], advisories, at=AT).findings
    [target] = find_targets(findings, [shop], advisories)
    assert (len(target.symbols), target.left_out) == (MAX_SYMBOLS, 7)
    nothing = TreeSources(tree=MemoryTree(contents={}))
    [found] = assess_reach(findings, [shop], advisories, nothing).findings
    assert found.reach is not None
    assert "7 more symbols of the advisories were not looked for" in found.reach.hidden


def test_what_is_known_of_who_depends_on_a_target(tmp_path: Path) -> None:
    """Only where each lock file tells all edges are the parents all of them."""
    mirror = tmp_path / "mirror"
    records = {"a": encoded("GHSA-aaaa", affected=[affected()])}
    import_advisories(folder(tmp_path / "source", records), mirror, at=AT)
    shop = Component(purl="pkg:pypi/shop@1.0", name="shop", version="1.0", found_in=("lock",))
    below = replace(shop, purl="pkg:pypi/shop%2Fb@1.0", name="shop/b", edges_known=True)
    other = replace(below, purl="pkg:npm/shop%2Fc@1.0", name="shop/c", edges_known=False)
    advisories = load_advisories(mirror, [shop])
    findings = match_components([shop], advisories, at=AT).findings
    for known in (True, False, None):
        own = replace(shop, edges_known=known)
        [target] = find_targets(findings, [own, below, other], advisories)
        assert target.parents_known is (known is True)
        assert target.nested == ("shop/b",)


def test_targets_have_the_symbols_of_their_own_cluster(tmp_path: Path) -> None:
    """An advisory about another vulnerability of the package names symbols that are not these."""
    own = affected() | {"ecosystem_specific": {"functions": ["shop.pay"]}}
    other = affected() | {"ecosystem_specific": {"functions": ["shop.refund"]}}
    records = {
        "a": encoded("GHSA-aaaa", aliases=["CVE-2026-1"], affected=[own]),
        "b": encoded("PYSEC-1", aliases=["CVE-2026-1"]),
        "c": encoded("GHSA-cccc", aliases=["CVE-2026-2"], affected=[other]),
    }
    mirror = tmp_path / "mirror"
    import_advisories(folder(tmp_path / "source", records), mirror, at=AT)
    shop = Component(purl="pkg:pypi/shop@1.0", name="shop", version="1.0", found_in=("lock",))
    web = Component(
        purl="pkg:pypi/web@1.0",
        name="web",
        version="1.0",
        found_in=("lock",),
        depends_on=(shop.purl,),
    )
    advisories = load_advisories(mirror, [shop, web])
    findings = match_components([shop, web], advisories, at=AT).findings
    targets = find_targets(findings, [shop, web], advisories)
    assert {one.vulnerability: one.symbols for one in targets} == {
        "CVE-2026-1": (Symbol(parts=("shop", "pay")),),
        "CVE-2026-2": (Symbol(parts=("shop", "refund")),),
    }
    assert {one.parents for one in targets} == {("web",)}
