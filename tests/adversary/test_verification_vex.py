"""Verification of VEX that is none: a statement applied to what it is not about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, VexQuestion, answer_vex
from assay.vuln.vex.statement import VexProduct, VexStatement, VexTarget
from assay.vuln.vex.targets import parse_target
from tests.vuln.vex.vexes import AT, CALM, CVE, DOCUMENT, LIBRARY, OTHER, SHOP, openvex, said

YEAR = timedelta(days=366)
TILL = "pkg:generic/till@1.0"
EVIL = f"{LIBRARY.purl}?repository_url=https://npm.evil.example"
AFFECTED: dict[str, object] = {"status": "affected", "justification": None, "action_statement": "x"}


def ask(
    *statements: dict[str, object],
    vulnerability: str = CVE,
    product: str = SHOP.purl,
    component: str = LIBRARY.purl,
    aliases: tuple[str, ...] = (),
) -> VexAnswer:
    source = VexClaimant(document=openvex(*statements), author="Example Ltd")
    question = VexQuestion(
        vulnerability=vulnerability,
        product=parse_target(product),
        component=parse_target(component),
        aliases=aliases,
    )
    return answer_vex((source,), question, max_age=YEAR, at=AT)


def product(name: str, *parts: str) -> list[dict[str, object]]:
    inside = {"subcomponents": [{"@id": part} for part in parts]} if parts else {}
    return [{"@id": name, **inside}]


def test_the_same_about_what_it_names() -> None:
    assert ask(said()).status == "not_affected"


def test_a_statement_is_not_applied_by_its_cve_alone() -> None:
    assert ask(said(), product=TILL).standing is Standing.SILENT
    assert ask(said(), component=OTHER.purl).standing is Standing.SILENT


def test_analyses_of_two_components_do_not_meet() -> None:
    """Neither the calm one nor the newer one reaches the other component."""
    loud = said(
        products=product(SHOP.purl, OTHER.purl), timestamp="2026-05-31T00:00:00Z", **AFFECTED
    )
    assert ask(said(), loud).status == "not_affected"
    assert ask(said(), loud, component=OTHER.purl).status == "affected"


def test_a_component_inside_one_product_is_not_meant_in_another() -> None:
    calm = said(products=product(TILL, LIBRARY.purl))
    assert ask(calm).standing is Standing.SILENT


ELSE = {
    "another version": "pkg:npm/a@1.2.4",
    "another namespace": "pkg:npm/%40evil/a@1.2.3",
    "another ecosystem": "pkg:pypi/a@1.2.3",
    "another registry": EVIL,
    "a download": f"{LIBRARY.purl}?download_url=https://evil.example/a.tgz",
    "a checkout": f"{LIBRARY.purl}?vcs_url=git%2Bhttps://evil.example/a.git",
}


@pytest.mark.parametrize("component", ELSE.values(), ids=ELSE)
def test_a_package_that_only_looks_alike(component: str) -> None:
    assert ask(said(), component=component).standing is Standing.SILENT


@pytest.mark.parametrize("component", [ELSE["another registry"], ELSE["a download"]])
def test_nor_by_a_statement_on_every_version(component: str) -> None:
    wide = said(products=product(SHOP.purl, "pkg:npm/a"))
    assert ask(wide).status == "not_affected"
    assert ask(wide, component=component).standing is Standing.SILENT


def test_two_cves_are_not_joined_by_an_alias() -> None:
    named: dict[str, object] = {"name": "CVE-2026-2000", "aliases": ["GHSA-a", CVE]}
    assert ask(said(vulnerability=named), aliases=("GHSA-a",)).standing is Standing.SILENT
    asked = ask(said(), vulnerability="CVE-2026-2000", aliases=("GHSA-a", CVE))
    assert asked.standing is Standing.SILENT


def test_an_alias_counts_that_the_statement_gives() -> None:
    named: dict[str, object] = {"name": "GHSA-a", "aliases": [CVE]}
    assert ask(said(vulnerability=named)).status == "not_affected"


def test_a_weak_hash_is_no_name() -> None:
    weak = [{"@id": "urn:x", "hashes": {"md5": "a" * 32, "sha1": "b" * 40}}]
    source = VexClaimant(document=openvex(said(products=weak)), author="A")
    component = replace(LIBRARY, hashes=("md5:" + "a" * 32, "sha1:" + "b" * 40))
    question = VexQuestion(vulnerability=CVE, product=SHOP, component=component)
    answer = answer_vex((source,), question, max_age=YEAR, at=AT)
    assert answer.standing is Standing.SILENT


def test_a_product_that_only_has_our_name() -> None:
    """A supplier's shop is not ours: an answer for it says nothing of the component here."""
    theirs = VexProduct(target=VexTarget(name="shop"), subcomponents=(LIBRARY,))
    source = VexClaimant(document=replace(DOCUMENT, statements=(_of(theirs),)), author="A")
    ours = VexTarget(ids=("urn:assay:product:shop",), name="shop")
    question = VexQuestion(vulnerability=CVE, product=ours, component=LIBRARY)
    answer = answer_vex((source,), question, max_age=YEAR, at=AT)
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)


RANGES = {
    "by an order that Debian has not": ("pkg:deb/debian/a", "vers:semver/<1.2.3", "1.2.3-1"),
    "by an order that Maven has not": ("pkg:maven/a/a", "vers:semver/<2.0.0", "1.0.0"),
    "a range that holds no version": ("pkg:npm/a", "vers:none/*", "1.2.3"),
}


@pytest.mark.parametrize(("name", "range_", "version"), RANGES.values(), ids=RANGES)
def test_a_range_that_does_not_hold_the_version(name: str, range_: str, version: str) -> None:
    meant = VexProduct(target=VexTarget(purl=name, ranges=(range_,)))
    source = VexClaimant(document=replace(DOCUMENT, statements=(_of(meant),)), author="A")
    question = VexQuestion(
        vulnerability=CVE, product=SHOP, component=parse_target(f"{name}@{version}")
    )
    assert answer_vex((source,), question, max_age=YEAR, at=AT).status is None


def _of(product: VexProduct) -> VexStatement:
    return replace(CALM, products=(product,))
