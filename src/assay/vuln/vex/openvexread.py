"""OpenVEX documents (0.0.x and 0.2.0), alone or as the predicate of an in-toto statement.

* Timestamps come from the document, products from the in-toto subjects, where a statement has none
  ("Data Inheritance").
* Only what a document cannot be read without is refused as a whole. A statement that breaks a rule
  is kept as unread, with the names that it may be about.
* A purl without a version means every version: so the reference implementation matches, and all
  who publish such documents rely on it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.vuln.vex.documentversion import version_number
from assay.vuln.vex.openvexparts import read_products, read_vulnerability
from assay.vuln.vex.statement import (
    Justification,
    Status,
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
)
from assay.vuln.vex.tags import EXPIRES, JUSTIFICATION, RESPONSES, STATUS, split_tags
from assay.vuln.vex.targets import parse_target
from assay.vuln.vex.words import parse_raw_justification, parse_raw_status, raw_reason

CONTEXT: Final = "https://openvex.dev/ns"
VERSION: Final = "0.2.0"
# What we write where the schema asks for something that nobody said, and do not take for said.
NOBODY: Final = "Unknown Author"
NO_ACTION: Final = "No action has been named."
_VERSIONS: Final = {"": "0.0", "/v0.0.0": "0.0", "/v0.0.1": "0.0", f"/v{VERSION}": VERSION}
_STATEMENT_TYPES: Final = frozenset(
    {"https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"}
)
_DOCUMENT: Final = frozenset(
    {"@context", "@id", "author", "role", "timestamp", "last_updated", "version", "tooling"}
) | {"statements"}
_STATEMENT: Final = frozenset(
    {"@id", "version", "vulnerability", "timestamp", "last_updated", "products", "status"}
) | {"supplier", "status_notes", "justification", "impact_statement", "action_statement"}
_MEMBERS: Final = {
    VERSION: _STATEMENT | {"action_statement_timestamp"},
    "0.0": _STATEMENT | {"action_statement_timestamp", "subcomponents", "vuln_description"},
}


def is_openvex(document: JsonValue) -> bool:
    """Tell whether a document says that it is OpenVEX, or an in-toto statement around one."""
    return _text(document, "@context").startswith(CONTEXT) or (
        _text(document, "_type") in _STATEMENT_TYPES
        and _text(document, "predicateType").startswith(CONTEXT)
    )


def read_openvex(document: JsonValue) -> VexDocument:
    """Read an OpenVEX document, or an in-toto statement whose predicate is one.

    Raises:
        MalformedError: Another format or version, or no id, author or list of statements.
    """
    if document.optional("_type") is None:
        return _Reader(document, ()).read()
    if document.field("_type").text() not in _STATEMENT_TYPES:
        raise MalformedError("not an in-toto statement", where="_type")
    return _Reader(document.field("predicate"), _subjects(document)).read()


class _Reader:
    def __init__(self, document: JsonValue, subjects: tuple[VexProduct, ...]) -> None:
        self.document = document
        self.subjects = subjects
        self.version = _version(document.field("@context"))
        self.foreign = list[JsonValue]()
        self.issued_at = _time(document, "timestamp")

    def read(self) -> VexDocument:
        document = self.document
        read = [self._read_one(item) for item in document.field("statements").items()]
        return VexDocument(
            id=_needed(document, "@id"),
            author="" if _needed(document, "author") == NOBODY else _needed(document, "author"),
            role=document.optional_text("role"),
            issued_at=self.issued_at,
            updated_at=_time(document, "last_updated"),
            version=version_number(document.optional("version")),
            tooling=document.optional_text("tooling"),
            statements=tuple(one for one in read if isinstance(one, VexStatement)),
            unread=tuple(one for one in read if isinstance(one, UnreadStatement)),
            notes=tuple(self._notes()),
            format=f"OpenVEX {self.version}{'' if self.version == VERSION else '.x'}",
        )

    def _notes(self) -> Iterator[NotChecked]:
        """Yield the members that the format has no meaning for, as JSON-LD passes over them."""
        old = frozenset({"supplier", "format"} if self.version != VERSION else ())
        found = [one for name, one in self.document.members() if name not in _DOCUMENT | old]
        for member in (*found, *self.foreign):
            why = "OpenVEX knows none of this name; what it says was not looked at"
            yield NotChecked(what="member", where=printable(member.where), why=why)

    def _read_one(self, value: JsonValue) -> VexStatement | UnreadStatement:
        try:
            return self._statement(value)
        except MalformedError as error:
            where = printable(error.where or value.where)
            names, products = self._about(value)
            return UnreadStatement(where=where, why=error.what, names=names, products=products)

    def _about(self, value: JsonValue) -> tuple[tuple[str, ...], tuple[VexProduct, ...]]:
        """Return what an unreadable statement names: nothing, where it may be about anything."""
        names, products = tuple[str, ...](), tuple[VexProduct, ...]()
        try:
            vulnerability = read_vulnerability(value, old=self.version != VERSION)
            names = tuple(sorted(vulnerability.names))
            products = self._products(value)
        except MalformedError:  # what is left empty stands for any
            return names, products
        return names, products

    def _products(self, value: JsonValue) -> tuple[VexProduct, ...]:
        return read_products(value, old=self.version != VERSION) or self.subjects

    def _statement(self, value: JsonValue) -> VexStatement:
        known = _MEMBERS[self.version]
        self.foreign.extend(member for name, member in value.members() if name not in known)
        version, action = value.optional("version"), value.optional_text("action_statement")
        statement = VexStatement(
            vulnerability=read_vulnerability(value, old=self.version != VERSION),
            products=self._products(value),
            status=value.field("status").parsed(_status),
            justification=_justification(value),
            impact_statement=value.optional_text("impact_statement"),
            action_statement="" if action == NO_ACTION else action,
            action_at=_time(value, "action_statement_timestamp"),
            supplier=value.optional_text("supplier"),
            id=value.optional_text("@id"),
            version=None if version is None else version_number(version),
            issued_at=_time(value, "timestamp") or self.issued_at,
            updated_at=_time(value, "last_updated"),
        )
        return _apply_tags(statement, value.optional_text("status_notes"))


def _apply_tags(statement: VexStatement, notes: str) -> VexStatement:
    """Return the statement with its notes, and with what stands in them as tags."""
    text, tags = split_tags(notes)
    reason = parse_raw_justification(tags.get(JUSTIFICATION, ""))
    made_up = reason and statement.impact_statement == raw_reason(reason)
    return replace(
        statement,
        notes=text,
        expires_at=parse_time(tags[EXPIRES]) if EXPIRES in tags else None,
        raw_justification=reason,
        raw_status=parse_raw_status(tags.get(STATUS, ""), statement.status),
        responses=tuple(filter(None, tags.get(RESPONSES, "").split(","))),
        impact_statement="" if made_up else statement.impact_statement,
    )


def _subjects(statement: JsonValue) -> tuple[VexProduct, ...]:
    """Return the subjects of an in-toto statement as products: a name, and its digests."""
    found = list[VexProduct]()
    for item in statement.field("subject").items():
        named = parse_target(_needed(item, "name"))
        digests = item.optional("digest")
        hashes = [] if digests is None else [f"{k}:{v.text()}" for k, v in digests.members()]
        found.append(VexProduct(target=replace(named, hashes=tuple(sorted(hashes)))))
    return tuple(found)


def _version(context: JsonValue) -> str:
    text = context.text()
    known = _VERSIONS.get(text.removeprefix(CONTEXT)) if text.startswith(CONTEXT) else None
    if known is None:
        raise MalformedError(
            f"{text!r} is no OpenVEX context that is known",
            where=context.where,
            hint=f"known are {CONTEXT} and {CONTEXT}/v{VERSION}",
        )
    return known


def _status(text: str) -> Status:
    if text not in {str(status) for status in Status}:
        raise MalformedError(f"{text!r} is no status of VEX")
    return Status(text)


def _justification(value: JsonValue) -> Justification | None:
    found = value.optional("justification")
    if found is None or found.text() == "":
        return None
    if found.text() not in {str(one) for one in Justification}:
        raise MalformedError(f"{found.text()!r} is no justification of VEX", where=found.where)
    return Justification(found.text())


def _time(value: JsonValue, name: str) -> datetime | None:
    found = value.optional(name)
    return None if found is None else found.parsed(parse_time)


def _needed(value: JsonValue, name: str) -> str:
    found = value.field(name)
    if not found.text().strip():
        raise MalformedError(f"an empty {name}", where=found.where)
    return found.text()


def _text(document: JsonValue, name: str) -> str:
    found = document.optional(name)
    return found.value if found is not None and isinstance(found.value, str) else ""
