"""The one model of VEX, written as CSAF 2.0 in the profile VEX (section 4.5).

* The same model gives the same document, and it meets every mandatory test.
* CSAF lets a product have one status for one vulnerability: where several were said, the one that
  was said last is written, and the others are told as left out.
* When a statement ends, and words that only other formats have, stand as tags (`vuln.vex.tags`)
  in the details of a threat or a remediation: these belong to one product, and notes do not.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.formats.serial import derived_uuid
from assay.vuln.clusters import is_cve
from assay.vuln.csaf.vexhead import about_document, release_times
from assay.vuln.csaf.vexlosses import lost_members
from assay.vuln.csaf.vexread import (
    NO_ACTION,
    ONLY_DATED,
    RESPONSES_OF,
    nothing_said,
)
from assay.vuln.csaf.vextree import ProductTree, unwritable
from assay.vuln.vex.statement import (
    Loss,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    WrittenVex,
)
from assay.vuln.vex.tags import (
    EXPIRES,
    JUSTIFICATION,
    RESPONSES,
    STATUS,
    add_tags,
    is_word,
)
from assay.vuln.vex.targets import exact_time
from assay.vuln.vex.words import raw_reason

_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}\Z")
_LISTS: Final[Mapping[Status, str]] = {
    Status.AFFECTED: "known_affected",
    Status.FIXED: "fixed",
    Status.NOT_AFFECTED: "known_not_affected",
    Status.UNDER_INVESTIGATION: "under_investigation",
}
_CATEGORIES: Final = {response: category for category, response in RESPONSES_OF.items()}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def write_csaf(document: VexDocument) -> WrittenVex:
    """Return the CSAF object for `document`, and what it does not hold.

    Raises:
        MalformedError: There is no statement, no time, or a version that is no number of
            revisions: CSAF needs all three.
    """
    if not document.statements:
        raise MalformedError("no statement that CSAF can say")
    losses: list[Loss] = []
    tree = ProductTree(one for said in document.statements for one in said.products)
    named: dict[str, list[VexStatement]] = {}
    for statement in document.statements:
        named.setdefault(statement.vulnerability.name, []).append(statement)
    first, last = release_times(document)
    written = [_Vulnerability(named[name], tree, losses, last).write() for name in sorted(named)]
    losses += _lost_names(document.statements)
    losses += lost_members(document)
    whole: dict[str, object] = {
        "document": {},
        "product_tree": tree.as_json(),
        "vulnerabilities": written,
    }
    identifier = document.id.strip() or derived_uuid(whole)
    whole["document"] = about_document(document, identifier=identifier, first=first, last=last)
    return WrittenVex(document=whole, losses=tuple(sorted(set(losses))))


class _Vulnerability:
    """The statements on one vulnerability, each product with the newest of them."""

    def __init__(
        self,
        statements: list[VexStatement],
        tree: ProductTree,
        losses: list[Loss],
        released_at: datetime,
    ) -> None:
        self.name = statements[0].vulnerability.name
        self.statements = sorted(
            statements, key=lambda one: (one.dated_at or _NEVER, repr(one)), reverse=True
        )
        self.tree = tree
        self.losses = losses
        self.released_at = released_at
        self.status: dict[str, list[str]] = {}
        self.flags: list[dict[str, object]] = []
        self.threats: list[dict[str, object]] = []
        self.remediations: list[dict[str, object]] = []

    def write(self) -> dict[str, object]:
        """Return the object."""
        said: set[str] = set()
        for statement in self.statements:
            ids = sorted({one for product in statement.products for one in self.tree.ids[product]})
            new = [one for one in ids if one not in said]
            if len(new) < len(ids):
                self._lose(statement)
            said.update(new)
            if new:
                self._add(statement, new)
        parts: dict[str, object] = {
            **self._names(),
            "flags": self.flags,
            "notes": self._notes(),
            "product_status": {name: sorted(ids) for name, ids in self.status.items()},
            "remediations": self.remediations,
            "threats": self.threats,
        }
        return {name: value for name, value in parts.items() if value}

    def _add(self, statement: VexStatement, ids: list[str]) -> None:
        self.status.setdefault(_LISTS[statement.status], []).extend(ids)
        tags = {
            EXPIRES: exact_time(statement.expires_at) if statement.expires_at else "",
            JUSTIFICATION: statement.raw_justification,
            STATUS: statement.raw_status,
        }
        if statement.status in {Status.AFFECTED, Status.UNDER_INVESTIGATION}:
            self._lose_time(statement)
        if statement.status is Status.AFFECTED:
            self._add_remediation(statement, ids, tags)
            if statement.impact_statement:
                self._add_threat(statement.impact_statement, ids, {})
        else:
            words = ",".join(filter(is_word, statement.responses))
            self._add_impact(statement, ids, tags | {RESPONSES: words})

    def _add_impact(self, statement: VexStatement, ids: list[str], tags: dict[str, str]) -> None:
        """Add why; and when, if that is earlier than the release, for it makes nothing younger."""
        calm = statement.status is not Status.UNDER_INVESTIGATION
        earlier = calm and statement.dated_at not in {None, self.released_at}
        at = statement.dated_at if earlier else None
        date: dict[str, object] = {} if at is None else {"date": exact_time(at)}
        if statement.justification:
            flag = {"label": str(statement.justification), "product_ids": ids}
            self.flags.append(flag | date)
        impact = statement.impact_statement
        if statement.raw_justification and not (impact or statement.justification):
            impact = raw_reason(statement.raw_justification)
        if date and not (impact or statement.justification):
            impact = ONLY_DATED
        details = add_tags(impact, tags)
        if details:
            self._add_threat(details, ids, date)

    def _add_threat(self, details: str, ids: list[str], date: dict[str, object]) -> None:
        threat = {"category": "impact", "details": details, "product_ids": ids}
        self.threats.append(threat | date)

    def _add_remediation(
        self, statement: VexStatement, ids: list[str], tags: dict[str, str]
    ) -> None:
        """Add what is to be done; the first word that CSAF has for it is its category."""
        known = [_CATEGORIES[one] for one in statement.responses if one in _CATEGORIES]
        unsaid = "mitigation" if statement.action_statement else "none_available"
        said = tuple(RESPONSES_OF[category] for category in known[:1])
        if statement.responses != said:
            tags = tags | {RESPONSES: ",".join(filter(is_word, statement.responses))}
        details = add_tags(statement.action_statement or NO_ACTION, tags)
        written: dict[str, object] = {
            "category": (known or [unsaid])[0],
            "details": details,
            "product_ids": ids,
        }
        if statement.action_at is not None:
            written["date"] = exact_time(statement.action_at)
        self.remediations.append(written)

    def _lose_time(self, statement: VexStatement) -> None:
        if statement.dated_at not in {None, self.released_at}:
            what = f"the time of {statement.status} of {_told(statement.products)}"
            why = "CSAF has the time of the release alone"
            self.losses.append(Loss(where=self.name, what=what, why=why))

    def _names(self) -> dict[str, object]:
        aliases = {name for one in self.statements for name in one.vulnerability.aliases}
        names = sorted(aliases - {self.name})
        cve = self.name if _CVE.match(self.name) else ""
        others = [name for name in names if not is_cve(name)]
        for name in names:
            if is_cve(name):
                why = "two CVEs are never one"
                self.losses.append(Loss(where=self.name, what=f"the alias {name}", why=why))
        ids = others if cve else [self.name, *others]
        named = [{"system_name": _system(name), "text": name} for name in ids]
        return {key: value for key, value in {"cve": cve, "ids": named}.items() if value}

    def _notes(self) -> list[dict[str, object]]:
        """Return the description, and what was noted; the profile wants one note at least."""
        described = [one.vulnerability.description for one in self.statements]
        text = next(filter(None, described), nothing_said(self.name))
        noted = dict.fromkeys(one.notes for one in self.statements if one.notes)
        said = [("description", text), *(("general", note) for note in noted)]
        return [{"category": category, "text": note} for category, note in said]

    def _lose(self, statement: VexStatement) -> None:
        self.losses.append(
            Loss(
                where=self.name,
                what=f"{statement.status} of {_told(statement.products)}",
                why="CSAF lets a product have one status, and another was said later",
                whole=True,
            )
        )


def _lost_names(statements: Iterable[VexStatement]) -> list[Loss]:
    return [
        Loss(where=f"{one.vulnerability.name}, {target.label}", what=what, why=why)
        for one in statements
        for product in one.products
        for target in (product.target, *product.subcomponents)
        for what, why in unwritable(target)
    ]


def _system(name: str) -> str:
    return name.partition("-")[0] or name


def _told(products: tuple[VexProduct, ...]) -> str:
    return ", ".join(product.target.label for product in products[:3])
