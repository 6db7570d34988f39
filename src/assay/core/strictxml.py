"""The one XML reader: no document type, so no entities; bounded in size, depth and number.

A document type is how XML reads other files, asks other hosts, and grows without end; the formats
that are read here need none.
"""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from assay.core.errors import MalformedError

MAX_DEPTH: Final = 64  # as in JSON
MAX_ELEMENTS: Final = 4_000_000  # far above any SBOM that we have seen
_SEPARATOR: Final = " "  # between namespace and name; neither can hold it


@dataclass(slots=True)
class XmlElement:
    """An element with its namespace, attributes, children and the text directly in it."""

    namespace: str
    name: str
    attributes: dict[str, str]
    children: list["XmlElement"] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the text directly in this element, without the space around it."""
        return "".join(self.parts).strip()


def parse_xml(data: bytes, *, max_bytes: int) -> XmlElement:
    """Return the root of a document in UTF-8.

    Raises:
        MalformedError: Over `max_bytes` bytes, `MAX_DEPTH` levels or `MAX_ELEMENTS` elements, not
            well-formed, not UTF-8, or with a document type.
    """
    if len(data) > max_bytes:
        raise MalformedError(f"{len(data)} bytes, where at most {max_bytes} are read")
    building = _Building()
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = building.refuse_type
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.add_text
    try:
        parser.Parse(data, True)  # noqa: FBT003  # the shape that expat has
    except expat.ExpatError as error:
        raise MalformedError(f"not well-formed XML: {error}") from error
    return building.root


class _Building:
    def __init__(self) -> None:
        self.root = XmlElement("", "", {})
        self.open: list[XmlElement] = []
        self.count = 0

    def refuse_type(self, *_: object) -> None:
        raise MalformedError("a document type, which may hold entities, is not read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MAX_DEPTH:
            raise MalformedError(f"more than {MAX_DEPTH} levels")
        if self.count > MAX_ELEMENTS:
            raise MalformedError(f"more than {MAX_ELEMENTS} elements")
        namespace, _, local = name.rpartition(_SEPARATOR)
        element = XmlElement(namespace, local, attributes)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _: str) -> None:
        self.open.pop()

    def add_text(self, text: str) -> None:
        if self.open:
            self.open[-1].parts.append(text)
