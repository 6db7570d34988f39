"""Any SBOM: which format it is, by what it says of itself, and its reader."""

from collections import Counter
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.strictxml import parse_xml
from assay.sbom.component import Sbom
from assay.sbom.formats.cyclonedxread import read_cyclonedx
from assay.sbom.formats.cyclonedxxml import cyclonedx_from_xml
from assay.sbom.formats.spdx2read import read_spdx2
from assay.sbom.formats.spdx3read import read_spdx3

MAX_SBOM_BYTES: Final = 2**27  # 128 MiB; the largest that we have seen have some 60
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_HEAD: Final = 2**16  # where an XML document names its schema
_SPACE: Final = b" \t\r\n"
_KNOWN: Final = "CycloneDX 1.2 to 1.7 in JSON or XML, SPDX 2.2, 2.3 and 3.0 in JSON"


def is_sbom(data: bytes) -> bool:
    """Tell whether a JSON or XML file means to be an SBOM; that it is one, `parse_sbom` says."""
    content = data.removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)
    if content.startswith(b"<"):
        return b"cyclonedx.org/schema/bom" in content[:_HEAD]
    names = (b'"bomFormat"', b'"spdxVersion"', b'"https://spdx.org/rdf/')
    return content.startswith(b"{") and any(name in content for name in names)


def parse_sbom(data: bytes) -> Sbom:
    """Read an SBOM of any format that is known.

    Raises:
        MalformedError: Of no known format, or against its rules; with the path to the fault.
    """
    content = data.removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)  # several generators write one
    if content.startswith(b"<"):
        document, left_out = cyclonedx_from_xml(parse_xml(content, max_bytes=MAX_SBOM_BYTES))
        sbom = read_cyclonedx(JsonValue(document), encoding="XML")
        counts = Counter(sbom.left_out) + left_out
        return replace(
            sbom,
            left_out=MappingProxyType(dict(sorted(counts.items()))),
            unruled=MappingProxyType(dict(sorted(left_out.items()))),
        )
    document_json = JsonValue(parse_json(content, max_bytes=MAX_SBOM_BYTES))
    return _read_json(document_json)


def _read_json(document: JsonValue) -> Sbom:
    names = {name for name, _ in document.members()}
    if "bomFormat" in names:
        return read_cyclonedx(document)
    if "spdxVersion" in names:
        return read_spdx2(document)
    if "@context" in names:
        return read_spdx3(document)
    raise MalformedError("no SBOM of a format that is known", hint=f"known are {_KNOWN}")
