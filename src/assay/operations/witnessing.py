"""The witnesses of a log: who they are, and what they have said of its checkpoints."""

from dataclasses import dataclass

from assay.core.errors import UnavailableError, UsageError
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    Cosigned,
    verify_checkpoint,
    verify_cosigned,
)
from assay.operations.record import Ledger
from assay.signing.notekey import NoteKey, parse_witness_key
from assay.signing.trust import TrustRoot


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedCheckpoint:
    """A checkpoint, its note with all cosignatures, and the known witnesses that cosigned it."""

    checkpoint: Checkpoint
    note: bytes
    cosigned: tuple[Cosigned, ...]


def witness_keys(trust: TrustRoot) -> tuple[NoteKey, ...]:
    """Return the keys of the witnesses that the trust root names."""
    return tuple(map(parse_witness_key, trust.witnesses))


def newest_witnessed(ledger: Ledger, *, at_least: int) -> WitnessedCheckpoint | None:
    """Return the newest checkpoint over `at_least` entries that enough witnesses cosigned.

    Where the trust root asks for no witness, that is the newest checkpoint. None where there is
    none.

    Raises:
        SignatureInvalidError: A signature of a known witness, or of the log, does not verify.
    """
    trust, store = ledger.trust, ledger.store
    sizes = store.cosignatures.sizes() if trust.quorum else (store.size,)
    for size in sizes:
        if size < at_least:
            break
        note = store.cosigned_checkpoint(size)
        if note is None:
            continue
        checkpoint = verify_checkpoint(note, log_key=ledger.log_key)
        cosigned = verify_cosigned(note, witnesses=witness_keys(trust), quorum=0)
        if len(cosigned) >= trust.quorum:
            return WitnessedCheckpoint(checkpoint=checkpoint, note=note, cosigned=cosigned)
    return None


def required_checkpoint(ledger: Ledger, *, at_least: int) -> WitnessedCheckpoint:
    """Return what `newest_witnessed` does.

    Raises:
        UsageError: Nothing was recorded yet.
        UnavailableError: No checkpoint over so many entries has the cosignatures that the trust
            root asks for.
    """
    found = newest_witnessed(ledger, at_least=at_least)
    if found is None and not ledger.store.size:
        raise UsageError("the log is empty", where=ledger.store.place)
    if found is None:
        raise UnavailableError(
            f"no checkpoint over {at_least} entries has {ledger.trust.quorum} cosignatures",
            where=ledger.store.place,
            hint="run: assay log cosign",
        )
    return found
