"""The readers of VEX documents; what they read is written again in every format that can say it."""

from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.vexformats import FORMATS, parse_vex, render_vex
from fuzz.target import Target, raw, text, value

_OPENVEX: Final = (
    b'{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:d","author":"A","version":1,'
    b'"timestamp":"2026-01-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-2026-1",'
    b'"aliases":["GHSA-a"]},"products":[{"@id":"pkg:npm/s@1","hashes":{"sha1":"'
    + b"a"
    * 40
    + b'"},"identifiers":{"cpe23":"cpe:2.3:a:x:s:1"},"subcomponents":[{"@id":"pkg:npm/a@1"}]}],'
    b'"status":"not_affected","justification":"component_not_present",'
    b'"status_notes":"n\\n[assay:expires=2027-01-01T00:00:00Z]"}]}'
)
_OLD: Final = (
    b'{"@context":"https://openvex.dev/ns","@id":"d","author":"A","statements":[{"timestamp":'
    b'"2026-01-01T00:00:00Z","vulnerability":"CVE-2026-1","products":["nginx"],'
    b'"subcomponents":["pkg:npm/a@1"],"status":"affected","action_statement":"wait"}]}'
)
_ENCLOSED: Final = (
    b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"s","digest":{"sha256":"aa"}}],'
    b'"predicateType":"https://openvex.dev/ns","predicate":' + _OPENVEX + b"}"
)
_CYCLONEDX: Final = (
    b'{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"serialNumber":'
    b'"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","metadata":{"timestamp":'
    b'"2026-01-01T00:00:00Z","component":{"type":"application","name":"s","bom-ref":"s"}},'
    b'"components":[{"type":"library","name":"a","version":"1","bom-ref":"a","purl":"pkg:npm/a@1",'
    b'"components":[{"type":"library","name":"b","bom-ref":"b"}]}],"vulnerabilities":[{"id":'
    b'"CVE-2026-1","analysis":{"state":"not_affected","justification":"requires_environment",'
    b'"response":["update"]},"affects":[{"ref":"a","versions":[{"range":"vers:npm/<2","status":'
    b'"unaffected"},{"version":"3"}]},{"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#b"},'
    b'{"ref":"urn:cdx:11111111-395b-41f5-a30f-a58921a69b79/1#b"}],"properties":[{"name":'
    b'"assay:vex:expires","value":"2027-01-01T00:00:00Z"}]}]}'
)
_XML: Final = (
    b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components><component '
    b'type="library" bom-ref="a"><name>a</name><purl>pkg:npm/a@1</purl></component></components>'
    b"<services><service><name>s</name></service></services><vulnerabilities><vulnerability>"
    b"<id>CVE-2026-1</id><source><url>https://a.example</url></source><references><reference>"
    b"<id>GHSA-a</id><source/></reference></references><analysis><state>not_affected</state>"
    b"<responses><response>update</response></responses><detail>d</detail></analysis><affects>"
    b"<target><ref>a</ref><versions><version><range>vers:npm/&lt;2</range><status>unaffected"
    b"</status></version></versions></target></affects></vulnerability></vulnerabilities></bom>"
)


def _documents() -> tuple[bytes, ...]:
    return _OPENVEX, _OLD, _ENCLOSED, _CYCLONEDX, _XML


def _converted(data: bytes) -> object:
    """Read a document, and read again what is written of it.

    Raises:
        AssertionError: One of our formats writes what its own reader refuses.
    """
    document = parse_vex(data)
    for one in FORMATS:
        try:
            rendered, _ = render_vex(document, format_=one.name)
        except MalformedError:
            continue
        try:
            parse_vex(rendered)
        except MalformedError as error:
            raise AssertionError(f"{one.name} as it is written: {error}") from error
    return document


TARGETS: Final = (
    Target(
        name="assay.vuln.vexformats:parse_vex",
        read=_converted,
        seeds=_documents,
    ),
    value("assay.vuln.vex.openvexread:read_openvex", lambda: (_OPENVEX, _OLD, _ENCLOSED)),
    value("assay.vuln.vex.cyclonedxread:read_cyclonedx_vex", lambda: (_CYCLONEDX,)),
    value("assay.vuln.vex.cyclonedxparts:read_names", lambda: (_CYCLONEDX,)),
    text("assay.vuln.vex.targets:parse_target", lambda: (b"pkg:npm/a@1", b"cpe:/a:x", b"nginx")),
    raw("assay.vuln.vexformats:parse_vex_tree", lambda: (b"\xef\xbb\xbf{}", b"{}", _XML)),
)
