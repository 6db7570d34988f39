"""The minimum elements: each of them missing alone, and where."""

from dataclasses import replace

import pytest

from assay.core.verdict import Verdict
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.minimum import PROFILES, check_minimum
from tests.sbom.sboms import AT, NOTE

LIBRARY = Component(
    purl="pkg:npm/a@1",
    name="a",
    version="1",
    found_in=(),
    supplier="A",
    hashes=(f"sha256:{'a' * 64}",),
    licences=("MIT",),
)
PRODUCT = replace(LIBRARY, purl="pkg:npm/p@1", name="p", depends_on=("pkg:npm/a@1",))
FILE = Component(purl="", name="f", version="", found_in=(), kind="file", hashes=LIBRARY.hashes)
WHOLE = Sbom(
    inventory=Inventory(components=(LIBRARY, FILE)),
    subject=PRODUCT,
    created_at=AT,
    authors=("A. Author",),
    tools=("maker 1",),
    phases=("build",),
)


def with_library(**said: object) -> Sbom:
    changed = replace(LIBRARY, **said)  # type: ignore[arg-type]  # a row names what it changes
    return replace(WHOLE, inventory=Inventory(components=(changed, FILE)))


MISSING = {
    "author of the SBOM": (replace(WHOLE, authors=()), "the document", PROFILES),
    "timestamp": (replace(WHOLE, created_at=""), "the document", PROFILES),
    "tool name": (replace(WHOLE, tools=()), "the document", ("cisa",)),
    "generation context": (replace(WHOLE, phases=()), "the document", ("cisa",)),
    "component name": (with_library(name=""), "pkg:npm/a@1", PROFILES),
    "version": (with_library(version=""), "pkg:npm/a@1", PROFILES),
    "supplier": (with_library(supplier=""), "pkg:npm/a@1", PROFILES),
    "unique identifier": (
        replace(
            with_library(purl=""),
            subject=replace(PRODUCT, depends_on=("urn:assay:component:a@1",)),
        ),
        "urn:assay:component:a@1",
        PROFILES,
    ),
    "dependency relationship": (
        replace(WHOLE, subject=replace(PRODUCT, depends_on=(), edges_known=True)),
        "pkg:npm/a@1",
        PROFILES,
    ),
    "hash": (with_library(hashes=()), "pkg:npm/a@1", ("cisa",)),
    "licence": (with_library(licences=()), "pkg:npm/a@1", ("cisa",)),
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("element", MISSING)
def test_each_element_is_missed_alone(element: str, profile: str) -> None:
    sbom, where, profiles = MISSING[element]
    report = check_minimum(sbom, profile=profile)
    missing = {found.element: found.missing for found in report.found if found.missing}
    assert missing == ({element: (where,)} if profile in profiles else {})
    assert report.verdict is (Verdict.FAILED if profile in profiles else Verdict.PASSED)


def test_every_element_has_a_row() -> None:
    report = check_minimum(WHOLE, profile="cisa")
    assert [found.element for found in report.found] == list(MISSING)
    assert report.verdict is Verdict.PASSED


def test_nothing_listed_is_not_passed() -> None:
    empty = replace(WHOLE, inventory=Inventory())
    assert check_minimum(empty, profile="ntia").verdict is Verdict.UNKNOWN


def test_other_ways_to_have_an_element() -> None:
    identified = with_library(purl="", cpes=("cpe:/a:a:a",), direct=True)
    assert check_minimum(identified, profile="ntia").verdict is Verdict.PASSED
    made = replace(WHOLE, authors=(), organisations=("Shop",))
    assert check_minimum(made, profile="ntia").verdict is Verdict.PASSED
    unlisted = with_library(licences=(), raw_licences=("mine",))
    assert check_minimum(unlisted, profile="cisa").verdict is Verdict.PASSED


def test_the_document_may_say_who_supplies_what_it_is_about() -> None:
    bare = replace(WHOLE, subject=replace(PRODUCT, supplier=""))
    assert check_minimum(bare, profile="ntia").verdict is Verdict.FAILED
    assert check_minimum(replace(bare, supplier="A"), profile="ntia").verdict is Verdict.PASSED


def test_who_supplies_the_software_is_no_author_of_the_document() -> None:
    supplied = check_minimum(replace(WHOLE, authors=(), supplier="Shop"), profile="ntia")
    assert [item.element for item in supplied.found if item.missing] == ["author of the SBOM"]


def test_what_was_not_looked_at_is_told() -> None:
    noted = replace(WHOLE, inventory=replace(WHOLE.inventory, not_checked=(NOTE,)))
    found = check_minimum(noted, profile="ntia").not_checked
    assert found[:1] == (NOTE,)
    untold = "1 of 1 components"  # which do not say whether their edges are all
    assert [gap.where for gap in found] == [NOTE.where, untold]
