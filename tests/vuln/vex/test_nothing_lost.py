"""No member of the model is lost in silence: each format carries it, or tells that it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.vuln.vex.statement import (
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vexformats import parse_vex, render_vex
from tests.vuln.vex.vexes import AT, CALM, CVE, DOCUMENT, INSIDE, LIBRARY, OTHER

FORMATS = ("openvex", "cyclonedx", "csaf")
LATER = AT + timedelta(days=3)
# Each member with a value of its own, and a word by which a loss of it is told.
MEMBERS: dict[str, tuple[object, str]] = {
    "impact_statement": ("It is not built in.", "impact statement"),
    "action_statement": ("Update to 2.0.", "action statement"),
    "action_at": (AT + timedelta(days=1), "action statement"),
    "responses": (("update", "will_not_fix"), "response"),
    "notes": ("Seen in 1.0.", "note"),
    "supplier": ("Acme Ltd", "supplier"),
    "id": ("urn:statement:7", "id urn:statement:7"),
    "version": (7, "version 7"),
    "issued_at": (AT - timedelta(days=30), "time"),
    "updated_at": (LATER, "time"),
    "expires_at": (AT + timedelta(days=90), "end"),
}
ABOUT: dict[str, tuple[object, str]] = {
    "aliases": (("GHSA-aaaa-bbbb-cccc",), "GHSA-aaaa-bbbb-cccc"),
    "iri": ("https://example.com/cve", "https://example.com/cve"),
    "description": ("It overflows.", "description"),
}
AROUND: dict[str, tuple[object, str]] = {
    "id": ("urn:document:7", "urn:document:7"),
    "author": ("Example Ltd", "author"),
    "role": ("Head of security", "role"),
    "updated_at": (LATER, "time"),
    "version": (3, "version"),
    "tooling": ("writer 1.0", "tool"),
}


def plain(status: Status) -> VexStatement:
    reason = CALM.justification if status is Status.NOT_AFFECTED else None
    return replace(CALM, status=status, justification=reason)


def check_told(document: VexDocument, format_: str, part: str, name: str, word: str) -> None:
    written, losses = render_vex(document, format_=format_)
    read = parse_vex(written)
    assert read.unread == ()
    parts = {
        "document": (document, read),
        "statement": (document.statements[0], read.statements[0]),
        "vulnerability": (
            document.statements[0].vulnerability,
            read.statements[0].vulnerability,
        ),
    }
    said, again = parts[part]
    if getattr(said, name) != getattr(again, name):
        assert any(word in loss.what for loss in losses), (getattr(again, name), losses)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", MEMBERS)
def test_no_member_of_a_statement(name: str, status: Status, format_: str) -> None:
    value, word = MEMBERS[name]
    statement = replace(plain(status), **{name: value})  # type: ignore[arg-type]  # as the table says
    document = replace(DOCUMENT, statements=(statement,))
    check_told(document, format_, "statement", name, word)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", ABOUT)
def test_no_member_of_a_vulnerability(name: str, format_: str) -> None:
    value, word = ABOUT[name]
    about = replace(VexVulnerability(name=CVE), **{name: value})  # type: ignore[arg-type]  # as above
    document = replace(DOCUMENT, statements=(replace(CALM, vulnerability=about),))
    check_told(document, format_, "vulnerability", name, word)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", AROUND)
def test_no_member_of_a_document(name: str, format_: str) -> None:
    value, word = AROUND[name]
    document = replace(DOCUMENT, **{name: value})  # type: ignore[arg-type]  # as above
    check_told(document, format_, "document", name, word)


# What a purl says by itself (a name beside it, its version once more, its spelling) is no loss.
TARGETS: dict[str, tuple[object, str]] = {
    "ids": (("urn:part:1", "urn:part:2"), "urn:part:2"),
    "cpes": (
        ("cpe:2.3:a:x:y:1.0:*:*:*:*:*:*:*", "cpe:2.3:a:x:z:1.0:*:*:*:*:*:*:*"),
        "cpe:2.3:a:x:z",
    ),
    "hashes": (("sha256:" + "ab" * 32, "sha512:" + "cd" * 64), "sha"),
    "ranges": (("vers:npm/<2",), "product"),
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("named", ["a package", "only by it"])
def test_no_name_of_a_component(named: str, name: str, format_: str) -> None:
    value, word = TARGETS[name]
    base = LIBRARY if named == "a package" else VexTarget(name="Part B")
    part = replace(base, **{name: value})  # type: ignore[arg-type]  # as above
    other = replace(INSIDE, subcomponents=(LIBRARY,))
    statement = replace(CALM, products=(other, VexProduct(target=OTHER, subcomponents=(part,))))
    written, losses = render_vex(replace(DOCUMENT, statements=(statement,)), format_=format_)
    read = [
        p for s in parse_vex(written).statements for p in s.products if p.target.purl == OTHER.purl
    ]
    again = [getattr(one, name) for p in read for one in p.subcomponents]
    assert again == [value] or any(word in loss.what for loss in losses), (read, losses)
