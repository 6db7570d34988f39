"""Every format: what is written is read back, is the same each time, and keeps its own rules."""

import json
from dataclasses import replace
from types import MappingProxyType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings

from assay import __version__
from assay.core.errors import UsageError
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.formats.writer import FORMATS, check_format, render_sbom
from tests.sbom.sboms import AT, FULL, sboms

NAMES = {
    "cyclonedx-1.5": "CycloneDX 1.5 JSON",
    "cyclonedx-1.6": "CycloneDX 1.6 JSON",
    "cyclonedx-1.7": "CycloneDX 1.7 JSON",
    "cyclonedx-1.6-xml": "CycloneDX 1.6 XML",
    "cyclonedx-1.7-xml": "CycloneDX 1.7 XML",
    "spdx-2.3": "SPDX 2.3 JSON",
    "spdx-3.0": "SPDX 3.0.1 JSON-LD",
}


def comparable(sbom: Sbom) -> Sbom:
    """Return `sbom` without what a document says of itself alone, or in an order of its own."""
    tools = tuple(name for name in sbom.tools if not name.startswith("assay"))
    return replace(sbom, serial="", format="", tools=tools, left_out=MappingProxyType({}))


def said(sbom: Sbom) -> Sbom:
    """Return `sbom` as it is read back: what the product needs directly is among its edges."""
    if sbom.subject is None:
        return sbom
    direct = {item.identity for item in sbom.components if item.direct}
    edges = tuple(sorted({*direct, *sbom.subject.depends_on}))
    return replace(sbom, subject=replace(sbom.subject, depends_on=edges))


def test_every_format_has_a_name() -> None:
    assert NAMES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_the_full_document(name: str) -> None:
    found = parse_sbom(render_sbom(FULL, format_=name))
    assert found.format == NAMES[name]
    assert found.serial
    assert dict(found.left_out) == {}
    notes = found.inventory.not_checked
    assert notes[0] == FULL.inventory.not_checked[0]
    assert [note.what for note in notes[1:]] == ["licence"]
    again = replace(found, inventory=replace(found.inventory, not_checked=notes[:1]))
    assert comparable(again) == comparable(FULL)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(sbom=sboms())
def test_any_document_is_read_back(name: str, sbom: Sbom) -> None:
    data = render_sbom(sbom, format_=name)
    assert comparable(parse_sbom(data)) == comparable(said(sbom))
    assert render_sbom(sbom, format_=name) == data


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("cyclonedx-1.5", SchemaVersion.V1_5),
        ("cyclonedx-1.6", SchemaVersion.V1_6),
        ("cyclonedx-1.7", SchemaVersion.V1_7),
    ],
)
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(sbom=sboms())
def test_cyclonedx_is_valid_to_others(name: str, version: SchemaVersion, sbom: Sbom) -> None:
    validator = JsonStrictValidator(version)
    assert validator.validate_str(render_sbom(sbom, format_=name).decode()) is None
    assert validator.validate_str(render_sbom(FULL, format_=name).decode()) is None


def test_a_conversion_names_the_tool_once() -> None:
    once = parse_sbom(render_sbom(FULL, format_="cyclonedx-1.6"))
    again = parse_sbom(render_sbom(once, format_="cyclonedx-1.6"))
    assert once.tools == again.tools == (f"assay {__version__}", "maker 2.0")


def test_one_change_gives_another_serial_number() -> None:
    numbers = {
        parse_sbom(render_sbom(sbom, format_=name)).serial
        for sbom in (FULL, replace(FULL, authors=("B",)))
        for name in ("cyclonedx-1.6", "spdx-2.3")
    }
    assert len(numbers) == 4


def test_licences_of_several_kinds_before_1_7() -> None:
    """1.6 takes one expression alone, or licences of a list: the others stand as names."""
    document = json.loads(render_sbom(FULL, format_="cyclonedx-1.6"))
    assert [item.get("licenses") for item in document["components"]] == [
        [{"expression": "MIT OR Apache-2.0"}],
        [{"license": {"id": "MIT"}}, {"license": {"name": "do what you like"}}],
        None,
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_names_that_are_empty(name: str) -> None:
    """CycloneDX lets a name be empty, and SPDX does not."""
    bare = Component(purl="pkg:npm/a@1", name="", version="", found_in=())
    document = Sbom(
        inventory=Inventory(components=(bare,)),
        subject=Component(purl="", name="", version="", found_in=(), depends_on=(bare.purl,)),
        created_at=AT,
    )
    found = parse_sbom(render_sbom(document, format_=name))
    assert [item.purl for item in found.components] == [bare.purl]


def test_a_format_that_is_not_known() -> None:
    with pytest.raises(UsageError) as caught:
        check_format("swid")
    assert str(caught.value) == (
        "[usage] 'swid' is no format that is written (there are cyclonedx-1.5, cyclonedx-1.6, "
        "cyclonedx-1.7, cyclonedx-1.6-xml, cyclonedx-1.7-xml, spdx-2.3, spdx-3.0)"
    )
