"""OpenVEX: what is read, inherited, kept as unread and refused; and what is written."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonschema import Schema
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import render_canonical_json
from assay.vuln.vex.openvexread import read_openvex
from assay.vuln.vex.openvexwrite import write_openvex
from assay.vuln.vex.statement import Status, VexDocument, VexProduct, VexStatement, VexTarget
from tests.vuln.vex.vexes import (
    AFFECTED,
    AT,
    CALM,
    CVE,
    DOCUMENT,
    LIBRARY,
    SHOP,
    openvex,
    said,
    target,
)

CALM_READ = replace(CALM, issued_at=AT)
CONTEXT = "https://openvex.dev/ns"
KNOWN = f"(known are {CONTEXT} and {CONTEXT}/v0.2.0)"


def only(**members: object) -> VexStatement:
    (found,) = openvex(said(**members)).statements
    return found


def why_unread(**members: object) -> str:
    document = openvex(said(**members))
    assert document.statements == ()
    (unread,) = document.unread
    return unread.why


def old(*statements: dict[str, object], **members: object) -> VexDocument:
    return openvex(*statements, **{"@context": CONTEXT, "version": "3", **members})


def test_a_statement() -> None:
    assert openvex(said()).statements == (CALM_READ,)


def test_the_document() -> None:
    document = openvex(said(), role="maker", tooling="t/1", last_updated="2026-06-02T00:00:00Z")
    assert (document.id, document.author, document.role) == (
        "https://example.com/vex/1",
        "Example Ltd",
        "maker",
    )
    assert (document.issued_at, document.updated_at) == (AT, datetime(2026, 6, 2, tzinfo=UTC))
    assert (document.version, document.tooling, document.format) == (1, "t/1", "OpenVEX 0.2.0")


def test_every_member_of_a_statement() -> None:
    found = only(
        **{"@id": "urn:s"},
        version=4,
        vulnerability={"@id": "https://x.example", "name": CVE, "aliases": ["GHSA-a"]},
        timestamp="2026-05-01T00:00:00+02:00",
        last_updated="2026-05-02T00:00:00.5Z",
        supplier="S",
        status_notes="seen",
        impact_statement="none",
        action_statement="wait",
        action_statement_timestamp="2026-05-03T00:00:00Z",
    )
    assert found.issued_at == datetime(2026, 4, 30, 22, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 5, 2, microsecond=500_000, tzinfo=UTC)
    assert found.vulnerability.names == {CVE, "GHSA-a"}
    assert (found.id, found.version, found.supplier) == ("urn:s", 4, "S")
    assert (found.notes, found.impact_statement, found.action_statement) == ("seen", "none", "wait")
    assert found.action_at == datetime(2026, 5, 3, tzinfo=UTC)


def test_the_time_of_a_statement_is_its_own() -> None:
    assert only(timestamp="2026-01-01T00:00:00Z").dated_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_products_come_from_the_statement_around_it() -> None:
    predicate = {
        "@context": f"{CONTEXT}/v0.2.0",
        "@id": "urn:d",
        "author": "A",
        "statements": [said(products=None), said()],
    }
    digest = {"sha256": "a" * 64}
    document = read_openvex(
        JsonValue(
            {
                "_type": "https://in-toto.io/Statement/v1",
                "subject": [{"name": "shop.tar", "digest": digest}],
                "predicateType": CONTEXT,
                "predicate": predicate,
            }
        )
    )
    inherited, own = document.statements
    hashes = (f"sha256:{'a' * 64}",)
    assert inherited.products == (VexProduct(target=VexTarget(ids=("shop.tar",), hashes=hashes)),)
    assert own.products == CALM.products


def test_another_statement_around_it() -> None:
    with pytest.raises(MalformedError) as refusal:
        read_openvex(JsonValue({"_type": "x", "predicateType": CONTEXT}))
    assert str(refusal.value) == "[malformed] not an in-toto statement, at _type"


def test_without_products_it_may_be_about_any() -> None:
    (unread,) = openvex(said(products=None)).unread
    assert unread.why == f"a statement on '{CVE}' that names no product"
    assert (unread.names, unread.products) == ((CVE,), ())


def test_a_package_without_a_version_is_all_of_them() -> None:
    (product,) = only(products=[{"@id": "pkg:npm/a"}]).products
    assert product.target.all_versions is True
    (product,) = only(products=[{"@id": "shop"}]).products
    assert product.target.all_versions is False


def test_names_of_a_product() -> None:
    (product,) = only(
        products=[
            {
                "@id": "https://shop.example/1",
                "identifiers": {
                    "purl": "pkg:PyPI/A_b@1",
                    "cpe23": "cpe:2.3:a:x",
                    "cpe22": "cpe:/a:x",
                },
                "hashes": {"sha-256": "A" * 64},
            }
        ]
    ).products
    assert product.target == VexTarget(
        purl="pkg:pypi/a-b@1",
        raw_purls=("pkg:PyPI/A_b@1",),
        ids=("https://shop.example/1",),
        cpes=("cpe:2.3:a:x", "cpe:/a:x"),
        hashes=(f"sha256:{'a' * 64}",),
    )


def test_components_of_one_product_are_joined() -> None:
    parts = [{"@id": SHOP.purl, "subcomponents": [{"@id": f"pkg:npm/{n}@1"}]} for n in "ab"]
    (product,) = only(products=parts).products
    assert [part.purl for part in product.subcomponents] == ["pkg:npm/a@1", "pkg:npm/b@1"]


def test_the_whole_product_stays_beside_its_components() -> None:
    parts = [{"@id": SHOP.purl}, {"@id": SHOP.purl, "subcomponents": [{"@id": LIBRARY.purl}]}]
    assert [len(one.subcomponents) for one in only(products=parts).products] == [0, 1]


UNREAD: dict[str, tuple[dict[str, object], str]] = {
    "status": ({"status": "harmless"}, "'harmless' is no status of VEX"),
    "no status": ({"status": None}, "no status"),
    "status in capitals": ({"status": "NOT_AFFECTED"}, "'NOT_AFFECTED' is no status of VEX"),
    "justification": (
        {"justification": "because"},
        "'because' is no justification of VEX",
    ),
    "no reason": (
        {"justification": None},
        "not_affected with neither a justification nor an impact statement",
    ),
    "reason of another": ({"status": "fixed"}, "a justification beside the status fixed"),
    "time": ({"timestamp": "yesterday"}, "'yesterday' is no RFC 3339 time"),
    "no zone": ({"timestamp": "2026-01-01T00:00:00"}, "'2026-01-01T00:00:00' has no time zone"),
    "purl": ({"products": [{"@id": "pkg:npm"}]}, "'pkg:npm' has no name"),
    "nameless": ({"products": [{"hashes": {"sha1": "a" * 40}}]}, "a product without a name"),
    "empty name": ({"products": [{"@id": ""}]}, "a product without a name"),
    "two packages": (
        {"products": [{"@id": "pkg:npm/a@1", "identifiers": {"purl": "pkg:npm/b@1"}}]},
        "pkg:npm/b@1 beside pkg:npm/a@1: which package is meant?",
    ),
    "no purl": (
        {"products": [{"identifiers": {"purl": "npm/a"}}]},
        "'npm/a' is no package URL",
    ),
    "narrowed product": (
        {"products": [{"@id": "pkg:npm/a@1", "versions": "<1"}]},
        "OpenVEX knows no 'versions' here",
    ),
    "unknown identifier": (
        {"products": [{"identifiers": {"swid": "x"}}]},
        "OpenVEX knows no 'swid' here",
    ),
    "hash": (
        {"products": [{"@id": "a", "hashes": {"sha-256": "zz"}}]},
        "sha-256:zz is no hash that is known",
    ),
    "hash of no algorithm": (
        {"products": [{"@id": "a", "hashes": {"crc": "a" * 40}}]},
        f"crc:{'a' * 40} is no hash that is known",
    ),
    "vulnerability": ({"vulnerability": {"name": " "}}, "a vulnerability without a name"),
    "vulnerability of 0.0": ({"vulnerability": CVE}, "str where an object is needed"),
    "end": ({"status_notes": "[assay:expires=soon]"}, "'soon' is no RFC 3339 time"),
    "raw word": (
        {"status_notes": "[assay:justification=x]"},
        "'x' is no justification of CycloneDX",
    ),
    "raw status": (
        {"status_notes": "[assay:status=exploitable]"},
        "'exploitable' is no word for the status not_affected",
    ),
}


@pytest.mark.parametrize(("members", "why"), UNREAD.values(), ids=UNREAD)
def test_what_breaks_a_rule_is_kept_as_unread(members: dict[str, object], why: str) -> None:
    assert why_unread(**members) == why


def test_an_unread_statement_does_not_hide_the_others() -> None:
    document = openvex(said(status="x"), said())
    assert (len(document.statements), document.unread[0].where) == (1, "statements[0].status")


def test_what_an_unread_statement_may_be_about() -> None:
    (unread,) = openvex(said(status="x")).unread
    assert (unread.names, unread.products) == ((CVE,), CALM.products)
    (unread,) = openvex(said(vulnerability=None)).unread
    assert (unread.names, unread.products) == ((), ())
    (unread,) = openvex({}).unread
    assert unread.where == "statements[0].vulnerability"


def test_members_that_mean_nothing_are_told() -> None:
    document = openvex(said(statement="a sample"), extra=1)
    assert document.statements == (CALM_READ,)
    assert [note.where for note in document.not_checked] == ["extra", "statements[0].statement"]


def test_an_end_stands_in_the_notes() -> None:
    found = only(status_notes="seen\n[assay:expires=2027-01-01T00:00:00Z]")
    assert (found.notes, found.expires_at) == ("seen", datetime(2027, 1, 1, tzinfo=UTC))


def test_the_old_form() -> None:
    products, parts = ["pkg:npm/x@1", "nginx"], ["pkg:npm/y@1", ""]
    statement = said(vulnerability=CVE, products=products, subcomponents=parts)
    document = old(statement, format="text/vex+json", supplier="S")
    assert (document.format, document.version, document.not_checked) == ("OpenVEX 0.0.x", 3, ())
    (found,) = document.statements
    (part,) = {part for product in found.products for part in product.subcomponents}
    assert ([one.target.label for one in found.products], part.purl) == (products, "pkg:npm/y@1")


def test_the_old_form_has_no_objects() -> None:
    (unread,) = old(said()).unread
    assert unread.why == "dict where text is needed"


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "version": (
        {"@context": f"{CONTEXT}/v9"},
        f"[malformed] '{CONTEXT}/v9' is no OpenVEX context that is known, at @context {KNOWN}",
    ),
    "author": ({"author": " "}, "[malformed] an empty author, at author"),
    "id": ({"@id": None}, "[malformed] no @id, at @id"),
    "statements": (
        {"statements": {}},
        "[malformed] dict where an array is needed, at statements",
    ),
    "number": ({"version": "v1"}, "[malformed] str where a whole number is needed, at version"),
}


@pytest.mark.parametrize(("members", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_the_whole_unreadable(members: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        openvex(said(), **members)
    assert str(refusal.value) == message


# Writing


def written(*statements: VexStatement, **members: object) -> dict[str, object]:
    document = replace(DOCUMENT, statements=statements, **members)  # type: ignore[arg-type]
    return write_openvex(document).document


def again(statement: VexStatement) -> VexStatement:
    (found,) = read_openvex(JsonValue(written(statement))).statements
    return found


WHOLE = replace(
    CALM,
    impact_statement="none",
    action_statement="wait",
    action_at=AT,
    responses=("update", "will_not_fix"),
    notes="seen\ntwice",
    supplier="S",
    id="urn:s",
    version=2,
    updated_at=datetime(2026, 6, 2, 1, 2, 3, 4, tzinfo=UTC),
    expires_at=datetime(2027, 1, 1, tzinfo=UTC),
    raw_status="false_positive",
    raw_justification="protected_by_compiler",
)
ROUND = {
    "plain": CALM,
    "whole": WHOLE,
    "affected": AFFECTED,
    "raw reason": replace(CALM, justification=None, raw_justification="requires_environment"),
    "spelling": replace(
        CALM,
        products=(
            VexProduct(target=target("pkg:PyPI/A_b@1")),
            VexProduct(target=VexTarget(name="shop", version="1 0")),
        ),
    ),
    "all versions": replace(
        CALM, products=(VexProduct(target=target("pkg:npm/a", all_versions=True)),)
    ),
}


@pytest.mark.parametrize("statement", ROUND.values(), ids=ROUND)
def test_there_and_back(statement: VexStatement) -> None:
    assert again(statement) == statement


def test_what_nobody_said_is_not_taken_for_said() -> None:
    document = write_openvex(replace(DOCUMENT, author="", statements=(AFFECTED,))).document
    text = json.dumps(document)
    assert "No action has been named." in text
    assert "Unknown Author" in text
    back = read_openvex(JsonValue(document))
    assert (back.author, back.statements[0].action_statement) == ("", "")


def test_versions_become_products() -> None:
    limited = target("pkg:npm/a", versions=("1", "2"))
    found = again(replace(CALM, products=(VexProduct(target=limited),)))
    assert [one.target.purl for one in found.products] == ["pkg:npm/a@1", "pkg:npm/a@2"]


def test_a_name_at_versions() -> None:
    limited = VexTarget(name="shop", versions=("1", "2"))
    found = again(replace(CALM, products=(VexProduct(target=limited),)))
    assert [one.target.label for one in found.products] == ["shop@1", "shop@2"]


WIDER = {
    "a range": (
        target("pkg:npm/a", ranges=("vers:npm/<2",)),
        "OpenVEX has no ranges of versions: vers:npm/<2",
    ),
    "no version": (
        target("pkg:npm/a"),
        "OpenVEX takes a package without a version for every version of it",
    ),
    "a version of an IRI": (
        target("", ids=("urn:x",), versions=("1",)),
        "OpenVEX cannot say version '1' of a product without a package URL",
    ),
}


@pytest.mark.parametrize(("wide", "why"), WIDER.values(), ids=WIDER)
def test_what_would_say_more_is_left_out(wide: VexTarget, why: str) -> None:
    other = replace(CALM, products=(VexProduct(target=wide),))
    result = write_openvex(replace(DOCUMENT, statements=(CALM, other)))
    assert result.document["statements"] == written(CALM)["statements"]
    (loss,) = result.losses
    assert (loss.what, loss.why, loss.whole) == ("product", why, True)
    assert loss.where == f"statements[1] on {CVE}, {wide.label}"


@pytest.mark.parametrize(("wide", "_why"), WIDER.values(), ids=WIDER)
def test_a_product_without_its_component_is_left_out(wide: VexTarget, _why: str) -> None:
    """Without the component that cannot be written it would be about the whole product."""
    other = replace(CALM, products=(VexProduct(target=SHOP, subcomponents=(wide,)),))
    with pytest.raises(MalformedError) as refusal:
        write_openvex(replace(DOCUMENT, statements=(other,)))
    assert refusal.value.what == "no statement that OpenVEX can say"


def test_limited_to_another_version_than_its_own_is_nothing() -> None:
    never = replace(LIBRARY, versions=("9",))
    with pytest.raises(MalformedError):
        write_openvex(
            replace(DOCUMENT, statements=(replace(CALM, products=(VexProduct(target=never),)),))
        )


def test_what_has_no_name_in_openvex_is_told() -> None:
    odd = replace(
        LIBRARY,
        cpes=("cpe:2.3:a:x:y:1", "cpe:2.3:a:x:z:1", "cpe:/a:x"),
        hashes=(f"blake3:{'a' * 64}", f"sha512:{'b' * 128}"),
        ids=("urn:x", "urn:y", "urn:cdx:u/1#a"),
    )
    result = write_openvex(
        replace(DOCUMENT, statements=(replace(CALM, products=(VexProduct(target=odd),)),))
    )
    assert [(loss.what, loss.why) for loss in result.losses] == [
        (f"blake3:{'a' * 64}", "a hash that OpenVEX has no name for"),
        ("cpe:2.3:a:x:z:1", "a further CPE"),
        ("urn:cdx:u/1#a", "a further name"),
        ("urn:y", "a further name"),
    ]
    (found,) = read_openvex(JsonValue(result.document)).statements[0].products
    assert found.target == replace(
        LIBRARY,
        cpes=("cpe:2.3:a:x:y:1", "cpe:/a:x"),
        hashes=(f"sha512:{'b' * 128}",),
        ids=("urn:x",),
    )


def test_no_time() -> None:
    undated = replace(DOCUMENT, issued_at=None, statements=(replace(CALM, issued_at=None),))
    with pytest.raises(MalformedError) as refusal:
        write_openvex(undated)
    assert refusal.value.what == "no time, which OpenVEX needs, in the document or in a statement"


def test_the_time_of_the_document_is_that_of_its_oldest_statement() -> None:
    later = replace(CALM, issued_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert written(later, CALM, issued_at=None)["timestamp"] == "2026-06-01T00:00:00Z"


def test_the_same_document_has_the_same_id() -> None:
    one, other = written(CALM, id=""), written(CALM, id="")
    assert render_canonical_json(one) == render_canonical_json(other)
    assert str(one["@id"]).startswith("urn:uuid:")
    assert written(AFFECTED, id="")["@id"] != one["@id"]


# The public vectors


def _schema(shared_data: Path) -> Schema:
    """Return the schema of OpenVEX in the words that the project's own compiler knows."""
    path = shared_data / "vectors" / "openvex" / "spec" / "openvex_json_schema.json"
    text = path.read_text(encoding="utf-8").replace("$defs", "definitions")
    schema = JsonValue(_without_prose(json.loads(text)))
    return Schema(lambda _: schema, main="openvex")


def _without_prose(value: object) -> object:
    """Leave out what says nothing about a value; of two formats the checker knows the wider one."""
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    if not isinstance(value, dict):
        return "iri-reference" if value == "iri" else value
    prose = {"$schema", "$id", "title"}
    if isinstance(value.get("description"), str):
        prose.add("description")
    return {name: _without_prose(item) for name, item in value.items() if name not in prose}


def _vectors(shared_data: Path) -> list[Path]:
    folder = shared_data / "vectors" / "openvex" / "vexctl"
    files = sorted(folder.rglob("*.json"))
    return [path for path in files if "openvex.dev/ns" in path.read_text(encoding="utf-8")]


def test_every_public_document_is_read(shared_data: Path) -> None:
    """Those that name no product are none of the specification's: they are kept as unread."""
    for path in _vectors(shared_data):
        document = read_openvex(JsonValue(json.loads(path.read_bytes())))
        products = [s.get("products") for s in json.loads(path.read_bytes())["statements"]]
        assert len(document.statements) == sum(map(bool, products)), path.name
        assert {unread.why.partition("'")[0] for unread in document.unread} <= {"a statement on "}


def test_every_public_document_comes_back_and_meets_the_schema(shared_data: Path) -> None:
    schema = _schema(shared_data)
    for path in _vectors(shared_data):
        document = read_openvex(JsonValue(json.loads(path.read_bytes())))
        if not document.statements:
            continue
        result = write_openvex(document)
        schema.check(result.document)
        assert result.losses == ()
        assert read_openvex(JsonValue(result.document)).statements == document.statements


@pytest.mark.parametrize("statement", ROUND.values(), ids=ROUND)
def test_what_is_written_meets_the_schema(shared_data: Path, statement: VexStatement) -> None:
    _schema(shared_data).check(written(statement))
    assert _schema(shared_data).find_fault(written(statement) | {"extra": 1}) is not None


def test_statuses() -> None:
    assert {again(replace(AFFECTED, status=s)).status for s in Status if s != "not_affected"} == {
        Status.AFFECTED,
        Status.FIXED,
        Status.UNDER_INVESTIGATION,
    }
