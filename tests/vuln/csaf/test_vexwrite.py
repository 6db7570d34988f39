"""VEX written as CSAF: it meets the specification, and reads as what was written."""

import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import render_canonical_json
from assay.core.verdict import Verdict
from assay.vuln.csaf.validate import validate_csaf
from assay.vuln.csaf.vexread import read_csaf
from assay.vuln.csaf.vexwrite import write_csaf
from assay.vuln.vex.statement import (
    Justification,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.targets import parse_target
from assay.vuln.vexformats import parse_vex, render_vex
from tests.vuln.vex.vexes import AFFECTED, CALM, DOCUMENT, INSIDE, LIBRARY, SHOP

AT = datetime(2026, 6, 1, tzinfo=UTC)
TARGETS = (
    SHOP,
    LIBRARY,
    parse_target("pkg:deb/debian/openssl@3.0.11?distro=debian-12"),
    VexTarget(purl="pkg:npm/b", versions=("1.0.0", "1.0.1")),
    VexTarget(purl="pkg:npm/b", ranges=("vers:npm/>=1.0.0|<2.0.0",)),
    VexTarget(purl="pkg:npm/c", all_versions=True),
    VexTarget(name="box", version="7"),
    VexTarget(cpes=("cpe:2.3:a:example:shop:1.0:*:*:*:*:*:*:*",)),
    VexTarget(ids=("urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#a",)),
    VexTarget(hashes=(f"sha256:{'ab' * 32}",)),
)
PRODUCTS = st.builds(
    VexProduct,
    target=st.sampled_from(TARGETS),
    subcomponents=st.lists(st.sampled_from(TARGETS), max_size=2, unique=True).map(tuple),
)
TEXTS = st.text(alphabet="ab\n é", min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
TIMES = st.integers(0, 3).map(lambda days: AT + timedelta(days=days))
STATEMENTS = st.one_of(
    st.builds(
        VexStatement,
        vulnerability=st.just(VexVulnerability(name="CVE-2026-1000")),
        products=st.lists(PRODUCTS, min_size=1, max_size=3, unique=True).map(tuple),
        status=st.just(Status.NOT_AFFECTED),
        justification=st.sampled_from(Justification),
        impact_statement=st.one_of(st.just(""), TEXTS),
        issued_at=TIMES,
        expires_at=st.one_of(st.none(), TIMES),
    ),
    st.builds(
        VexStatement,
        vulnerability=st.sampled_from(["CVE-2026-1001", "GHSA-aaaa-bbbb-cccc"]).map(
            lambda name: VexVulnerability(name=name)
        ),
        products=st.lists(PRODUCTS, min_size=1, max_size=3, unique=True).map(tuple),
        status=st.sampled_from([Status.FIXED, Status.UNDER_INVESTIGATION]),
        issued_at=TIMES,
    ),
    st.builds(
        VexStatement,
        vulnerability=st.just(VexVulnerability(name="CVE-2026-1002", aliases=("X-1",))),
        products=st.lists(PRODUCTS, min_size=1, max_size=3, unique=True).map(tuple),
        status=st.just(Status.AFFECTED),
        action_statement=st.one_of(st.just(""), TEXTS),
        responses=st.sampled_from([(), ("update",), ("rollback", "update")]),
        issued_at=TIMES,
        expires_at=st.one_of(st.none(), TIMES),
    ),
)


def written(document: VexDocument) -> bytes:
    return render_canonical_json(write_csaf(document).document)


def read_again(document: VexDocument) -> VexDocument:
    return read_csaf(JsonValue(write_csaf(document).document))


@settings(max_examples=40)  # each is written, validated and read
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=4))
def test_whatever_is_written_meets_the_specification(statements: list[VexStatement]) -> None:
    """CSAF 2.0, section 4.5 and tests 6.1.27."""
    document = replace(DOCUMENT, statements=tuple(statements))
    found = validate_csaf(written(document))
    assert (found.verdict, found.failures) == (Verdict.PASSED, ())
    assert read_again(document).unread == ()


@settings(max_examples=40)  # each is written, validated and read
@given(statement=STATEMENTS)
def test_a_statement_reads_as_what_was_written(statement: VexStatement) -> None:
    (read,) = read_again(replace(DOCUMENT, statements=(statement,))).statements
    assert read.vulnerability == statement.vulnerability
    assert read.status is statement.status
    assert read.justification is statement.justification
    assert read.impact_statement == statement.impact_statement
    assert read.action_statement == statement.action_statement
    assert read.responses == statement.responses
    assert read.expires_at == statement.expires_at
    assert _limits(read) == _limits(statement)


def _limits(statement: VexStatement) -> set[tuple[object, ...]]:
    """Return every combination that is meant, versions one by one."""
    return {
        (one, part)
        for product in statement.products
        for one in _single(product.target)
        for whole in (product.subcomponents or (VexTarget(),))
        for part in _single(whole)
    }


def _single(target: VexTarget) -> list[VexTarget]:
    return [
        replace(target, versions=(), version=version)
        for version in target.versions or (target.version,)
    ]


@settings(max_examples=40)  # each is written, validated and read
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=4, unique=True))
def test_the_same_statements_give_the_same_bytes(statements: list[VexStatement]) -> None:
    document = replace(DOCUMENT, statements=tuple(statements))
    turned = replace(DOCUMENT, statements=tuple(reversed(statements)))
    assert written(document) == written(turned)


def test_the_newest_status_of_a_product_is_written_and_the_others_are_told() -> None:
    older = replace(AFFECTED, issued_at=AT - timedelta(days=1))
    done = write_csaf(replace(DOCUMENT, statements=(older, CALM)))
    (said,) = read_csaf(JsonValue(done.document)).statements
    assert said.status is Status.NOT_AFFECTED
    assert [str(loss) for loss in done.losses if loss.whole] == [
        (
            "affected of pkg:generic/shop@1.0, CVE-2026-1000: CSAF lets a product have one status, "
            "and another was said later"
        )
    ]


@pytest.mark.parametrize(
    "statement", [CALM, replace(CALM, status=Status.FIXED, justification=None)]
)
def test_what_calms_is_no_younger_for_being_written(statement: VexStatement) -> None:
    later = replace(
        AFFECTED,
        vulnerability=VexVulnerability(name="CVE-2026-2"),
        issued_at=AT + timedelta(days=9),
    )
    found = read_again(replace(DOCUMENT, statements=(statement, later), issued_at=AT)).statements
    dated = {one.status: one.dated_at for one in found}
    assert dated[statement.status] == AT
    assert all(not one.impact_statement for one in found)


def test_another_cve_is_no_alias() -> None:
    twice = VexVulnerability(name="CVE-2026-1000", aliases=("CVE-2026-2000", "GHSA-a-b-c"))
    done = write_csaf(replace(DOCUMENT, statements=(replace(CALM, vulnerability=twice),)))
    assert "CVE-2026-2000" not in render_canonical_json(done.document).decode()
    assert [str(loss) for loss in done.losses] == [
        "the alias CVE-2026-2000, CVE-2026-1000: two CVEs are never one"
    ]


def test_names_that_csaf_has_no_place_for_are_told() -> None:
    target = replace(SHOP, ids=("no uri",), cpes=("cpe:/a:b:c:1", "cpe:/a:b:d:1"), hashes=("x:ab",))
    product = VexProduct(target=target)
    done = write_csaf(replace(DOCUMENT, statements=(replace(CALM, products=(product,)),)))
    assert [loss.what for loss in done.losses] == ["cpe:/a:b:d:1", "no uri", "x:ab"]


def test_a_cpe_that_the_format_does_not_take_is_told() -> None:
    """Written as it is, the document would be refused by whoever holds it against the schema."""
    good = "cpe:/a:b:d:1"
    odd = replace(LIBRARY, cpes=("cpe:2.3:a:x", good))
    done = write_csaf(
        replace(DOCUMENT, statements=(replace(CALM, products=(VexProduct(target=odd),)),))
    )
    assert [(loss.what, loss.why) for loss in done.losses] == [
        ("cpe:2.3:a:x", "CSAF takes no CPE of this form")
    ]
    (found,) = read_csaf(JsonValue(done.document)).statements
    assert found.products[0].target.cpes == (good,)


REFUSED = {
    "no statement": (
        replace(DOCUMENT, statements=()),
        "[malformed] no statement that CSAF can say",
    ),
    "no time": (
        replace(DOCUMENT, issued_at=None, statements=(replace(CALM, issued_at=None),)),
        "[malformed] neither the document nor a statement says when",
    ),
    "too many revisions": (
        replace(DOCUMENT, version=1001),
        "[malformed] version 1001, where 1000 revisions are written",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    document, message = REFUSED[name]
    with pytest.raises(MalformedError) as caught:
        write_csaf(document)
    assert str(caught.value) == message


def test_revisions_have_no_gap_and_the_version_is_kept() -> None:
    document = replace(DOCUMENT, version=3, updated_at=AT + timedelta(days=1))
    assert validate_csaf(written(document)).verdict is Verdict.PASSED
    assert read_again(document).version == 3


def test_the_format_is_one_of_the_formats_of_vex() -> None:
    data, losses = render_vex(DOCUMENT, format_="csaf")
    assert losses == ()
    assert parse_vex(data).format == "CSAF 2.0"
    assert INSIDE in parse_vex(data).statements[0].products


def test_the_examples_of_the_specification_come_back(shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "vectors" / "csaf" / "examples-2.0.zip") as examples:
        documents = [
            parse_vex(examples.read(name)) for name in examples.namelist() if name.endswith(".json")
        ]
    spoken = [document for document in documents if document.statements]
    assert len(spoken) > 10
    for document in spoken:
        assert {_said(one) for one in read_again(document).statements} == {
            _said(one) for one in document.statements
        }


def _said(statement: VexStatement) -> tuple[object, ...]:
    return (
        statement.vulnerability,
        statement.status,
        statement.justification,
        statement.impact_statement,
        statement.action_statement,
        frozenset(_limits(statement)),
    )
