"""Where documents of several makers disagree."""

import pytest

from assay.core.errors import UsageError
from assay.sbom.component import Component
from assay.sbom.disagreement import Disagreement, components_of, find_disagreements
from tests.sbom.sboms import FULL, UNNAMED


def made(*purls: str) -> list[Component]:
    return [
        Component(
            purl=purl, name="x", version=purl.partition("@")[2].partition("?")[0], found_in=()
        )
        for purl in purls
    ]


CASES = {
    "alike": (["pkg:npm/a@1"], ["pkg:npm/a@1"], 1, []),
    "absent": (["pkg:npm/a@1"], [], 0, ["absent"]),
    "version": (["pkg:npm/a@1"], ["pkg:npm/a@2"], 0, ["version"]),
    "form": (["pkg:deb/debian/a@1"], ["pkg:deb/debian/a@1?arch=x"], 0, ["form"]),
    "other-namespace": (["pkg:npm/a@1"], ["pkg:npm/%40evil/a@1"], 0, ["name"]),
    "other-type": (["pkg:npm/a@1"], ["pkg:pypi/a@1"], 0, ["name"]),
    "separator": (["pkg:cargo/a_b@1"], ["pkg:cargo/a-b@1"], 0, ["form"]),
    "one-of-two-versions": (["pkg:npm/a@1", "pkg:npm/a@2"], ["pkg:npm/a@1"], 1, ["absent"]),
    "other-of-two-versions": (
        ["pkg:npm/a@1", "pkg:npm/a@2"],
        ["pkg:npm/a@1", "pkg:npm/a@3"],
        1,
        ["version"],
    ),
}


@pytest.mark.parametrize(("one", "two", "agreed", "kinds"), CASES.values(), ids=CASES)
def test_kinds(one: list[str], two: list[str], agreed: int, kinds: list[str]) -> None:
    for documents in ({"1": made(*one), "2": made(*two)}, {"1": made(*two), "2": made(*one)}):
        found = find_disagreements(documents)
        assert found.agreed == agreed
        assert [item.kind for item in found.disagreements] == kinds


def test_who_says_what_is_told() -> None:
    documents = {"a": made("pkg:npm/x@1"), "b": made("pkg:npm/x@2"), "c": []}
    (found,) = find_disagreements(documents).disagreements
    said = (("a", ("pkg:npm/x@1",)), ("b", ("pkg:npm/x@2",)))
    assert found == Disagreement(kind="absent", package="x", said=said)


def test_one_document_has_nothing_to_compare_with() -> None:
    with pytest.raises(UsageError) as caught:
        find_disagreements({"a": []})
    assert str(caught.value) == "[usage] nothing to compare with (name at least two SBOMs)"


def test_files_take_no_part() -> None:
    assert UNNAMED in FULL.components
    assert UNNAMED not in components_of(FULL)
