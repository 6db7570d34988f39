"""`assay log show`: one entry, read back from the log, after its signatures were verified."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.errors import SignatureInvalidError
from assay.evidence.envelope import VerifiedStatement, parse_claims
from assay.evidence.reading import LogEntry
from assay.operations.entryname import named_entry
from assay.operations.ledger import Expected, Ledger, open_ledger
from assay.signing.principals import ROLES
from assay.source.repository import open_repository
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """What an entry says, who signed it in which role, and when it was recorded."""

    index: int
    digest: str
    predicate_type: str
    subjects: tuple[tuple[str, str], ...]  # names and digests
    signed_by: tuple[str, ...]
    roles: tuple[str, ...]
    recorded_at: datetime
    predicate: object = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "index": self.index,
            "digest": self.digest,
            "predicateType": self.predicate_type,
            "subjects": [{"name": name, "digest": digest} for name, digest in self.subjects],
            "signedBy": list(self.signed_by),
            "roles": list(self.roles),
            "recordedAt": format_time(self.recorded_at),
            "predicate": self.predicate,
            "notChecked": [],
        }


def show_entry(path: Path, name: str, *, clock: Clock = now) -> ShownEntry:
    """Return an entry, named by its index or its digest, verified as of its time of record.

    Raises:
        UsageError: The log has no such entry.
        SignatureInvalidError: Nobody whom the trust root knows signed it in any role.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        entry = ledger.entry(named_entry(ledger, name))
        verified = verified_entry(ledger, entry)
        statement = verified[0]
        return ShownEntry(
            index=entry.index,
            digest=str(entry.digest),
            predicate_type=statement.predicate_type,
            subjects=tuple((s.name, str(s.digest)) for s in statement.subjects),
            signed_by=tuple(sorted({name for v in verified for name in v.signed_by})),
            roles=tuple(v.role for v in verified),
            recorded_at=statement.at,
            predicate=statement.predicate().value,
        )


def load_envelope(path: Path, name: str, *, clock: Clock = now) -> bytes:
    """Return the envelope of an entry as it was recorded, unread.

    Raises:
        UsageError: The log has no such entry.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        return ledger.entry(named_entry(ledger, name)).envelope


def verified_entry(ledger: Ledger, entry: LogEntry) -> tuple[VerifiedStatement, ...]:
    """Return the statement once for each role in which somebody trusted signed it."""
    claims = parse_claims(entry.envelope)  # what to ask about; the answer is verified
    found = list[VerifiedStatement]()
    for role in sorted(ROLES):
        expected = Expected(
            subject=claims.subjects[0], role=role, predicate_type=claims.predicate_type
        )
        try:
            statement = ledger.judge(entry, expected)
        except SignatureInvalidError:
            continue
        if statement is not None:
            found.append(statement)
    if not found:
        raise SignatureInvalidError(
            "nobody whom the trust root knows signed this in any role",
            where=f"entry {entry.index}",
            hint="--raw gives the bytes as they are",
        )
    return tuple(found)
