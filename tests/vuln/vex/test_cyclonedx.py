"""VEX in CycloneDX: what an entry is about, what is kept as unread, and what is written."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.cyclonedxread import is_cyclonedx_vex, read_cyclonedx_vex
from assay.vuln.vex.statement import (
    Justification,
    Status,
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from tests.vuln.vex.vexes import AT, CVE

SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79"
PRODUCT = {"type": "application", "name": "shop", "version": "1.0", "bom-ref": "shop"}
PART = {"type": "library", "name": "a", "version": "1", "bom-ref": "a", "purl": "pkg:npm/a@1"}
INNER = PART | {"name": "b", "bom-ref": "b", "purl": "pkg:npm/b@1"}
SHOP_READ = VexTarget(name="shop", version="1.0")
A_READ = VexTarget(purl="pkg:npm/a@1", name="a", version="1")
B_READ = VexTarget(purl="pkg:npm/b@1", name="b", version="1")


def analysed(state: str = "not_affected", **members: object) -> dict[str, object]:
    analysis: dict[str, object] = {"state": state}
    if state == "not_affected":
        analysis["justification"] = "code_not_reachable"
    return {"id": CVE, "analysis": analysis, "affects": [{"ref": "a"}]} | members


def read(*vulnerabilities: dict[str, object], **members: object) -> VexDocument:
    document: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"timestamp": "2026-06-01T00:00:00Z", "component": PRODUCT},
        "components": [PART],
        "vulnerabilities": list(vulnerabilities),
    }
    return read_cyclonedx_vex(JsonValue(document | members))


def only(vulnerability: dict[str, object], **members: object) -> VexStatement:
    (found,) = read(vulnerability, **members).statements
    return found


def unread(vulnerability: dict[str, object], **members: object) -> UnreadStatement:
    document = read(vulnerability, **members)
    assert document.statements == ()
    (found,) = document.unread
    return found


def test_a_component_of_the_product() -> None:
    assert only(analysed()) == VexStatement(
        vulnerability=VexVulnerability(name=CVE),
        products=(VexProduct(target=SHOP_READ, subcomponents=(A_READ,)),),
        status=Status.NOT_AFFECTED,
        justification=Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH,
        issued_at=AT,
    )


def test_the_product_itself() -> None:
    found = only(analysed(affects=[{"ref": "shop"}]))
    assert found.products == (VexProduct(target=SHOP_READ),)


def test_a_component_without_a_product() -> None:
    found = only(analysed(), metadata={"timestamp": "2026-06-01T00:00:00Z"})
    assert found.products == (VexProduct(target=A_READ),)


def test_a_component_inside_another() -> None:
    """Without a subject the outermost one is the product, and not what is inside it."""
    outer = PART | {"components": [PRODUCT | {"components": [INNER]}]}
    found = only(analysed(affects=[{"ref": "b"}]), metadata={}, components=[outer])
    assert found.products == (VexProduct(target=A_READ, subcomponents=(B_READ,)),)


def test_inside_one_that_cannot_be_pointed_at() -> None:
    outer = {"type": "library", "name": "x", "components": [INNER]}
    found = unread(analysed(affects=[{"ref": "b"}]), metadata={}, components=[outer])
    assert found.why == "'(a component without a bom-ref)' is nothing in this document"


def test_a_subject_without_a_bom_ref() -> None:
    subject = {"type": "application", "name": "shop", "version": "1.0"}
    found = only(analysed(), metadata={"component": subject})
    assert found.products == (VexProduct(target=SHOP_READ, subcomponents=(A_READ,)),)


def test_a_service() -> None:
    inner = {"name": "pay", "version": "2", "bom-ref": "p"}
    services = [{"name": "till", "bom-ref": "t", "services": [inner]}]
    found = only(analysed(affects=[{"ref": "p"}, {"ref": "t"}]), services=services)
    assert found.products[0].subcomponents == (
        VexTarget(name="pay", version="2"),
        VexTarget(name="till"),
    )


def test_the_rest_of_an_entry() -> None:
    found = only(
        {
            "bom-ref": "v",
            "id": CVE,
            "source": {"name": "NVD", "url": "https://nvd.example"},
            "references": [{"id": "GHSA-a", "source": {}}],
            "description": "bad",
            "recommendation": "update",
            "analysis": {
                "state": "exploitable",
                "response": ["update", "will_not_fix"],
                "detail": "seen",
                "firstIssued": "2026-05-01T00:00:00Z",
                "lastUpdated": "2026-05-02T00:00:00Z",
            },
            "affects": [{"ref": "a"}],
        }
    )
    assert found.vulnerability == VexVulnerability(
        name=CVE, aliases=("GHSA-a",), iri="https://nvd.example", description="bad"
    )
    assert (found.status, found.notes, found.action_statement) == ("affected", "seen", "update")
    assert found.responses == ("update", "will_not_fix")
    assert found.issued_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 5, 2, tzinfo=UTC)


def test_the_document() -> None:
    metadata: dict[str, object] = {
        "timestamp": "2026-06-01T00:00:00Z",
        "authors": [{"name": "A"}, {"email": "b@example.com"}],
        "supplier": {"name": "S"},
        "tools": [{"name": "t", "version": "1"}],
    }
    found = read(serialNumber=f"urn:uuid:{SERIAL}", version=3, metadata=metadata)
    assert (found.id, found.version, found.author) == (f"urn:uuid:{SERIAL}", 3, "A, b@example.com")
    assert (found.tooling, found.issued_at, found.format) == ("t 1", AT, "CycloneDX 1.6 JSON")


@pytest.mark.parametrize("party", ["supplier", "manufacturer", "manufacture"])
def test_who_says_it_where_nobody_is_its_author(party: str) -> None:
    assert read(metadata={party: {"name": "S"}}).author == "S"
    assert read(metadata={}).author == ""


STATES = {
    "resolved": (Status.FIXED, ""),
    "resolved_with_pedigree": (Status.FIXED, "resolved_with_pedigree"),
    "exploitable": (Status.AFFECTED, ""),
    "in_triage": (Status.UNDER_INVESTIGATION, ""),
    "false_positive": (Status.NOT_AFFECTED, "false_positive"),
}


@pytest.mark.parametrize("state", STATES)
def test_states(state: str) -> None:
    found = only(analysed(state))
    assert (found.status, found.raw_status) == STATES[state]


REASONS = {
    "code_not_present": (Justification.VULNERABLE_CODE_NOT_PRESENT, ""),
    "code_not_reachable": (Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH, ""),
    "requires_configuration": (None, "requires_configuration"),
    "requires_dependency": (None, "requires_dependency"),
    "requires_environment": (None, "requires_environment"),
    "protected_by_compiler": (
        Justification.INLINE_MITIGATIONS_ALREADY_EXIST,
        "protected_by_compiler",
    ),
    "protected_at_runtime": (
        Justification.INLINE_MITIGATIONS_ALREADY_EXIST,
        "protected_at_runtime",
    ),
    "protected_at_perimeter": (None, "protected_at_perimeter"),
    "protected_by_mitigating_control": (None, "protected_by_mitigating_control"),
}


@pytest.mark.parametrize("reason", REASONS)
def test_reasons(reason: str) -> None:
    found = only(analysed(analysis={"state": "not_affected", "justification": reason}))
    assert (found.justification, found.raw_justification) == REASONS[reason]


def test_a_detail_is_a_reason() -> None:
    found = only(analysed(analysis={"state": "not_affected", "detail": "not built in"}))
    assert (found.justification, found.impact_statement) == (None, "not built in")


def test_without_an_analysis_nothing_is_said() -> None:
    document = read(analysed(analysis={}), {"id": "CVE-2026-2"})
    assert (document.statements, document.unread) == ((), ())
    assert [str(note) for note in document.not_checked] == [
        "vulnerabilities, vulnerabilities: 2 without an analysis: nothing is said about their effect"
    ]


UNREAD: dict[str, tuple[dict[str, object], str, str]] = {
    "no state": (
        analysed(analysis={"detail": "x"}),
        "no state",
        "vulnerabilities[0].analysis.state",
    ),
    "no reason": (
        analysed(analysis={"state": "not_affected"}),
        "not_affected with neither a justification nor an impact statement",
        "vulnerabilities[0]",
    ),
    "reason of another state": (
        analysed(analysis={"state": "exploitable", "justification": "code_not_present"}),
        "a justification beside the status affected",
        "vulnerabilities[0]",
    ),
    "no product": (
        analysed(affects=[]),
        "it names no product",
        "vulnerabilities[0].affects",
    ),
    "dangling": (
        analysed(affects=[{"ref": "zz"}]),
        "'zz' is nothing in this document",
        "vulnerabilities[0].affects[0].ref",
    ),
    "no range": (
        analysed(affects=[{"ref": "a", "versions": [{"range": "<1", "status": "unaffected"}]}]),
        "'<1' is no version range",
        "vulnerabilities[0].affects[0].versions[0].range",
    ),
    "end": (
        analysed(properties=[{"name": "assay:vex:expires", "value": "soon"}]),
        "'soon' is no RFC 3339 time",
        "vulnerabilities[0].properties[0].value",
    ),
    "two ends": (
        analysed(properties=[{"name": "assay:vex:expires", "value": "2027-01-01T00:00:00Z"}] * 2),
        "the property 'expires' stands twice",
        "vulnerabilities[0].properties[1].value",
    ),
    "our version": (
        analysed(properties=[{"name": "assay:vex:version", "value": "x"}]),
        "str where a whole number is needed",
        "vulnerabilities[0].properties[0].value",
    ),
    "our reason": (
        analysed(properties=[{"name": "assay:vex:justification", "value": "x"}]),
        "'x' is no justification of VEX",
        "vulnerabilities[0]",
    ),
}


@pytest.mark.parametrize(("entry", "why", "where"), UNREAD.values(), ids=UNREAD)
def test_what_breaks_a_rule_is_kept_as_unread(
    entry: dict[str, object], why: str, where: str
) -> None:
    found = unread(entry)
    assert (found.why, found.where, found.names) == (why, where, (CVE,))


def test_an_entry_without_a_name_may_be_about_any() -> None:
    entry = {name: value for name, value in analysed().items() if name != "id"}
    assert unread(entry).names == ()


def test_a_purl_that_is_none_names_nothing() -> None:
    found = unread(analysed(), components=[PART | {"purl": "npm/a"}])
    assert found.why == "'npm/a' is no package URL"


def versions(state: str, *entries: dict[str, str]) -> dict[str, object]:
    return analysed(state, affects=[{"ref": "shop", "versions": list(entries)}])


def test_versions_limit_what_is_said() -> None:
    entry = versions(
        "not_affected",
        {"version": "2", "status": "unaffected"},
        {"range": "vers:npm/<1", "status": "unaffected"},
    )
    (product,) = only(entry).products
    assert (product.target.versions, product.target.ranges) == (("2",), ("vers:npm/<1",))


def test_every_version() -> None:
    entry = versions("not_affected", {"range": "vers:npm/*", "status": "unaffected"})
    (product,) = only(entry).products
    assert product.target == replace(SHOP_READ, all_versions=True)


def test_versions_limit_the_component_that_is_pointed_at() -> None:
    limit = {"version": "1", "status": "affected"}
    found = only(analysed("exploitable", affects=[{"ref": "a", "versions": [limit]}]))
    limited = replace(A_READ, versions=("1",))
    assert found.products == (VexProduct(target=SHOP_READ, subcomponents=(limited,)),)


@pytest.mark.parametrize("state", ["not_affected", "resolved"])
def test_affected_versions_of_what_is_not_affected(state: str) -> None:
    """They are not covered, and what is said of them may contradict others."""
    calm, other = {"version": "2", "status": "unaffected"}, {"version": "1", "status": "affected"}
    document = read(versions(state, calm, other))
    (statement,) = document.statements
    assert statement.products[0].target.versions == ("2",)
    (found,) = document.unread
    assert found.products == (VexProduct(target=replace(SHOP_READ, versions=("1",))),)
    assert found.why == f"the state is {statement.status}, the status of some versions another"


@pytest.mark.parametrize("said", [{"status": "affected"}, {"status": "unknown"}, {}])
def test_nothing_left_is_not_everything(said: dict[str, str]) -> None:
    """A list of versions of which none is meant does not become "every version"."""
    document = read(versions("not_affected", {"version": "1"} | said))
    assert document.statements == ()
    assert [one.why for one in document.unread] == [
        "the state is not_affected, the status of some versions another",
        "it names no product",
    ]


def test_unaffected_versions_of_what_is_affected() -> None:
    document = read(
        versions("exploitable", {"version": "1"}, {"version": "2", "status": "unknown"})
    )
    assert document.statements[0].products[0].target.versions == ("1",)
    assert document.unread == ()


def test_the_version_that_it_is_resolved_in() -> None:
    assert only(versions("resolved", {"version": "2"})).products[0].target.versions == ("2",)


def test_what_has_no_place_is_counted() -> None:
    entry = analysed(cwes=[79], ratings=[{"score": 1}], source={"name": "NVD"})
    assert dict(read(entry, analysed()).left_out) == {
        "vulnerabilities.cwes": 1,
        "vulnerabilities.ratings": 1,
        "vulnerabilities.source.name": 1,
    }


def test_a_broken_document_is_refused() -> None:
    with pytest.raises(MalformedError) as refusal:
        read(analysed(state="harmless"))
    assert refusal.value.where == "vulnerabilities[0].analysis.state"


def test_a_version_that_could_not_be_written_again() -> None:
    with pytest.raises(MalformedError) as refusal:
        read(analysed(), version=2**53)
    assert refusal.value.what == "9007199254740992 is no version of a document"


def test_what_it_is_told_by() -> None:
    assert is_cyclonedx_vex(JsonValue({"bomFormat": "CycloneDX"}))
    assert not is_cyclonedx_vex(JsonValue({"bomFormat": 1}))
