"""OpenVEX written from the one model, read again, and held against its schema."""

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
from assay.vuln.vex.statement import Status, VexProduct, VexStatement, VexTarget
from tests.vuln.vex.vexes import (
    AFFECTED,
    AT,
    CALM,
    CVE,
    DOCUMENT,
    LIBRARY,
    SHOP,
    target,
)


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
    "no version of its type": (
        target("pkg:swift/github.com/a/b", version="\udcff"),
        "'\\udcff' is not Unicode text",
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


def test_words_of_other_formats_are_told() -> None:
    odd = replace(
        CALM,
        raw_status="known_not_affected",
        raw_justification="x",
        responses=("a b", "vendor_fix"),
    )
    result = write_openvex(replace(DOCUMENT, statements=(odd,)))
    assert [(loss.what, loss.whole) for loss in result.losses] == [
        ("the word a b", False),
        ("the word known_not_affected", False),
        ("the word x", False),
    ]
    (found,) = read_openvex(JsonValue(result.document)).statements
    assert found == replace(CALM, responses=("vendor_fix",))


def test_no_time() -> None:
    undated = replace(DOCUMENT, issued_at=None, statements=(replace(CALM, issued_at=None),))
    with pytest.raises(MalformedError) as refusal:
        write_openvex(undated)
    assert refusal.value.what == "no time, which OpenVEX needs, in document or statement"


def test_the_time_of_the_document_is_that_of_its_oldest_statement() -> None:
    later = replace(CALM, issued_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert written(later, CALM, issued_at=None)["timestamp"] == "2026-06-01T00:00:00Z"


def test_the_same_document_has_the_same_id() -> None:
    one, other = written(CALM, id=""), written(CALM, id="")
    assert render_canonical_json(one) == render_canonical_json(other)
    assert str(one["@id"]).startswith("urn:uuid:")
    assert written(AFFECTED, id="")["@id"] != one["@id"]


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
