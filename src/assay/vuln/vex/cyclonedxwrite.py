"""The one model, written as a CycloneDX 1.6 document of its own.

* A document about one product has it as its subject, and the components that are spoken of beside
  it. Of several products, each contains its components, so that no entry loses its product.
* What CycloneDX has no member for stands in properties `assay:vex:…`, so that it is found again.
* What points into another BOM stays a BOM-Link.
* The same model gives the same document.
"""

import re
from collections.abc import Callable, Container
from datetime import datetime
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import parse_purl
from assay.sbom.formats.serial import derived_uuid
from assay.vuln.vex.cyclonedxthings import VERSION, Things, render_properties, sayable_statements
from assay.vuln.vex.statement import (
    Loss,
    Status,
    VexDocument,
    VexStatement,
    VexTarget,
    WrittenVex,
)
from assay.vuln.vex.targets import exact_time, unique_objects
from assay.vuln.vex.words import (
    CYCLONEDX_RESPONSES,
    FALSE_POSITIVE,
    FROM_CYCLONEDX,
    STATUS_FROM_CYCLONEDX,
    STATUS_TO_CYCLONEDX,
    TO_CYCLONEDX,
)

_SERIAL: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_VERSION_STATUS: Final = {
    Status.NOT_AFFECTED: "unaffected",
    Status.FIXED: "unaffected",
    Status.AFFECTED: "affected",
    Status.UNDER_INVESTIGATION: "unknown",
}


def write_cyclonedx_vex(document: VexDocument) -> WrittenVex:
    """Return the CycloneDX object for `document`, and what it does not hold.

    Raises:
        MalformedError: Nothing that could be written.
    """
    if not document.statements:
        raise MalformedError("no statement to write")
    losses = list[Loss]()
    statements = tuple(sayable_statements(document.statements, losses))
    if not statements:
        raise MalformedError(
            "no statement that CycloneDX can say", hint=str(losses[0]) if losses else ""
        )
    things = Things(statements)
    written: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": VERSION,
        "version": max(document.version, 1),
        "metadata": _metadata(document, things),
        "vulnerabilities": unique_objects(
            render_entry(statement, things.reference, where, losses)
            for where, statement in statements
        ),
    }
    if things.components():
        written["components"] = things.components()
    serial = document.id if _SERIAL.match(document.id) else derived_uuid(written)
    return WrittenVex(document={"serialNumber": serial} | written, losses=tuple(sorted(losses)))


def _metadata(document: VexDocument, things: "Things") -> dict[str, object]:
    metadata: dict[str, object] = {}
    if document.issued_at is not None:
        metadata["timestamp"] = exact_time(document.issued_at)
    if document.author:
        metadata["authors"] = [{"name": document.author}]
    if things.subject is not None:
        metadata["component"] = things.subject
    properties = render_properties(
        {
            "id": "" if _SERIAL.match(document.id) else document.id,
            "role": document.role,
            "tooling": document.tooling,
            "updatedAt": _time(document.updated_at),
        }
    )
    return metadata | ({"properties": properties} if properties else {})


Pointing = Callable[[VexTarget, VexTarget | None], str]  # a product, and a component inside it


def render_entry(
    statement: VexStatement, reference: Pointing, where: str, losses: list[Loss]
) -> dict[str, object]:
    """Return the vulnerability of one statement; `reference` tells what to point at."""
    return _Entry(statement, reference, where, losses).write()


class _Entry:
    def __init__(
        self, statement: VexStatement, reference: Pointing, where: str, losses: list[Loss]
    ) -> None:
        self.statement = statement
        self.reference = reference
        self.where = where
        self.losses = losses

    def write(self) -> dict[str, object]:
        said = self.statement.vulnerability
        written: dict[str, object] = {"id": said.name}
        if said.iri:
            written["source"] = {"url": said.iri}
        if said.aliases:
            written["references"] = [
                {"id": name, "source": {}} for name in dict.fromkeys(said.aliases)
            ]
        if said.description:
            written["description"] = said.description
        if self.statement.action_statement:
            written["recommendation"] = self.statement.action_statement
        written["analysis"] = self._analysis()
        written["affects"] = self._affects()
        properties = self._properties()
        return written | ({"properties": properties} if properties else {})

    def _analysis(self) -> dict[str, object]:
        statement = self.statement
        state = self._known(statement.raw_status, STATUS_FROM_CYCLONEDX, "the status")
        reason = self._known(statement.raw_justification, FROM_CYCLONEDX, "the justification")
        state = state or STATUS_TO_CYCLONEDX[statement.status]
        if statement.justification and not reason:
            reason = TO_CYCLONEDX.get(statement.justification, "")
        detail = statement.notes
        if statement.status is Status.NOT_AFFECTED:
            made_up = statement.impact_statement == FALSE_POSITIVE and state == "false_positive"
            detail = "" if made_up else statement.impact_statement
        answers = (
            self._known(one, CYCLONEDX_RESPONSES, "the response") for one in statement.responses
        )
        known = [one for one in answers if one]
        analysis: dict[str, object] = {"state": state}
        analysis |= {"justification": reason} if reason else {}
        analysis |= {"response": known} if known else {}
        analysis |= {"detail": detail} if detail else {}
        return analysis | _texts(
            {
                "firstIssued": _time(statement.issued_at),
                "lastUpdated": _time(statement.updated_at),
            }
        )

    def _affects(self) -> list[dict[str, object]]:
        """Return one entry for each thing that is pointed at."""
        found = list[dict[str, object]]()
        for product in self.statement.products:
            for part in product.subcomponents or (None,):
                reference = self.reference(product.target, part)
                found.append({"ref": reference} | self._versions(part or product.target))
        return unique_objects(found)

    def _versions(self, target: VexTarget) -> dict[str, object]:
        status = _VERSION_STATUS[self.statement.status]
        limits = [{"version": text, "status": status} for text in target.versions]
        limits += [{"range": text, "status": status} for text in target.ranges]
        if target.all_versions and not limits:
            limits = [{"range": f"vers:{_scheme(target)}/*", "status": status}]
        return {"versions": limits} if limits else {}

    def _properties(self) -> list[dict[str, str]]:
        statement = self.statement
        calm = statement.status is Status.NOT_AFFECTED
        ours = statement.justification
        exact = (
            ours is None
            or FROM_CYCLONEDX.get(statement.raw_justification or TO_CYCLONEDX.get(ours, "")) is ours
        )
        return render_properties(
            {
                "id": statement.id,
                "version": "" if statement.version is None else str(statement.version),
                "supplier": statement.supplier,
                "justification": "" if exact else str(ours),
                "impact": "" if calm else statement.impact_statement,
                "notes": statement.notes if calm else "",
                "actionAt": _time(statement.action_at),
                "expires": _time(statement.expires_at),
            }
        )

    def _known(self, word: str, words: Container[str], what: str) -> str:
        """Return a word that CycloneDX has; one of another format is lost, and that is told."""
        if not word or word in words:
            return word
        why = "CycloneDX has no word for it"
        self.losses.append(Loss(where=self.where, what=f"{what} {word}", why=why))
        return ""


def _scheme(target: VexTarget) -> str:
    return parse_purl(target.purl).type if target.purl else "generic"


def _texts(members: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in members.items() if text}


def _time(at: datetime | None) -> str:
    return "" if at is None else exact_time(at)
