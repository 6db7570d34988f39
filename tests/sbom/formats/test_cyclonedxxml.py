"""CycloneDX in XML: the same as in JSON, and what is refused on the way."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from assay.core.errors import MalformedError
from assay.core.strictxml import parse_xml
from assay.sbom.formats.cyclonedxxml import cyclonedx_from_xml
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.formats.writer import render_sbom
from tests.sbom.sboms import FULL

XSD = "{http://www.w3.org/2001/XMLSchema}"
# The types in which we write several elements, by the name of the element.
TYPES = {
    "metadata": "metadata",
    "component": "component",
    "evidence": "componentEvidenceType",
    "composition": "compositionType",
}


def bom(inside: str, *, version: str = "1.6") -> bytes:
    return f'<bom xmlns="http://cyclonedx.org/schema/bom/{version}">{inside}</bom>'.encode()


def component(inside: str) -> bytes:
    text = f'<components><component type="library">{inside}</component></components>'
    return bom(text)


REFUSED = {
    "version": (
        bom("", version="1.0"),
        (
            "the namespace 'http://cyclonedx.org/schema/bom/1.0' is of no CycloneDX version that "
            "is known, at bom (known are 1.2, 1.3, 1.4, 1.5, 1.6, 1.7)"
        ),
    ),
    "unknown": (bom("<x/>"), "an element that is not known, at bom.x"),
    "unknown-inside": (
        component("<name>a</name><x/>"),
        "an element that is not known, at bom.components[0].x",
    ),
    "unknown-in-a-list": (
        bom("<components><x/></components>"),
        "an element that is not known, at bom.components.x",
    ),
    "order": (
        component("<version>1</version><name>a</name>"),
        "it belongs before version, at bom.components[0].name",
    ),
    "order-of-what-is-not-converted": (
        component("<name>a</name><modified>false</modified><swid/>"),
        "it belongs before modified, at bom.components[0].swid",
    ),
    "order-at-the-top": (
        bom("<components/><metadata/>"),
        "it belongs before components, at bom.metadata",
    ),
    "order-of-evidence": (
        component("<name>a</name><evidence><occurrences/><identity/></evidence>"),
        "it belongs before occurrences, at bom.components[0].evidence.identity",
    ),
    "twice": (
        component("<name>a</name><name>b</name>"),
        "an element that may stand once stands twice, at bom.components[0].name",
    ),
    "elements-in-text": (
        component("<name><b/></name>"),
        "elements where text is needed, at bom.components[0].name",
    ),
    "no-name": (component(""), "no name, at components[0].name"),
    "no-type": (
        bom("<components><component><name>a</name></component></components>"),
        "no type, at components[0].type",
    ),
    "hash": (
        component('<name>a</name><hashes><hash alg="CRC">0</hash></hashes>'),
        (
            "'CRC' where BLAKE2b-256, BLAKE2b-384, BLAKE2b-512, BLAKE3, MD5, SHA-1, SHA-256, "
            "SHA-384, SHA-512, SHA3-256, SHA3-384, SHA3-512 is needed, "
            "at components[0].hashes[0].alg"
        ),
    ),
    "licence": (
        component("<name>a</name><licenses><x/></licenses>"),
        "an element that is not known, at bom.components[0].licenses[0]",
    ),
    "confidence": (
        component(
            "<name>a</name><evidence><identity><field>purl</field><confidence>x</confidence>"
            "</identity></evidence>"
        ),
        "'x' is no number, at bom.components[0].evidence.identity.confidence",
    ),
    "edge": (
        bom('<dependencies><dependency ref="a"><dependency/></dependency></dependencies>'),
        "no ref, at bom.dependencies[0].ref",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_sbom(data)
    assert str(caught.value) == f"[malformed] {message}"


def test_a_version_of_the_document_that_is_no_number() -> None:
    root = parse_xml(
        b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="x"/>', max_bytes=100
    )
    with pytest.raises(MalformedError, match=r"'x' is no whole number, at bom\.version"):
        cyclonedx_from_xml(root)


def test_what_is_not_converted_is_counted() -> None:
    inside = (
        '<name>a</name><description>d</description><copyright>c</copyright><x:y xmlns:x="urn:x"/>'
    )
    found = parse_sbom(component(inside))
    assert dict(found.left_out) == {
        "components.copyright": 1,
        "components.description": 1,
        "components.y (of another namespace)": 1,
    }


def test_old_tools_and_expressions() -> None:
    found = parse_sbom(
        bom(
            "<metadata><tools><tool><name>t</name><version>1</version></tool></tools></metadata>"
            '<components><component type="library"><name>a</name>'
            "<licenses><expression>mit</expression></licenses></component></components>"
        )
    )
    assert found.tools == ("t 1",)
    assert found.components[0].licences == ("MIT",)


@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_elements_stand_in_the_order_of_the_format(version: str) -> None:
    spec = importlib.util.find_spec("cyclonedx")
    assert spec is not None
    assert spec.origin is not None
    name = f"bom-{version}.SNAPSHOT.xsd"
    schema = ET.parse(Path(spec.origin).parent / "schema" / "_res" / name)
    orders = {
        str(found.get("name")): [str(item.get("name")) for item in found.iter(f"{XSD}element")]
        for found in schema.getroot().iter(f"{XSD}complexType")
        if found.get("name")
    }
    document = ET.fromstring(render_sbom(FULL, format_=f"cyclonedx-{version}-xml"))
    seen = set[str]()
    for element in document.iter():
        local = element.tag.rpartition("}")[2]
        if local in TYPES:
            seen.add(local)
            order = orders[TYPES[local]]
            places = [order.index(child.tag.rpartition("}")[2]) for child in element]
            assert places == sorted(places), local
    assert seen == set(TYPES)


def test_characters_that_xml_has_not_are_escaped() -> None:
    odd = replace(FULL, authors=("a\x1b[31m\x00b",))
    assert parse_sbom(render_sbom(odd, format_="cyclonedx-1.6-xml")).authors == (
        "a\\x1b[31m\\x00b",
    )
