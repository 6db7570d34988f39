"""The lists of components about one subject that count, read back from its log."""

from collections.abc import Iterator

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.gates.reading import SBOM_TYPE, SUPERSESSION_TYPE, read_evidence, read_replacements
from assay.gates.supersession import Replacement, apply_replacements
from assay.operations.ledger import Expected, Ledger
from assay.sbom.component import Inventory


def counted_inventories(
    ledger: Ledger, subject: Digest, problems: list[str]
) -> Iterator[Inventory]:
    """Yield the lists about `subject` that count; of the others, say why in `problems`."""
    expected = Expected(subject=subject, role="collector", predicate_type=SBOM_TYPE)
    entries = tuple(
        ledger.store.entries(log_key=ledger.log_key, subject=subject, predicate_type=SBOM_TYPE)
    )
    found = []
    for entry in entries:
        statement = ledger.judge(entry, expected)
        if statement is None:
            why = "; ".join(ledger.why_fallen(entry, expected))
            problems.append(f"a list of its components counts no more: {why}")
            continue
        try:
            found.append(read_evidence(statement))
        except MalformedError as error:
            problems.append(f"its list of components cannot be read: {error}")
    counted = apply_replacements(tuple(found), _replacements(ledger, subject))
    yield from (one.inventory for one in counted.evidence if one.inventory is not None)


def _replacements(ledger: Ledger, subject: Digest) -> tuple[Replacement, ...]:
    said = ledger.verified(subject=subject, role="collector", predicate_type=SUPERSESSION_TYPE)
    return tuple(item for one in said for item in read_replacements(one))
