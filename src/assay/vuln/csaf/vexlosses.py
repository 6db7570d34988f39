"""What a VEX document says that CSAF has no place for: each named, so that nothing is lost unseen.

What the products are called is told by `csaf.vextree`, and which of two statuses is left out, and
when a status was said, by `csaf.vexwrite`.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.clock import format_time
from assay.vuln.vex.statement import Loss, Status, VexDocument, VexStatement
from assay.vuln.vex.tags import is_word

ROLES: Final = frozenset({"coordinator", "discoverer", "other", "translator", "user", "vendor"})
_VULNERABILITY: Final = "CSAF says it of a vulnerability, and once"


def lost_members(document: VexDocument) -> list[Loss]:
    """Return what of a document, its vulnerabilities and its statements is not written."""
    losses = [
        loss for number, one in enumerate(document.statements) for loss in _of_one(one, number)
    ]
    if document.role and document.role not in ROLES:
        known = ", ".join(sorted(ROLES))
        what = f"the role {document.role!r}"
        losses.append(Loss(where="document", what=what, why=f"CSAF knows {known}"))
    return [*losses, *_shared(document.statements)]


def _of_one(statement: VexStatement, number: int) -> Iterator[Loss]:
    where = f"statements[{number}] on {statement.vulnerability.name}"
    for what in _unwritten(statement):
        yield Loss(where=where, what=what, why="CSAF has no member for it")
    if statement.status is not Status.AFFECTED and statement.action_statement:
        why = "CSAF says what to do of affected products"
        yield Loss(where=where, what="the action statement", why=why)


def _unwritten(statement: VexStatement) -> Iterator[str]:
    if statement.supplier:
        yield f"the supplier {statement.supplier!r}"
    if statement.id:
        yield f"the id {statement.id}"
    if statement.version is not None:
        yield f"the version {statement.version} of a statement"
    if statement.vulnerability.iri:
        yield f"the IRI {statement.vulnerability.iri}"
    for word in statement.responses:
        if not is_word(word):
            yield f"the response {word!r}"
    if statement.action_at is not None and statement.status is not Status.AFFECTED:
        yield f"the time of its action statement, {format_time(statement.action_at)}"


def _shared(statements: tuple[VexStatement, ...]) -> Iterator[Loss]:
    """Yield what several statements on one vulnerability say differently, and CSAF says once."""
    named: dict[str, list[VexStatement]] = {}
    for one in statements:
        named.setdefault(one.vulnerability.name, []).append(one)
    for name, found in named.items():
        if len({one.notes for one in found}) > 1:
            yield Loss(where=name, what="to which products each note belongs", why=_VULNERABILITY)
        texts = dict.fromkeys(filter(None, (one.vulnerability.description for one in found)))
        for text in [*texts][1:]:
            yield Loss(where=name, what=f"the description {text[:80]!r}", why=_VULNERABILITY)
