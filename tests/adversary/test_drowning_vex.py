"""Drowning in VEX: neither the order nor the number of statements takes a "no" away."""

from datetime import timedelta
from itertools import permutations

from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, VexQuestion, answer_vex
from assay.vuln.vex.statement import VexDocument
from tests.vuln.vex.vexes import AT, CVE, LIBRARY, SHOP, openvex, said

YEAR = timedelta(days=366)
QUESTION = VexQuestion(vulnerability=CVE, product=SHOP, component=LIBRARY)
LOUD: dict[str, object] = {"status": "affected", "justification": None, "action_statement": "x"}


def ask(*documents: tuple[VexDocument, str]) -> VexAnswer:
    sources = [VexClaimant(document=document, author=author) for document, author in documents]
    return answer_vex(sources, QUESTION, max_age=YEAR, at=AT)


def test_the_last_one_in_a_document_is_not_the_newest() -> None:
    """Only the last of several statements of a type evaluated."""
    new = said(timestamp="2026-05-02T00:00:00Z", **LOUD)
    old = said(timestamp="2026-05-01T00:00:00Z")
    assert ask((openvex(new, old), "A")).status == "affected"


def test_no_order_of_documents_makes_a_difference() -> None:
    documents = (
        (openvex(said(timestamp="2026-05-01T00:00:00Z"), **{"@id": "urn:1"}), "A"),
        (openvex(said(timestamp="2026-05-03T00:00:00Z", **LOUD), **{"@id": "urn:2"}), "B"),
        (openvex(said(timestamp="2026-05-02T00:00:00Z"), **{"@id": "urn:3"}), "A"),
    )
    answers = {ask(*order).status for order in permutations(documents)}
    assert answers == {"affected"}


def test_many_do_not_outvote_one() -> None:
    """Running again until it is green."""
    loud = (openvex(said(timestamp="2026-05-01T00:00:00Z", **LOUD)), "A")
    calm = [(openvex(said(), **{"@id": f"urn:{n}"}), f"B{n}") for n in range(20)]
    assert ask(loud, *calm).status == "affected"


def test_somebody_elses_newer_word_replaces_nothing() -> None:
    loud = (openvex(said(timestamp="2026-05-01T00:00:00Z", **LOUD)), "A")
    calm = (openvex(said(timestamp="2026-05-30T00:00:00Z"), author="A"), "B")
    assert ask(loud, calm).status == "affected"


def test_a_higher_version_of_anothers_document_replaces_nothing() -> None:
    loud = (openvex(said(**LOUD)), "A")
    emptied = (openvex(version=9), "B")
    assert ask(loud, emptied).status == "affected"


def test_an_older_version_does_not_come_back_beside_the_newer() -> None:
    """What the newer version of the document left out was taken back."""
    older, newer = (openvex(said()), "A"), (openvex(version=2), "A")
    assert ask(older, newer).standing is Standing.UNCLEAR
