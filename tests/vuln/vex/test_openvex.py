"""OpenVEX: what is read, inherited, kept as unread and refused; and what is written."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.openvexread import read_openvex
from assay.vuln.vex.statement import VexDocument, VexProduct, VexStatement, VexTarget
from tests.vuln.vex.vexes import (
    AT,
    CALM,
    CVE,
    LIBRARY,
    SHOP,
    openvex,
    said,
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
    "narrowed vulnerability": (
        {"vulnerability": {"name": CVE, "only": "on Windows"}},
        "OpenVEX knows no 'only' here",
    ),
    "vulnerability of 0.0": ({"vulnerability": CVE}, "str where an object is needed"),
    "version": ({"version": -1}, "-1 is no version of a document"),
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
    "zero": ({"version": 0}, "[malformed] 0 is no version of a document, at version"),
    "too large": (
        {"version": 2**53},
        "[malformed] 9007199254740992 is no version of a document, at version",
    ),
    "number": ({"version": "v1"}, "[malformed] str where a whole number is needed, at version"),
}


@pytest.mark.parametrize(("members", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_the_whole_unreadable(members: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        openvex(said(), **members)
    assert str(refusal.value) == message
