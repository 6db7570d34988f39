"""What CSAF has no place for, each thing under its name; and the head of what is written."""

from dataclasses import replace
from datetime import timedelta

from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.vexlosses import lost_members
from assay.vuln.csaf.vexwrite import write_csaf
from assay.vuln.vex.statement import VexDocument, VexVulnerability
from tests.vuln.vex.vexes import AFFECTED, AT, CALM, CVE, DOCUMENT

FULL = replace(
    CALM,
    supplier="Acme",
    id="urn:statement",
    version=0,
    vulnerability=VexVulnerability(name=CVE, iri="https://vuln.example/1", description="one"),
    responses=("update", "Call us!"),
    action_statement="Wait.",
    action_at=AT,
    notes="first",
)
OTHER = replace(
    AFFECTED,
    vulnerability=VexVulnerability(name=CVE, description="d" * 100),
    action_statement="Go.",
    action_at=AT,
    notes="second",
)
WHERE = f"statements[0] on {CVE}"


def test_each_is_named() -> None:
    document = replace(DOCUMENT, role="Author", statements=(FULL, OTHER))
    once = "CSAF says it of a vulnerability, and once"
    none = f"{WHERE}: CSAF has no member for it"
    known = "CSAF knows coordinator, discoverer, other, translator, user, vendor"
    assert [str(loss) for loss in lost_members(document)] == [
        f"the supplier 'Acme', {none}",
        f"the id urn:statement, {none}",
        f"the version 0 of a statement, {none}",
        f"the IRI https://vuln.example/1, {none}",
        f"the response 'Call us!', {none}",
        f"the time of its action statement, 2026-06-01T00:00:00Z, {none}",
        f"the action statement, {WHERE}: CSAF says what to do of affected products",
        f"the role 'Author', document: {known}",
        f"to which products each note belongs, {CVE}: {once}",
        f"the description {'d' * 80!r}, {CVE}: {once}",
    ]


def test_nothing_is_lost_of_what_is_plain() -> None:
    assert lost_members(replace(DOCUMENT, role="vendor", statements=(CALM, CALM))) == []


def head(document: VexDocument) -> JsonValue:
    return JsonValue(write_csaf(document).document).field("document")


def test_each_revision_has_its_time_and_its_words() -> None:
    later = replace(DOCUMENT, version=3, updated_at=AT + timedelta(days=1))
    history = head(later).field("tracking").field("revision_history").items()
    assert [
        [one.field(name).text() for name in ("number", "date", "summary")] for one in history
    ] == [
        ["1", "2026-06-01T00:00:00Z", "First version."],
        ["2", "2026-06-01T00:00:00Z", "The statements were revised."],
        ["3", "2026-06-02T00:00:00Z", "The statements were revised."],
    ]


def test_whose_it_is() -> None:
    """The origin of its id; where that is none, a name of ours."""
    publishers = {
        "https://example.com/vex/1": "https://example.com",
        "urn:x": "urn:assay:publisher:Example%20Ltd",
    }
    for name, namespace in publishers.items():
        publisher = head(replace(DOCUMENT, id=name)).field("publisher")
        assert publisher.field("namespace").text() == namespace
    nobody = head(replace(DOCUMENT, id="urn:x", author="")).field("publisher")
    told = [nobody.field(member).text() for member in ("name", "namespace")]
    assert told == ["unknown", "urn:assay:publisher:unknown"]
