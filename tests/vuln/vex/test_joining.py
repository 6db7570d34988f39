"""Several VEX documents made one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import MalformedError, UsageError
from assay.vuln.vex.joining import join_vex
from assay.vuln.vex.statement import VexDocument, VexProduct, VexStatement
from tests.vuln.vex.vexes import AFFECTED, AT, CALM, CVE, DOCUMENT, OTHER, SHOP

LATER = replace(AFFECTED, issued_at=AT + timedelta(days=1))
WHO = "the documents are not by one author, but by"


def documents(*statements: VexStatement) -> dict[str, VexDocument]:
    return {str(n): replace(DOCUMENT, statements=(one,)) for n, one in enumerate(statements)}


def test_every_statement_once_and_the_oldest_first() -> None:
    joined = join_vex(documents(LATER, CALM, LATER), author="", id_="urn:d")
    assert joined.document.statements == (CALM, LATER)
    assert (joined.document.id, joined.document.author) == ("urn:d", "Example Ltd")
    assert joined.document.issued_at == LATER.issued_at
    assert (joined.losses, joined.contradictions) == ((), ())


def test_the_order_of_documents_does_not_count() -> None:
    one = join_vex(documents(LATER, AFFECTED, CALM), author="", id_="")
    other = join_vex(documents(CALM, AFFECTED, LATER), author="", id_="")
    assert one.document == other.document


def test_what_was_said_at_one_moment_and_contradicts() -> None:
    other = replace(CALM, products=(VexProduct(target=SHOP),))
    joined = join_vex(documents(CALM, AFFECTED, other), author="", id_="")
    where = f"{CVE} in pkg:generic/shop@1.0, pkg:npm/a@1.2.3"
    assert joined.contradictions == (f"{where}: affected and not_affected",)
    assert len(joined.document.statements) == 3


def test_components_do_not_contradict_each_other() -> None:
    part = replace(AFFECTED, products=(VexProduct(target=SHOP, subcomponents=(OTHER,)),))
    assert join_vex(documents(CALM, part), author="", id_="").contradictions == ()


@pytest.mark.parametrize(("other", "named"), [("B", "B, Example Ltd"), ("", "Example Ltd")])
def test_several_authors(other: str, named: str) -> None:
    both = {"a": DOCUMENT, "b": replace(DOCUMENT, author=other)}
    with pytest.raises(UsageError) as refusal:
        join_vex(both, author="", id_="")
    assert str(refusal.value) == f"[usage] {WHO} {named} (--author, who answers for all of it)"


def test_nobody() -> None:
    with pytest.raises(UsageError) as refusal:
        join_vex({"a": replace(DOCUMENT, author="")}, author="", id_="")
    assert refusal.value.what == f"{WHO} nobody"


def test_whose_word_is_taken_over_is_told() -> None:
    both = {"a": DOCUMENT, "b": replace(DOCUMENT, author="B"), "c": replace(DOCUMENT, author="")}
    joined = join_vex(both, author="B", id_="")
    assert joined.document.author == "B"
    assert [str(loss) for loss in joined.losses] == [
        "the author 'Example Ltd', a: 'B' answers for it now"
    ]


def test_a_statement_without_a_time_would_become_the_newest() -> None:
    with pytest.raises(MalformedError) as refusal:
        join_vex(documents(CALM, replace(AFFECTED, issued_at=None)), author="", id_="")
    assert str(refusal.value) == (
        "[malformed] no time, at 1: statements[0] (say when: assay vex convert --issued)"
    )


def test_it_is_as_new_as_the_newest_of_the_documents() -> None:
    """Also where that is later than every statement in it."""
    late = replace(DOCUMENT, issued_at=AT + timedelta(days=2))
    changed = replace(DOCUMENT, updated_at=AT + timedelta(days=3))
    assert join_vex({"a": DOCUMENT, "b": late}, author="", id_="").document.issued_at == (
        AT + timedelta(days=2)
    )
    assert join_vex({"a": late, "b": changed}, author="", id_="").document.issued_at == (
        AT + timedelta(days=3)
    )


def test_what_contradicts_about_a_whole_product() -> None:
    whole = (VexProduct(target=SHOP),)
    both = documents(replace(CALM, products=whole), replace(AFFECTED, products=whole))
    assert join_vex(both, author="", id_="").contradictions == (
        f"{CVE} in pkg:generic/shop@1.0: affected and not_affected",
    )
