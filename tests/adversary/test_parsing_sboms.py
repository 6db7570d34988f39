"""Parsing: what a hostile SBOM does to other readers, and does not do here."""

import json

import pytest

from assay.core.errors import MalformedError
from assay.sbom.formats.reader import parse_sbom

BOM = "http://cyclonedx.org/schema/bom/1.6"
HEAD = '"bomFormat": "CycloneDX", "specVersion": "1.6"'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def xml(before: str, inside: str) -> bytes:
    return f'{before}<bom xmlns="{BOM}">{inside}</bom>'.encode()


def nested(depth: int) -> bytes:
    opening = '{"type": "library", "name": "a", "components": ['
    return f'{{{HEAD}, "components": [{opening * depth}{"]}" * depth}]}}'.encode()


HOSTILE = {
    "entities-that-grow": xml(f'<!DOCTYPE bom [<!ENTITY l0 "l">{LAUGHS}]>', "&l9;"),
    "entity-of-a-file": xml('<!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
    "entity-of-a-host": xml('<!DOCTYPE bom SYSTEM "http://127.0.0.1:1/x.dtd">', ""),
    "deep-xml": xml("", "<components>" * 100 + "</components>" * 100),
    "deep-json": nested(100),
    "repeated-key": f'{{{HEAD}, "components": [], "components": []}}'.encode(),
    "not-a-number": f'{{{HEAD}, "version": NaN}}'.encode(),
    "lone-surrogate": f'{{{HEAD}, "serialNumber": "\\ud800"}}'.encode(),
    "not-utf-8": b'{"bomFormat": "\xff"}',
    "utf-16": f"{{{HEAD}}}".encode("utf-16"),
    "two-roots": f"{{{HEAD}}}{{{HEAD}}}".encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        parse_sbom(HOSTILE[name])


def test_what_is_named_as_not_understood_is_safe_to_show() -> None:
    library = {"type": "library", "name": "a", "purl": "\x1b[2Jpkg:x", "version": "\u202e1"}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [library]}
    (note,) = parse_sbom(json.dumps(document).encode()).inventory.not_checked
    assert str(note).isprintable()


def test_no_url_in_a_document_is_fetched() -> None:
    """The tests have no network: a reader that asked for one of these would fail."""
    reference = {"type": "bom", "url": "http://127.0.0.1:1/other.json"}
    library = {"type": "library", "name": "a", "externalReferences": [reference]}
    document = {
        "$schema": "http://127.0.0.1:1/schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [library],
        "externalReferences": [reference],
    }
    found = parse_sbom(json.dumps(document).encode())
    assert found.left_out["components.externalReferences"] == 1


def test_many_alternatives_cost_no_more_than_their_number() -> None:
    """Every level of nested forms is tried once, and not once for each form around it."""
    licences = [{"license": {"id": "MIT", "licensing": {"licensor": {"individual": {}}}}}] * 2000
    library = {"type": "library", "name": "a", "licenses": licences}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [library]}
    assert parse_sbom(json.dumps(document).encode()).components[0].licences == ("MIT",)
