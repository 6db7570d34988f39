"""VEX in CycloneDX: the analyses of vulnerabilities in a BOM, or in a document of their own.

* A vulnerability without an analysis is known to somebody, and nothing is said about its effect.
* `affects[].versions` limit an analysis to those that it is about: of "not affected" the
  unaffected ones. What such a list says otherwise is kept as unread, never as "not affected".
* One that names no product may be about any, so that it is unread.
* What has no member in CycloneDX stands in properties `assay:vex:…`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.sbom.formats.properties import Properties, our_properties
from assay.vuln.vex.bomlinks import normal_link
from assay.vuln.vex.cyclonedxaffects import limit_product, split_versions
from assay.vuln.vex.cyclonedxparts import PREFIX, BomNames, read_names
from assay.vuln.vex.documentversion import version_number
from assay.vuln.vex.statement import (
    Justification,
    Status,
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.targets import BOM_LINK, join_products
from assay.vuln.vex.words import (
    FALSE_POSITIVE,
    FROM_CYCLONEDX,
    STATUS_FROM_CYCLONEDX,
    STATUS_TO_CYCLONEDX,
    TO_CYCLONEDX,
)

_READ: Final = frozenset(
    {"bom-ref", "id", "source", "references", "description", "recommendation", "analysis"}
) | {"affects", "properties"}


def is_cyclonedx_vex(document: JsonValue) -> bool:
    """Tell whether a document says that it is CycloneDX; any can hold VEX."""
    name = document.optional("bomFormat")
    return name is not None and name.value == "CycloneDX"


def read_cyclonedx_vex(document: JsonValue) -> VexDocument:
    """Read the analyses in a CycloneDX document of any version that knows them (1.4 and later).

    Raises:
        MalformedError: It breaks a rule of its version.
    """
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: JsonValue) -> None:
        self.document = document
        self.names: BomNames = read_names(document)
        self.metadata = document.optional("metadata") or JsonValue({})
        self.issued_at = _time(self.metadata, "timestamp")
        self.left_out: Counter[str] = Counter()
        self.unread = list[UnreadStatement]()
        self.silent = 0

    def read(self) -> VexDocument:
        sbom, ours = self.names.sbom, _properties(self.metadata)
        values = self.document.optional_items("vulnerabilities")
        statements = [one for value in values for one in self._read_one(value)]
        return VexDocument(
            id=_property(ours, "id") or sbom.serial,
            author=", ".join(filter(None, sbom.authors)) or sbom.supplier or self._manufacturer(),
            role=_property(ours, "role"),
            issued_at=self.issued_at,
            updated_at=_property_time(ours, "updatedAt"),
            version=version_number(self.document.optional("version")),
            tooling=_property(ours, "tooling") or ", ".join(sbom.tools),
            statements=tuple(statements),
            unread=tuple(self.unread),
            notes=tuple(self._notes()),
            format=sbom.format,
            left_out=MappingProxyType(dict(sorted(self.left_out.items()))),
        )

    def _manufacturer(self) -> str:
        """Return who made the product, under its name before 1.6 or since."""
        for name in ("manufacturer", "manufacture"):
            found = self.metadata.optional(name)
            if found is not None:
                return found.optional_text("name")
        return ""

    def _notes(self) -> Iterator[NotChecked]:
        if self.silent:
            why = f"{self.silent} without an analysis: nothing is said about their effect"
            yield NotChecked(what="vulnerabilities", where="vulnerabilities", why=why)

    def _read_one(self, value: JsonValue) -> list[VexStatement]:
        analysis = value.optional("analysis")
        if analysis is None or not analysis.members():
            self.silent += 1
            return []
        self.left_out.update(
            f"vulnerabilities.{name}" for name, _ in value.members() if name not in _READ
        )
        try:
            return [self._statement(value, analysis)]
        except MalformedError as error:
            self._keep_unread(value, error.where or value.where, error.what)
            return []

    def _keep_unread(
        self, value: JsonValue, where: str, why: str, products: tuple[VexProduct, ...] = ()
    ) -> None:
        names = {value.optional_text("id")}.union(_aliases(value))
        self.unread.append(
            UnreadStatement(
                where=printable(where),
                why=printable(why),
                names=tuple(sorted(filter(None, names))),
                products=products,
            )
        )

    def _statement(self, value: JsonValue, analysis: JsonValue) -> VexStatement:
        state = analysis.field("state").text()
        status = STATUS_FROM_CYCLONEDX[state]
        ours = _properties(value)
        reason = analysis.optional_text("justification")
        justification = _justification(ours, reason)
        source = value.optional("source") or JsonValue({})
        if source.optional("name") is not None:
            self.left_out["vulnerabilities.source.name"] += 1
        statement = VexStatement(
            vulnerability=VexVulnerability(
                name=value.field("id").text(),
                aliases=_aliases(value),
                iri=source.optional_text("url"),
                description=value.optional_text("description"),
            ),
            products=self._products(value, status),
            status=status,
            justification=justification,
            raw_justification=_raw(reason, justification),
            raw_status="" if STATUS_TO_CYCLONEDX[status] == state else state,
            impact_statement=_impact(ours, analysis, status, state),
            responses=tuple(item.text() for item in analysis.optional_items("response")),
        )
        return _with_the_rest(statement, value, analysis, self.issued_at)

    def _products(self, value: JsonValue, status: Status) -> tuple[VexProduct, ...]:
        found, others = list[VexProduct](), list[VexProduct]()
        for item in value.optional_items("affects"):
            product = self._named(item.field("ref"))
            versions = item.optional("versions")
            if versions is None:
                found.append(product)
                continue
            meant, contrary = split_versions(versions, status)
            found.extend([limit_product(product, meant)] if meant else [])
            others.extend([limit_product(product, contrary)] if contrary else [])
        if others and status in {Status.NOT_AFFECTED, Status.FIXED}:
            why = f"the state is {status}, the status of some versions another"
            self._keep_unread(value, f"{value.where}.affects", why, tuple(others))
        if not found:
            raise MalformedError("it names no product", where=f"{value.where}.affects")
        return join_products(tuple(found))

    def _named(self, reference: JsonValue) -> VexProduct:
        text = reference.text()
        if text.startswith(BOM_LINK):
            link, mark, name = text.partition("#")
            if f"{link}{mark}" != self.names.link:
                return VexProduct(target=VexTarget(ids=(normal_link(text),)))
            text = unquote(name)
        return JsonValue(text, reference.where).parsed(self.names.product_of)


def _with_the_rest(
    statement: VexStatement, value: JsonValue, analysis: JsonValue, issued_at: datetime | None
) -> VexStatement:
    """Return the statement with its times, and what only our properties say."""
    ours = _properties(value)
    number = ours.get(f"{PREFIX}version", ())
    detail = analysis.optional_text("detail")
    calm = statement.status is Status.NOT_AFFECTED
    return replace(
        statement,
        notes=_property(ours, "notes") if calm else detail,
        action_statement=_property(ours, "action") or value.optional_text("recommendation"),
        action_at=_property_time(ours, "actionAt"),
        supplier=_property(ours, "supplier"),
        id=_property(ours, "id"),
        version=version_number(number[0]) if number else None,
        issued_at=_time(analysis, "firstIssued") or issued_at,
        updated_at=_time(analysis, "lastUpdated"),
        expires_at=_property_time(ours, "expires"),
    )


def _aliases(value: JsonValue) -> tuple[str, ...]:
    """Return the ids of the same vulnerability elsewhere (`references` "that are equivalent")."""
    return tuple(item.field("id").text() for item in value.optional_items("references"))


def _impact(ours: Properties, analysis: JsonValue, status: Status, state: str) -> str:
    if status is not Status.NOT_AFFECTED:
        return _property(ours, "impact")
    detail = analysis.optional_text("detail")
    return FALSE_POSITIVE if state == "false_positive" and not detail.strip() else detail


def _justification(ours: Properties, reason: str) -> Justification | None:
    """Return the reason: our word, which the property keeps, or that of CycloneDX."""
    word = _property(ours, "justification")
    if word and word not in {str(one) for one in Justification}:
        raise MalformedError(f"{word!r} is no justification of VEX")
    return Justification(word) if word else FROM_CYCLONEDX.get(reason)


def _raw(reason: str, ours: Justification | None) -> str:
    """Return CycloneDX's word where it is more than what ours is written as."""
    return "" if ours is not None and TO_CYCLONEDX.get(ours) == reason else reason


def _properties(value: JsonValue) -> Properties:
    return our_properties(value.optional_items("properties"))


def _property(ours: Properties, name: str) -> str:
    found = ours.get(f"{PREFIX}{name}", ())
    if len(found) > 1:
        raise MalformedError(f"the property {name!r} stands twice", where=found[1].where)
    return found[0].text() if found else ""


def _property_time(ours: Properties, name: str) -> datetime | None:
    found = ours.get(f"{PREFIX}{name}", ())
    _property(ours, name)  # refuses two
    return found[0].parsed(parse_time) if found else None


def _time(value: JsonValue, name: str) -> datetime | None:
    found = value.optional(name)
    return None if found is None else found.parsed(parse_time)
