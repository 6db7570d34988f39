"""Several SBOMs made one."""

from dataclasses import replace

import pytest

from assay.core.errors import UsageError
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.joining import join_sboms
from tests.sbom.sboms import AT, FULL, NOTE, SUBJECT, A

OTHER = Component(purl="pkg:npm/other@1", name="other", version="1", found_in=())


def about(subject: Component | None, *components: Component, aggregate: str = "complete") -> Sbom:
    inventory = Inventory(components=components)
    return Sbom(inventory=inventory, subject=subject, aggregate=aggregate, authors=("x",))


def test_nothing_that_either_says_is_lost() -> None:
    second = about(SUBJECT, replace(A, found_in=("image",), cpes=("cpe:/a:z",)), OTHER)
    joined = join_sboms({"1": FULL, "2": second}, subject=None, created_at=AT)
    found = {item.identity: item for item in joined.components}
    assert found.keys() == {c.identity for c in (*FULL.components, OTHER)}
    assert found[A.identity].found_in == ("image", "package-lock.json")
    assert found[A.identity].cpes == tuple(sorted((*A.cpes, "cpe:/a:z")))
    assert found[OTHER.identity].found_in == ("2",)
    assert joined.inventory.not_checked == (NOTE,)
    assert joined.authors == ("A. Author", "x")
    assert (joined.subject, joined.aggregate) == (SUBJECT, "incomplete")


def test_contradictions_are_told_and_both_kept() -> None:
    one = replace(OTHER, hashes=(f"sha256:{'1' * 64}",), supplier="A")
    two = replace(OTHER, hashes=(f"sha256:{'2' * 64}",), supplier="B")
    documents = {"1": about(SUBJECT, one), "2": about(SUBJECT, two)}
    joined = join_sboms(documents, subject=None, created_at=AT)
    assert joined.components[0].hashes == (*one.hashes, *two.hashes)
    assert [(note.what, note.where, note.why) for note in joined.inventory.not_checked] == [
        ("contradiction", OTHER.identity, "their hashes are of different content"),
        ("contradiction", OTHER.identity, "they name two suppliers, 'A' and 'B'"),
    ]


def test_documents_about_different_things_become_parts_of_one() -> None:
    whole = Component(purl="", name="suite", version="1", found_in=(), kind="application")
    documents = {"1": about(SUBJECT, A), "2": about(OTHER)}
    joined = join_sboms(documents, subject=whole, created_at=AT)
    direct = [item.identity for item in joined.components if item.direct]
    assert direct == sorted([SUBJECT.identity, OTHER.identity, A.identity])
    assert joined.subject == whole


AGGREGATES = {
    "all": (("complete", "complete"), "complete"),
    "part": (("complete", "incomplete_first_party_only"), "incomplete"),
    "silent": (("complete", ""), "unknown"),
}


@pytest.mark.parametrize(("said", "wanted"), AGGREGATES.values(), ids=AGGREGATES)
def test_only_what_all_say_is_complete(said: tuple[str, str], wanted: str) -> None:
    documents = {str(n): about(SUBJECT, aggregate=text) for n, text in enumerate(said)}
    assert join_sboms(documents, subject=None, created_at=AT).aggregate == wanted


REFUSED = {
    "one": ({"1": FULL}, "nothing to merge with (name at least two SBOMs)"),
    "different": (
        {"1": FULL, "2": about(OTHER)},
        "the documents are not about one thing (say with --name what they make together)",
    ),
    "about-nothing": (
        {"1": FULL, "2": about(None)},
        "the documents are not about one thing (say with --name what they make together)",
    ),
}


@pytest.mark.parametrize(("documents", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(documents: dict[str, Sbom], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        join_sboms(documents, subject=None, created_at=AT)
    assert str(caught.value) == f"[usage] {message}"
