"""Several VEX documents made one, with nothing said that none of them says.

* Every statement keeps its own time: one without would take that of the new document, and be newer
  than it is.
* A document has one author. Those of several need somebody who answers for all of it.
* What contradicts stays, and is told: which of two is right is not for us to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assay.core.errors import MalformedError, UsageError
from assay.core.printable import printable
from assay.vuln.vex.statement import Loss, VexDocument, VexStatement, VexTarget
from assay.vuln.vex.targets import exact_time


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedVex:
    """The document, whose word was taken over, and statements that contradict each other."""

    document: VexDocument
    losses: tuple[Loss, ...]
    contradictions: tuple[str, ...]


def join_vex(documents: Mapping[str, VexDocument], *, author: str, id_: str) -> JoinedVex:
    """Return the statements of `documents` (by their names) as one document of `author`.

    Without an `author` all must have one and the same.

    Raises:
        UsageError: They have several authors, or none.
        MalformedError: A statement without a time.
    """
    said = {printable(one.author) for one in documents.values()}
    if not author and (len(said) > 1 or "" in said):
        named = ", ".join(sorted(said - {""})) or "nobody"
        hint = "--author, who answers for all of it"
        raise UsageError(f"the documents are not by one author, but by {named}", hint=hint)
    losses = [
        Loss(where=name, what=f"the author {one.author!r}", why=f"{author!r} answers for it now")
        for name, one in documents.items()
        if author and one.author not in {"", author}
    ]
    statements = _ordered(documents)
    document = VexDocument(
        id=id_,
        author=author or next(iter(documents.values())).author,
        issued_at=_newest(documents.values()),
        statements=tuple(statements),
    )
    return JoinedVex(
        document=document,
        losses=tuple(losses),
        contradictions=tuple(contradictions(statements)),
    )


def _ordered(documents: Mapping[str, VexDocument]) -> list[VexStatement]:
    """Return the statements, each once, the oldest first."""
    dated = list[tuple[str, str, VexStatement]]()
    for name, document in documents.items():
        for number, one in enumerate(document.statements):
            if one.dated_at is None:
                where = f"{name}: statements[{number}]"
                hint = "say when: assay vex convert --issued"
                raise MalformedError("no time", where=where, hint=hint)
            dated.append((exact_time(one.dated_at), one.vulnerability.name, one))
    # Those of one moment need an order too, which is not that in which files were named.
    dated.sort(key=lambda item: (*item[:2], repr(item[2])))
    return list(dict.fromkeys(one for *_, one in dated))


def _newest(documents: Iterable[VexDocument]) -> datetime | None:
    times = [
        at
        for document in documents
        for at in (
            document.issued_at,
            document.updated_at,
            *(one.dated_at for one in document.statements),
        )
        if at is not None
    ]
    return max(times, default=None)


_Moment = tuple[str, VexTarget, VexTarget | None, datetime | None]


def contradictions(statements: Iterable[VexStatement]) -> Iterable[str]:
    """Yield what is said at one moment of one component with several statuses."""
    said: dict[_Moment, dict[str, None]] = {}
    for statement in statements:
        for product, part in _pairs(statement):
            key = (statement.vulnerability.name.upper(), product, part, statement.dated_at)
            said.setdefault(key, {})[str(statement.status)] = None
    for (name, product, part, _), statuses in said.items():
        if len(statuses) > 1:
            inside = f", {part.label}" if part else ""
            yield printable(f"{name} in {product.label}{inside}: {' and '.join(sorted(statuses))}")


def _pairs(statement: VexStatement) -> Iterable[tuple[VexTarget, VexTarget | None]]:
    for product in statement.products:
        for part in product.subcomponents or (None,):
            yield product.target, part
