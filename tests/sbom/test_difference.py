"""What changed between two SBOMs."""

from dataclasses import replace

import pytest
from hypothesis import given

from assay.core.notchecked import NotChecked
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.difference import FieldChange, VersionChange, compare_sboms, hashes_clash
from assay.vuln.versions import scheme_key
from tests.sbom.sboms import FULL, NOTE, sboms

ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
MD5 = f"md5:{'1' * 32}"


def component(purl: str, **said: object) -> Component:
    name, _, version = purl.rpartition("/")[2].partition("@")
    made = Component(purl=purl, name=name, version=version, found_in=())
    return replace(made, **said)  # type: ignore[arg-type]  # a test names what it changes


def sbom(*components: Component, notes: tuple[NotChecked, ...] = ()) -> Sbom:
    return Sbom(inventory=Inventory(components=components, not_checked=notes))


def test_another_hash_at_the_same_version_comes_first() -> None:
    purl = "pkg:npm/a@1"
    before, after = component(purl, hashes=(ONE,)), component(purl, hashes=(TWO,), supplier="x")
    found = compare_sboms(sbom(before), sbom(after), order=scheme_key)
    assert found.rewritten == (
        FieldChange(component=purl, field="hashes", before=(ONE,), after=(TWO,)),
    )
    assert found.changed == (
        FieldChange(component=purl, field="supplier", before=(), after=("x",)),
    )


CLASHES = {
    "other": ((ONE,), (TWO,), True),
    "one-more-file": ((ONE,), (ONE, TWO), False),
    "another-algorithm": ((ONE,), (MD5,), False),
    "one-of-two-algorithms": ((ONE, MD5), (TWO, MD5), True),
    "none": ((), (ONE,), False),
}


@pytest.mark.parametrize(("one", "other", "clash"), CLASHES.values(), ids=CLASHES)
def test_hashes_clash(one: tuple[str, ...], other: tuple[str, ...], *, clash: bool) -> None:
    assert hashes_clash(one, other) is clash
    assert hashes_clash(other, one) is clash


def test_a_version_that_changed_is_one_change() -> None:
    before = sbom(component("pkg:npm/a@9.0.0"), component("pkg:npm/gone@1"))
    after = sbom(component("pkg:npm/a@10.0.0"), component("pkg:npm/new@1"))
    found = compare_sboms(before, after, order=scheme_key)
    change = VersionChange(package="pkg:npm/a", before="9.0.0", after="10.0.0", direction="up")
    assert found.versions == (change,)
    assert (found.added, found.removed) == (("pkg:npm/new@1",), ("pkg:npm/gone@1",))
    back = compare_sboms(after, before, order=scheme_key)
    assert [item.direction for item in back.versions] == ["down"]


def test_several_versions_of_one_package_are_paired_in_their_order() -> None:
    before = sbom(component("pkg:npm/a@9.0.0"), component("pkg:npm/a@10.0.0"))
    after = sbom(*(component(f"pkg:npm/a@{n}.0.0") for n in (11, 12, 9)))
    found = compare_sboms(before, after, order=scheme_key)
    assert [(item.before, item.after) for item in found.versions] == [("10.0.0", "11.0.0")]
    assert found.added == ("pkg:npm/a@12.0.0",)


def test_versions_without_an_order_have_no_direction() -> None:
    before, after = sbom(component("pkg:swid/a@x")), sbom(component("pkg:swid/a@y"))
    (change,) = compare_sboms(before, after, order=lambda _, __: None).versions
    assert change.direction == "unknown"


def test_what_could_not_be_compared_is_told_with_what_was_not_checked() -> None:
    before = sbom(component("pkg:npm/a@1", hashes=(ONE,)), notes=(NOTE,))
    after = sbom(component("pkg:npm/a@1", hashes=(MD5,)), notes=(NOTE,))
    first, second = compare_sboms(before, after, order=scheme_key).not_checked
    assert (first.what, first.where) == ("content", "1 of 1 components that are in both")
    assert second == NOTE


def test_dependencies_and_licences() -> None:
    before = component("pkg:npm/a@1", depends_on=("x",), licences=("MIT",))
    after = component("pkg:npm/a@1", raw_licences=("mine",))
    found = compare_sboms(sbom(before), sbom(after), order=scheme_key)
    assert [item.field for item in found.changed] == [
        "licences",
        "licences that are no expressions",
        "dependencies",
    ]


@given(sboms())
def test_nothing_changed_from_a_document_to_itself(document: Sbom) -> None:
    assert compare_sboms(document, document, order=scheme_key).is_empty()


@given(sboms(), sboms())
def test_both_directions_tell_the_same(one: Sbom, other: Sbom) -> None:
    there = compare_sboms(one, other, order=scheme_key)
    back = compare_sboms(other, one, order=scheme_key)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [item.component for item in there.rewritten] == [i.component for i in back.rewritten]
    assert there.is_empty() is back.is_empty()


def test_the_full_document_has_no_difference_to_itself() -> None:
    assert compare_sboms(FULL, FULL, order=scheme_key).is_empty()
