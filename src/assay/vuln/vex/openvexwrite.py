"""The one model, written as OpenVEX 0.2.0.

* A statement that OpenVEX could only write so that it says more is left out, and told: a range of
  versions, or a package without a version, would become "every version".
* When it ends, and words that only other formats have, stand as tags in `status_notes`
  (`vuln.vex.tags`): the schema closes every object.
* The same model gives the same document.
"""

from collections.abc import Container
from datetime import datetime
from typing import Final
from urllib.parse import quote

from assay.core.errors import MalformedError
from assay.core.purl import canonical_purl
from assay.sbom.component import UNNAMED
from assay.sbom.formats.serial import derived_uuid
from assay.vuln.vex.openvexparts import HASHES
from assay.vuln.vex.openvexread import CONTEXT, NO_ACTION, NOBODY, VERSION
from assay.vuln.vex.statement import (
    Loss,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
    WrittenVex,
)
from assay.vuln.vex.tags import EXPIRES, JUSTIFICATION, RESPONSES, STATUS, add_tags, is_word
from assay.vuln.vex.targets import (
    BOM_LINK,
    exact_time,
    own_version,
    unique_objects,
    versioned_purl,
    with_version,
)
from assay.vuln.vex.words import (
    FROM_CYCLONEDX,
    STATUS_FROM_CYCLONEDX,
    raw_reason,
)

_OURS: Final = {ours: theirs for theirs, ours in HASHES.items()}


def write_openvex(document: VexDocument) -> WrittenVex:
    """Return the OpenVEX object for `document`, and what it does not hold.

    Raises:
        MalformedError: Nothing that could be written, or no time: OpenVEX needs both.
    """
    losses = list[Loss]()
    statements = list[dict[str, object]]()
    for number, statement in enumerate(document.statements):
        where = f"statements[{number}] on {statement.vulnerability.name}"
        written = _StatementWriter(statement, where, losses).write()
        if written:
            statements.append(written)
    if not statements:
        raise MalformedError("no statement that OpenVEX can say", hint=_first(losses))
    whole = _around(document, unique_objects(statements))
    return WrittenVex(document=whole, losses=tuple(sorted(losses)))


def _around(document: VexDocument, statements: list[dict[str, object]]) -> dict[str, object]:
    issued_at = document.issued_at or _earliest(document)
    if issued_at is None:
        hint = "assay vex convert --issued"
        raise MalformedError("no time, which OpenVEX needs, in document or statement", hint=hint)
    whole: dict[str, object] = {
        "@context": f"{CONTEXT}/v{VERSION}",
        "author": document.author or NOBODY,
        "timestamp": exact_time(issued_at),
        "version": max(document.version, 1),
        "statements": statements,
    }
    whole |= _texts({"role": document.role, "tooling": document.tooling})
    whole |= _times({"last_updated": document.updated_at})
    return whole | {"@id": document.id or derived_uuid(whole)}


def _earliest(document: VexDocument) -> datetime | None:
    times = [one.dated_at for one in document.statements if one.dated_at is not None]
    return min(times, default=None)


class _StatementWriter:
    def __init__(self, statement: VexStatement, where: str, losses: list[Loss]) -> None:
        self.statement = statement
        self.where = where
        self.losses = losses

    def write(self) -> dict[str, object]:
        """Return the object; empty where no product of the statement can be written."""
        statement = self.statement
        products = [one for product in statement.products for one in self._products(product)]
        if not products:
            return {}
        written: dict[str, object] = {
            "vulnerability": _vulnerability(statement.vulnerability),
            "products": unique_objects(products),
            "status": str(statement.status),
        }
        written |= _texts(
            {
                "@id": statement.id,
                "supplier": statement.supplier,
                "status_notes": add_tags(statement.notes, self._tags()),
                "justification": str(statement.justification or ""),
                "impact_statement": self._impact(),
                "action_statement": self._action(),
            }
        )
        if statement.version is not None:
            written["version"] = statement.version
        return written | _times(
            {
                "timestamp": statement.issued_at,
                "last_updated": statement.updated_at,
                "action_statement_timestamp": statement.action_at,
            }
        )

    def _tags(self) -> dict[str, str]:
        """Return what OpenVEX has no member for; words of formats but CycloneDX are lost."""
        statement = self.statement
        ends = statement.expires_at
        for one in statement.responses:
            self._known(one, {one} if is_word(one) else {})
        return {
            EXPIRES: exact_time(ends) if ends else "",
            JUSTIFICATION: self._known(statement.raw_justification, FROM_CYCLONEDX),
            STATUS: self._known(statement.raw_status, STATUS_FROM_CYCLONEDX),
            RESPONSES: ",".join(filter(is_word, statement.responses)),
        }

    def _known(self, word: str, words: Container[str]) -> str:
        if not word or word in words:
            return word
        why = "OpenVEX has no word for it"
        self.losses.append(Loss(where=self.where, what=f"the word {word}", why=why))
        return ""

    def _impact(self) -> str:
        statement = self.statement
        if statement.impact_statement or statement.justification:
            return statement.impact_statement
        return raw_reason(statement.raw_justification) if statement.raw_justification else ""

    def _action(self) -> str:
        statement = self.statement
        affected = statement.status is Status.AFFECTED
        return statement.action_statement or (NO_ACTION if affected else "")

    def _products(self, product: VexProduct) -> list[dict[str, object]]:
        parts = [one for part in product.subcomponents for one in self._targets(part)]
        if product.subcomponents and not parts:
            return []  # without them it would be about the whole product
        inside: dict[str, object] = {"subcomponents": unique_objects(parts)} if parts else {}
        return [target | inside for target in self._targets(product.target)]

    def _targets(self, target: VexTarget) -> list[dict[str, object]]:
        try:
            return self._named(target)
        except MalformedError as error:  # a version that its type of package cannot have
            self._lose_whole(target, error.what)
            return []

    def _named(self, target: VexTarget) -> list[dict[str, object]]:
        """Return a target as objects: one for each version that it is limited to."""
        if target.ranges:
            self._lose_whole(
                target, f"OpenVEX has no ranges of versions: {', '.join(target.ranges)}"
            )
        if target.versions:
            return [one for version in target.versions for one in self._at(target, version)]
        if target.ranges:
            return []
        if target.purl and not (own_version(target) or target.all_versions):
            self._lose_whole(
                target, "OpenVEX takes a package without a version for every version of it"
            )
            return []
        return [self._target(target, _spelled(target) or versioned_purl(target))]

    def _at(self, target: VexTarget, version: str) -> list[dict[str, object]]:
        """Return a target at one of the versions that it is limited to."""
        if own_version(target) not in {"", version}:
            return []  # limited to another version than its own: none
        if target.purl:
            return [self._target(target, with_version(target.purl, version))]
        if target.name:
            return [self._target(VexTarget(name=target.name, version=version), "")]
        self._lose_whole(
            target, f"OpenVEX cannot say version {version!r} of a product without a package URL"
        )
        return []

    def _target(self, target: VexTarget, purl: str) -> dict[str, object]:
        iris = [one for one in target.ids if not one.startswith(BOM_LINK)]
        links = [one for one in target.ids if one.startswith(BOM_LINK)]
        unnamed = "" if target.cpes else _unnamed(target)
        names = [*iris[:1], *filter(None, [purl]), *links, *filter(None, [unnamed])]
        written: dict[str, object] = {"@id": names[0]} if names else {}
        identifiers = self._identifiers(target, purl if names[:1] != [purl] else "")
        hashes = self._hashes(target)
        self._lose(target, [*iris[1:], *(links if iris or purl else links[1:])], "a further name")
        written |= {"identifiers": identifiers} if identifiers else {}
        return written | ({"hashes": hashes} if hashes else {})

    def _identifiers(self, target: VexTarget, purl: str) -> dict[str, str]:
        found = _texts({"purl": purl})
        for name, prefix in (("cpe23", "cpe:2.3:"), ("cpe22", "cpe:/")):
            cpes = [cpe for cpe in target.cpes if cpe.startswith(prefix)]
            found |= _texts({name: cpes[0] if cpes else ""})
            self._lose(target, cpes[1:], "a further CPE")
        return found

    def _hashes(self, target: VexTarget) -> dict[str, str]:
        found = dict[str, str]()
        for text in target.hashes:
            algorithm, _, value = text.partition(":")
            if algorithm in _OURS and _OURS[algorithm] not in found:
                found[_OURS[algorithm]] = value
            else:
                self._lose(target, [text], "a hash that OpenVEX has no name for")
        return found

    def _lose(self, target: VexTarget, texts: list[str], why: str) -> None:
        where = f"{self.where}, {target.label}"
        self.losses.extend(Loss(where=where, what=text, why=why) for text in texts)

    def _lose_whole(self, target: VexTarget, why: str) -> None:
        where = f"{self.where}, {target.label}"
        loss = Loss(where=where, what="product", why=why, whole=True)
        self.losses.append(loss)


def _spelled(target: VexTarget) -> str:
    """Return the purl as its author wrote it, which others may look for letter by letter."""
    if len(target.raw_purls) != 1 or versioned_purl(target) != target.purl:
        return ""
    try:
        same = canonical_purl(target.raw_purls[0]) == target.purl
    except MalformedError:  # a spelling that an SBOM keeps beside one that can be read
        return ""
    return target.raw_purls[0] if same else ""


def _unnamed(target: VexTarget) -> str:
    """Return the identity of a component that has nothing but a name."""
    if target.purl or target.ids or not target.name:
        return ""
    return f"{UNNAMED}{quote(target.name, safe='')}@{quote(target.version, safe='')}"


def _vulnerability(value: VexVulnerability) -> dict[str, object]:
    written: dict[str, object] = {"name": value.name}
    written |= _texts({"@id": value.iri, "description": value.description})
    aliases = list(dict.fromkeys(value.aliases))
    return written | ({"aliases": aliases} if aliases else {})


def _texts(members: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in members.items() if text}


def _times(members: dict[str, datetime | None]) -> dict[str, str]:
    return {name: exact_time(at) for name, at in members.items() if at is not None}


def _first(losses: list[Loss]) -> str:
    return str(losses[0]) if losses else "the document has no statement"
