"""CycloneDX VEX in XML says the same as in JSON, and nothing in it is passed over."""

import json

import pytest

from assay.core.errors import MalformedError
from assay.vuln.vex.statement import Justification, Status, VexTarget
from assay.vuln.vexformats import parse_vex
from tests.vuln.vex.vexes import AT, CVE, LIBRARY
from tests.vuln.vex.xmls import cyclonedx_xml

WHOLE = cyclonedx_xml(
    CVE,
    LIBRARY.purl,
    extra="<source><name>NVD</name><url>https://example.com/1</url></source>"
    "<references><reference><id>GHSA-a</id><source/></reference></references>"
    "<ratings><rating><score>9.8</score></rating></ratings>"
    "<description>It overflows.</description><recommendation>Update.</recommendation>",
    analysis="<state>not_affected</state><justification>code_not_reachable</justification>"
    "<responses><response>update</response><response>will_not_fix</response></responses>"
    "<detail>Never called.</detail><firstIssued>2026-05-01T00:00:00Z</firstIssued>"
    "<lastUpdated>2026-05-02T00:00:00Z</lastUpdated>",
    affects="<target><ref>a</ref><versions><version><version>1.2.3</version>"
    "<status>unaffected</status></version><version><range>vers:npm/&lt;1</range>"
    "<status>affected</status></version></versions></target>",
)
AS_JSON = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "version": 1,
    "metadata": {"timestamp": "2026-06-01T00:00:00Z", "authors": [{"name": "Example Ltd"}]},
    "components": [
        {"type": "library", "bom-ref": "a", "name": "a", "version": "1", "purl": LIBRARY.purl}
    ],
    "vulnerabilities": [
        {
            "bom-ref": "v",
            "id": CVE,
            "source": {"name": "NVD", "url": "https://example.com/1"},
            "references": [{"id": "GHSA-a", "source": {}}],
            "ratings": [{"score": 9.8}],
            "description": "It overflows.",
            "recommendation": "Update.",
            "analysis": {
                "state": "not_affected",
                "justification": "code_not_reachable",
                "response": ["update", "will_not_fix"],
                "detail": "Never called.",
                "firstIssued": "2026-05-01T00:00:00Z",
                "lastUpdated": "2026-05-02T00:00:00Z",
            },
            "affects": [
                {
                    "ref": "a",
                    "versions": [
                        {"version": "1.2.3", "status": "unaffected"},
                        {"range": "vers:npm/<1", "status": "affected"},
                    ],
                }
            ],
        }
    ],
}


def test_both_forms_say_the_same() -> None:
    xml, told = parse_vex(WHOLE), parse_vex(json.dumps(AS_JSON).encode())
    assert (xml.statements, xml.unread) == (told.statements, told.unread)
    assert (xml.author, xml.id, xml.issued_at) == ("Example Ltd", told.id, AT)
    assert (xml.format, told.format) == ("CycloneDX 1.6 XML", "CycloneDX 1.6 JSON")
    assert (
        dict(xml.left_out)
        == {
            "vulnerabilities.ratings": 1,
            "vulnerabilities.source.name": 1,
        }
        == dict(told.left_out)
    )
    [statement] = xml.statements
    assert (statement.status, statement.justification) == (
        Status.NOT_AFFECTED,
        Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH,
    )


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf", b" \n"])
def test_how_it_begins(begin: bytes) -> None:
    plain = WHOLE.partition(b"?>\n")[2]
    assert parse_vex(begin + plain).statements == parse_vex(WHOLE).statements


def test_who_made_it_is_its_author() -> None:
    nobody = b"<authors><author><name>Example Ltd</name></author></authors>"
    for name in (b"supplier", b"manufacturer"):
        maker = b"<%b><name>Acme</name></%b>" % (name, name)
        assert parse_vex(WHOLE.replace(nobody, maker)).author == "Acme"


def test_a_service_may_be_meant() -> None:
    service = (
        b'</components><services><service bom-ref="s"><name>login</name>'
        b'<services><service bom-ref="t"><name>token</name></service></services>'
        b"</service></services>"
    )
    document = cyclonedx_xml(CVE, LIBRARY.purl, affects="<target><ref>t</ref></target>")
    [statement] = parse_vex(document.replace(b"</components>", service)).statements
    assert [one.target for one in statement.products] == [VexTarget(name="token")]


def test_what_is_not_understood_is_kept() -> None:
    """As in JSON: the entry is unread, and what it may be about is known."""
    document = cyclonedx_xml(CVE, LIBRARY.purl, affects="<target><ref>zz</ref></target>")
    read = parse_vex(document)
    assert (read.statements, [one.names for one in read.unread]) == ((), [(CVE,)])


PLACE = "bom.vulnerabilities[0]"
REFUSED = {
    "a state": (
        {"analysis": "<state>harmless</state>"},
        ("[malformed] 'harmless' where exploitable, false_positive, in_triage, not_affected, "
        "resolved, resolved_with_pedigree is needed, at vulnerabilities[0].analysis.state"),
    ),
    "an element in the analysis": (
        {"analysis": "<state>not_affected</state><unless/>"},
        f"[malformed] an element that is not known, at {PLACE}.analysis.unless",
    ),
    "an element of another namespace in the analysis": (
        {"analysis": '<state xmlns="urn:x">exploitable</state><state>not_affected</state>'},
        f"[malformed] an element that is not known, at {PLACE}.analysis.state",
    ),
    "two states": (
        {"analysis": "<state>exploitable</state><state>not_affected</state>"},
        f"[malformed] an element that may stand once stands twice, at {PLACE}.analysis.state",
    ),
    "an element in a target": (
        {"affects": "<target><ref>a</ref><only/></target>"},
        f"[malformed] an element that is not known, at {PLACE}.affects[0].only",
    ),
    "an element in a version": (
        {"affects": "<target><ref>a</ref><versions><version><version>1</version><but/></version>"
        "</versions></target>"},
        f"[malformed] an element that is not known, at {PLACE}.affects[0].versions[0].but",
    ),
    "an element beside the targets": (
        {"affects": "<target><ref>a</ref></target><all/>"},
        f"[malformed] an element that is not known, at {PLACE}.affects.all",
    ),
    "an element of no version": (
        {"extra": "<harmless/>"},
        f"[malformed] an element that is not known, at {PLACE}.harmless",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_vex(cyclonedx_xml(CVE, LIBRARY.purl, **change))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"<bom/>",
            (
                "[malformed] XML that is no CycloneDX, at bom "
                "(of the formats of VEX, CycloneDX alone is XML)"
            ),
        ),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "[malformed] a document type"),
        (b"<bom", "[malformed] not well-formed XML: unclosed token: line 1, column 0"),
    ],
)
def test_no_document(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_vex(data)
    assert str(caught.value).startswith(message)


def test_a_range_that_holds_no_version_is_not_every_version() -> None:
    versions = (
        "<versions><version><range>vers:none/*</range><status>unaffected</status></version>"
        "</versions>"
    )
    document = cyclonedx_xml(CVE, "pkg:npm/a", affects=f"<target><ref>a</ref>{versions}</target>")
    [statement] = parse_vex(document).statements
    [product] = statement.products
    assert (product.target.all_versions, product.target.ranges) == (False, ("vers:none/*",))
