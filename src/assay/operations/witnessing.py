"""The witnesses of a log: who they are, and what they have said of its checkpoints."""

from dataclasses import dataclass

from assay.core.errors import UnavailableError, UsageError
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    Cosigned,
    verify_checkpoint,
    verify_cosigned,
)
from assay.operations.ledger import Ledger
from assay.operations.trustfile import witness_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedCheckpoint:
    """A checkpoint, its note with all cosignatures, and the known witnesses that cosigned it."""

    checkpoint: Checkpoint
    note: bytes
    cosigned: tuple[Cosigned, ...]


def newest_witnessed(ledger: Ledger, *, at_least: int) -> WitnessedCheckpoint | None:
    """Return the newest checkpoint over `at_least` entries that enough witnesses cosigned.

    Where the trust root asks for no witness, that is the newest checkpoint. None where there is
    none.

    Raises:
        SignatureInvalidError: A signature of a known witness, or of the log, does not verify.
    """
    store = ledger.store
    sizes = store.cosignatures.sizes() if ledger.trust.quorum else (store.size,)
    found = (_witnessed(ledger, size) for size in sizes if size >= at_least)
    return next((one for one in found if one is not None), None)


def first_witnessed(ledger: Ledger, index: int) -> WitnessedCheckpoint:
    """Return the first checkpoint over entry `index` that enough witnesses cosigned.

    Its date is the nearest to the entry's time of record that witnesses have seen.

    Raises:
        UsageError: The log has no such entry.
        UnavailableError: No checkpoint over it has the cosignatures that the trust root asks for.
    """
    # One from before a new key of the log proves nothing to whoever has no other: see `sealing`.
    over = ledger.store.checkpoint_over(max(index, ledger.keys.sealed))
    first = verify_checkpoint(over, log_key=ledger.log_key)
    sizes = (first.size, *ledger.store.cosignatures.sizes_from(first.size))
    found = (_witnessed(ledger, size) for size in dict.fromkeys(sizes))
    return next((one for one in found if one is not None), None) or required_checkpoint(
        ledger, at_least=index + 1
    )


def _witnessed(ledger: Ledger, size: int) -> WitnessedCheckpoint | None:
    """Return the checkpoint of `size`, if there is one that enough witnesses cosigned."""
    note = ledger.store.cosigned_checkpoint(size)
    if note is None or size <= ledger.keys.sealed:
        return None
    checkpoint = verify_checkpoint(note, log_key=ledger.log_key)
    cosigned = verify_cosigned(note, witnesses=witness_keys(ledger.trust), quorum=0)
    if len(cosigned) < ledger.trust.quorum:
        return None
    return WitnessedCheckpoint(checkpoint=checkpoint, note=note, cosigned=cosigned)


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
            f"no checkpoint over {entries(at_least)} is cosigned by as many witnesses as the trust "
            f"root asks for: {ledger.trust.quorum}",
            where=ledger.store.place,
            hint="run: assay log cosign",
        )
    return found
