"""The elements of an SPDX 3.0 document by their names and classes, and what is said of them."""

from collections import Counter
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.sbom.formats.annotations import parse_comments
from assay.sbom.formats.properties import Properties
from assay.sbom.formats.spdx3left import count_left_of_element
from assay.sbom.schema import check_definition

COMPONENTS: Final = frozenset({"software_Package", "software_File"})
COLLECTIONS: Final = frozenset({"SpdxDocument", "software_Sbom"})
LICENSING: Final = frozenset({"hasDeclaredLicense", "hasConcludedLicense"})
_AGENTS: Final = frozenset({"Agent", "Organization", "Person", "SoftwareAgent", "Tool"})
_READ_TOO: Final = frozenset(
    {"CreationInfo", "Relationship", "Annotation", "simplelicensing_LicenseExpression"}
)
_CHECKED: Final = COMPONENTS | COLLECTIONS | _READ_TOO
_TEXT: Final = "simplelicensing_SimpleLicensingText"


class Graph:
    """The elements, each held against the rules of its class.

    Raises:
        MalformedError: One breaks a rule, or two have one name.
    """

    def __init__(self, elements: tuple[JsonValue, ...], left_out: Counter[str]) -> None:
        self._left_out = left_out
        self._by_type: dict[str, list[JsonValue]] = {}
        self._by_name: dict[str, JsonValue] = {}
        self.unruled = Counter[str]()  # elements of classes whose rules are not known here
        waiting = list(reversed(elements))
        while waiting:
            element, inner = _apart(waiting.pop())
            waiting += reversed(inner)
            self._register(element)
        left_out.update(self.unruled)

    def of_type(self, type_: str) -> tuple[JsonValue, ...]:
        """Return the elements of one class, in their order."""
        return tuple(self._by_type.get(type_, ()))

    def _register(self, element: JsonValue) -> None:
        type_ = element.field("type").text()
        if type_ in _CHECKED:
            with inside(element.where):
                check_definition("spdx-3.0", type_, element.value)
        elif type_ in _AGENTS:
            with inside(element.where):
                check_definition("spdx-3.0", "Agent", element.value)
        elif type_ != _TEXT:
            self.unruled[f"{printable(type_, limit=60)} (elements)"] += 1
        self._left_out.update(count_left_of_element(element))
        self._by_type.setdefault(type_, []).append(element)
        name = element.optional_text("spdxId") or element.optional_text("@id")
        if name in self._by_name:
            raise MalformedError(f"{printable(name)!r} names two elements", where=element.where)
        if name:
            self._by_name[name] = element

    def resolved(self, value: JsonValue) -> JsonValue:
        """Return an object, or the element that a name stands for."""
        if not isinstance(value.value, str):
            return value
        if value.value not in self._by_name:
            raise MalformedError(f"{value.value!r} is no element", where=value.where)
        return self._by_name[value.value]

    def comments(self) -> dict[str, Properties]:
        """Return our own annotations by what they are about."""
        texts: dict[str, list[JsonValue]] = {}
        for note in self.of_type("Annotation"):
            statement = note.optional("statement")
            if statement is not None:
                texts.setdefault(note.field("subject").text(), []).append(statement)
        return {subject: parse_comments(found) for subject, found in texts.items()}

    def licences(self) -> dict[str, list[str]]:
        """Return by element the expressions that are declared, or else those concluded."""
        said: dict[str, dict[str, list[str]]] = {kind: {} for kind in sorted(LICENSING)}
        for item in self.of_type("Relationship"):
            kind = item.field("relationshipType").text()
            if kind in LICENSING:
                found = said[kind].setdefault(item.field("from").text(), [])
                for target in item.field("to").items():
                    found += self._expressions(target.text())
        return said["hasConcludedLicense"] | said["hasDeclaredLicense"]

    def _expressions(self, target: str) -> list[str]:
        element = self._by_name.get(target)
        found = (
            "" if element is None else element.optional_text("simplelicensing_licenseExpression")
        )
        return [found] if found else []

    def licence_texts(self) -> dict[str, str]:
        """Return the texts of licences by the names that expressions have for them."""
        return {
            item.optional_text("name"): item.optional_text("simplelicensing_licenseText")
            for item in self.of_type(_TEXT)
        }

    def creation_info(self) -> JsonValue:
        """Return who made the document and when; the element stands alone or inside the others."""
        document = next(iter(self.of_type("SpdxDocument")), None)
        if document is not None:
            info = document.field("creationInfo")
            found = self._by_name.get(info.value) if isinstance(info.value, str) else info
            if found is None:
                raise MalformedError(f"{info.value!r} is no element", where=info.where)
            return found
        infos = self.of_type("CreationInfo")
        if not infos:
            raise MalformedError("no CreationInfo", where="@graph")
        return infos[0]

    def document_id(self) -> str:
        """Return the name of the document, empty where the elements are not in one."""
        documents = self.of_type("SpdxDocument")
        return documents[0].field("spdxId").text() if documents else ""

    def names(self, info: JsonValue, member: str, *, of: frozenset[str]) -> tuple[str, ...]:
        """Return the names of those in `member` of `info` that are of a class in `of`."""
        names = [item.text() for item in info.optional_items(member)]
        return tuple(filter(None, (self.name_of(name) for name in names if self.is_a(name, of))))

    def is_a(self, name: str, types: frozenset[str]) -> bool:
        """Tell whether there is an element of that name, and of a class in `types`."""
        element = self._by_name.get(name)
        return element is not None and element.field("type").text() in types

    def name_of(self, name: str) -> str:
        """Return what an element is called, empty where there is none."""
        element = self._by_name.get(name)
        return "" if element is None else element.optional_text("name")


def _apart(element: JsonValue) -> tuple[JsonValue, list[JsonValue]]:
    """Return an element with the names of those that are written inside it, and those."""
    inner: list[JsonValue] = []
    if not isinstance(element.value, dict):
        return element, inner
    members = {name: _named(value, inner) for name, value in element.members()}
    return (JsonValue(members, element.where) if inner else element), inner


def _named(value: JsonValue, inner: list[JsonValue]) -> object:
    if isinstance(value.value, list):
        return [_named(item, inner) for item in value.items()]
    if isinstance(value.value, dict) and {"spdxId", "type"} <= value.value.keys():
        inner.append(value)
        return value.field("spdxId").text()
    return value.value
