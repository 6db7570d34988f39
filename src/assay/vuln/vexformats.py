"""The formats that VEX documents come in: each a row of one table.

Above `vuln.vex` (the values) and `vuln.csaf` (a format of its own size), which know nothing of each
other's readers.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.strictxml import parse_xml
from assay.sbom.formats.cyclonedxxml import is_cyclonedx
from assay.sbom.formats.cyclonedxxmlvex import vex_from_xml
from assay.vuln.csaf.vexread import is_csaf, read_csaf
from assay.vuln.csaf.vexwrite import write_csaf
from assay.vuln.vex.cyclonedxread import is_cyclonedx_vex, read_cyclonedx_vex
from assay.vuln.vex.cyclonedxwrite import write_cyclonedx_vex
from assay.vuln.vex.openvexread import is_openvex, read_openvex
from assay.vuln.vex.openvexwrite import write_openvex
from assay.vuln.vex.statement import Loss, VexDocument, WrittenVex

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"
MAX_VEX_BYTES: Final = 2**27  # 128 MiB: an SBOM with its VEX inside is as large as an SBOM


@dataclass(frozen=True, slots=True, kw_only=True)
class VexFormat:
    """One format: `detects` looks at nothing but what a document says of itself.

    `read` raises `MalformedError` where the document as a whole cannot be understood; of what is
    inside it, what cannot goes into `unread`. `write` tells what it had to leave out.
    """

    name: str
    detects: Callable[[JsonValue], bool]
    read: Callable[[JsonValue], VexDocument]
    write: Callable[[VexDocument], WrittenVex]


FORMATS: Final[tuple[VexFormat, ...]] = (
    VexFormat(name="openvex", detects=is_openvex, read=read_openvex, write=write_openvex),
    VexFormat(
        name="cyclonedx",
        detects=is_cyclonedx_vex,
        read=read_cyclonedx_vex,
        write=write_cyclonedx_vex,
    ),
    VexFormat(name="csaf", detects=is_csaf, read=read_csaf, write=write_csaf),
)


def parse_vex(data: bytes) -> VexDocument:
    """Read a VEX document of any format that is known.

    Raises:
        MalformedError: Of no known format, or against its rules; with the path to the fault.
    """
    if not is_vex_xml(data):
        document = parse_vex_tree(data)
        return vex_format_of(document).read(document)
    document, left_out = _parse_xml(data)
    read = read_cyclonedx_vex(document)
    counts = Counter(read.left_out) + left_out
    return replace(
        read,
        format=f"{read.format.removesuffix(' JSON')} XML",
        left_out=MappingProxyType(dict(sorted(counts.items()))),
    )


def parse_vex_tree(data: bytes) -> JsonValue:
    """Read the JSON of a VEX document, or of a BOM that one points into; CycloneDX also in XML.

    Raises:
        MalformedError: Not strict JSON, or XML of another kind.
    """
    if is_vex_xml(data):
        return _parse_xml(data)[0]
    return JsonValue(parse_json(_content(data), max_bytes=MAX_VEX_BYTES))


def is_vex_xml(data: bytes) -> bool:
    """Tell whether a document is XML, if it is any."""
    return _content(data).startswith(b"<")


def _content(data: bytes) -> bytes:
    return data.removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)  # some generators write one


def _parse_xml(data: bytes) -> tuple[JsonValue, Counter[str]]:
    root = parse_xml(_content(data), max_bytes=MAX_VEX_BYTES)
    if not is_cyclonedx(root):
        hint = "of the formats of VEX, CycloneDX alone is XML"
        raise MalformedError("XML that is no CycloneDX", where=printable(root.name), hint=hint)
    document, left_out = vex_from_xml(root)
    return JsonValue(document), left_out


def vex_format_of(document: JsonValue) -> VexFormat:
    """Return the format of a document, by what it says of itself.

    Raises:
        MalformedError: It is none that is known.
    """
    document.members()  # an object, to begin with
    for one in FORMATS:
        if one.detects(document):
            return one
    names = ", ".join(one.name for one in FORMATS)
    raise MalformedError("no VEX document of a format that is known", hint=f"known are {names}")


def render_vex(document: VexDocument, *, format_: str) -> tuple[bytes, tuple[Loss, ...]]:
    """Return the document in a format of `FORMATS`, and what that does not hold.

    The same document gives the same bytes.

    Raises:
        UsageError: A format that is not known.
        MalformedError: The format cannot say what the document says.
    """
    check_format(format_)
    written = next(one for one in FORMATS if one.name == format_).write(document)
    return render_canonical_json(written.document) + b"\n", written.losses


def check_format(format_: str) -> None:
    """Refuse a format that is not in `FORMATS`: before the work, and not after it.

    Raises:
        UsageError: It is not known.
    """
    names = [one.name for one in FORMATS]
    if format_ not in names:
        raise UsageError(f"{format_!r} is no format of VEX", hint=f"there are {', '.join(names)}")
