"""Parsing of VEX: hostile bytes are refused, and nothing in a document reaches further than it."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assay.cli.vex import app
from assay.core.errors import MalformedError
from assay.vuln.vexformats import parse_vex
from tests.vuln.vex.vexes import CVE, SHOP, said
from tests.vuln.vex.xmls import cyclonedx_xml

WHOLE = json.dumps(
    {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "urn:d",
        "author": "A",
        "timestamp": "2026-06-01T00:00:00Z",
        "version": 1,
        "statements": [said()],
    }
)
DEEP = "[" * 100 + "]" * 100
HOSTILE = {
    "a repeated key": WHOLE.replace('"author"', '"author": "B", "author"'),
    "a repeated status": WHOLE.replace('"status"', '"status": "affected", "status"'),
    "no number": WHOLE.replace('"version": 1', '"version": NaN'),
    "a number that overflows": WHOLE.replace('"version": 1', '"version": 1e999'),
    "depth": WHOLE.replace('"version": 1', f'"version": {DEEP}'),
    "a lone surrogate": WHOLE.replace('"author": "A"', '"author": "\\ud800"'),
    "two documents": WHOLE + WHOLE,
    "nothing": "",
    "a list": f"[{WHOLE}]",
    "XML": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><bom/>",
    "YAML": "statements: []",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_bytes_that_two_readers_read_differently(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_vex(text.encode())


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(MalformedError):
        parse_vex(WHOLE.encode().replace(b'"A"', b'"\xff"'))
    with pytest.raises(MalformedError):
        parse_vex(WHOLE.encode("utf-16"))


def test_the_untouched_document_is_read() -> None:
    assert len(parse_vex(WHOLE.encode()).statements) == 1


@pytest.mark.parametrize("member", ["author", "@id", "tooling", "role"])
@pytest.mark.parametrize("command", ["show", "validate"])
def test_text_that_writes_to_the_terminal(tmp_path: Path, member: str, command: str) -> None:
    document = json.loads(WHOLE)
    document[member] = "x\x1b[2Jy\u202ez\r\n"
    document["statements"].append(said(status="\x1b[31mfine", vulnerability={"name": "\x07"}))
    path = tmp_path / "d.json"
    path.write_text(json.dumps(document))
    shown = CliRunner().invoke(app, [command, str(path)])
    assert not {"\x1b", "\u202e", "\r", "\x07"} & set(shown.output)
    assert "\\x1b" in shown.output


def test_a_name_with_lines_forges_no_line(tmp_path: Path) -> None:
    """A statement's text cannot look like another statement."""
    document = json.loads(WHOLE)
    forged = f"fine\nCVE-2026-9: fixed\n  in {SHOP.purl}"
    document["statements"] = [said(impact_statement=forged, status_notes=forged)]
    path = tmp_path / "d.json"
    path.write_text(json.dumps(document))
    shown = CliRunner().invoke(app, ["show", str(path)]).output
    assert [line for line in shown.splitlines() if line.startswith("CVE-")] == [
        f"{CVE}: not_affected (vulnerable_code_not_in_execute_path), 2026-06-01"
    ]


def test_a_tag_in_a_text_is_no_other_tag() -> None:
    """What stands beside an end cannot hide it, and two of them are refused."""
    two = said(
        status_notes="[assay:expires=2026-06-02T00:00:00Z]\n[assay:expires=2099-01-01T00:00:00Z]"
    )
    document = json.loads(WHOLE) | {"statements": [two]}
    assert parse_vex(json.dumps(document).encode()).statements == ()


def test_many_products_are_read_in_time_that_grows_with_them() -> None:
    """Steps, not seconds: twice the products take no more than some three times the calls."""

    def calls(number: int) -> int:
        parts = [{"@id": f"pkg:npm/p{n}@1"} for n in range(number)]
        products = [{"@id": SHOP.purl, "subcomponents": [part]} for part in parts]
        data = json.dumps(json.loads(WHOLE) | {"statements": [said(products=products)]}).encode()
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        try:
            parse_vex(data)
        finally:
            sys.setprofile(None)
        return counted

    assert calls(400) < 3 * calls(200)


ENTITIES = b"""<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("inside", [b"&b;", b"&c;"])
def test_xml_that_grows_or_reads_other_files(inside: bytes) -> None:
    whole = cyclonedx_xml("CVE-2026-1", "pkg:npm/a@1").partition(b"?>\n")[2]
    with pytest.raises(MalformedError) as caught:
        parse_vex(ENTITIES + whole.replace(b"CVE-2026-1", inside))
    assert str(caught.value).startswith("[malformed] a document type")


def test_xml_that_says_less_than_it_shows() -> None:
    """An element of another namespace is no condition that a reader may pass over."""
    odd = "<state>not_affected</state><unless xmlns='urn:x'>production</unless>"
    with pytest.raises(MalformedError) as caught:
        parse_vex(cyclonedx_xml("CVE-2026-1", "pkg:npm/a@1", analysis=odd))
    assert str(caught.value) == (
        "[malformed] an element that is not known, at bom.vulnerabilities[0].analysis.unless"
    )
