"""`assay audit export`: one file with all that the log holds about a subject, and the proofs.

Everything is proven under one checkpoint: the newest that has the cosignatures which the trust
root asks for. The same log gives the same bytes.
"""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.digest import Digest, sha256_of
from assay.core.errors import ProofError, TamperedError, UsageError, inside
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import Checkpoint
from assay.evidence.checkpoints.sealing import SealedPlace, verify_seen
from assay.evidence.kit.document import (
    MAX_KIT_BYTES,
    Kit,
    KitCheckpoint,
    KitEntry,
    KitList,
    render_kit,
)
from assay.evidence.merkle import verify_consistency
from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.gates.reading import VERDICT_TYPE
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.savedverdict import named_digest
from assay.operations.standing import read_verdict
from assay.operations.witnessing import WitnessedCheckpoint, required_checkpoint
from assay.source.repository import Repository, open_repository
from assay.system.clock import now
from assay.system.files import load_file, save_file

_MAX_NOTE_BYTES = 256 * 2**10


@dataclass(frozen=True, slots=True, kw_only=True)
class KitExported:
    """What was written: about what, how much, and under which checkpoint."""

    output: Path
    subject: str
    statements: int
    entries: int
    size: int
    origin: str
    log_size: int
    witnesses: tuple[str, ...]
    digest: str

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "file": str(self.output),
            "subject": self.subject,
            "statements": self.statements,
            "entries": self.entries,
            "bytes": self.size,
            "digest": self.digest,
            "log": {"origin": self.origin, "size": self.log_size},
            "witnesses": list(self.witnesses),
            "notChecked": [],
        }


def export_kit(
    path: Path,
    *,
    subject: str,
    output: Path,
    anchors: tuple[Path, ...] = (),
    clock: Clock = now,
) -> KitExported:
    """Write the kit about `subject` (empty: the commit at HEAD) of the repository at `path`.

    `anchors` are checkpoints that an auditor keeps: the kit proves that the log extends them.

    Raises:
        UsageError: No log, nothing recorded yet, or `subject` is no digest.
        TamperedError: The log is not what was signed, or does not extend an anchor.
        UnavailableError: No checkpoint has the cosignatures that the trust root asks for.
    """
    repository = open_repository(path)
    about = named_digest(subject) if subject else _head_of(repository)
    notes = tuple(load_file(anchor, max_bytes=_MAX_NOTE_BYTES) for anchor in anchors)
    with open_ledger(repository, at=clock()) as ledger:
        head = required_checkpoint(ledger, at_least=1)
        kit = build_kit(ledger, about, head, notes)
    data = render_kit(kit)
    if len(data) > MAX_KIT_BYTES:
        raise UsageError(f"a kit of {len(data)} bytes, where {MAX_KIT_BYTES} are read")
    save_file(output, data)
    return KitExported(
        output=output,
        subject=str(about),
        statements=len(kit.lists[0].indexes),
        entries=len(kit.entries),
        size=len(data),
        origin=head.checkpoint.origin,
        log_size=head.checkpoint.size,
        witnesses=tuple(sorted(item.name for item in head.cosigned)),
        digest=str(sha256_of(data)),
    )


def _head_of(repository: Repository) -> Digest:
    return Digest("gitCommit", repository.head)


def build_kit(
    ledger: Ledger, about: Digest, head: WitnessedCheckpoint, anchors: tuple[bytes, ...]
) -> Kit:
    """Return the kit about a subject under the checkpoint `head`, with the proofs to `anchors`.

    Raises:
        TamperedError: The log is not what was signed, or does not extend an anchor.
    """
    wanted: tuple[Digest | str, ...] = (about, *_policies(ledger, about), TRUST_ROOT_TYPE)
    proven = ledger.store.prove_lists(wanted, under=head.checkpoint)
    indexes = sorted({entry.number for one in proven for entry in one.entries})
    heads = _checkpoints(ledger, indexes, head, anchors)
    return Kit(
        subject=about,
        checkpoints=tuple(
            KitCheckpoint(
                note=note,
                consistency=ledger.store.consistency_proof(size, head.checkpoint.size),
                sealed=_sealed(ledger, size),
            )
            for size, note in sorted(heads.items())
        ),
        entries=tuple(_entry(ledger, index, sorted(heads)) for index in indexes),
        lists=tuple(
            KitList(
                subject=key if isinstance(key, Digest) else None,
                predicate_type=None if isinstance(key, Digest) else key,
                indexes=tuple(entry.number for entry in one.entries),
                pages=one.pages,
            )
            for key, one in zip(wanted, proven, strict=True)
        ),
    )


def _policies(ledger: Ledger, about: Digest) -> tuple[Digest, ...]:
    """Return the policies that the verdicts about a subject name, those that fell since too."""
    found = ledger.store.entries(log_key=ledger.log_key, subject=about, predicate_type=VERDICT_TYPE)
    named = {read_verdict(ledger, entry, about).policy for entry in tuple(found)}
    return tuple(sorted(named - {about}))


def _checkpoints(
    ledger: Ledger, indexes: list[int], head: WitnessedCheckpoint, anchors: tuple[bytes, ...]
) -> dict[int, bytes]:
    """Return the first checkpoint over each entry, the one before each of these, and more, by size.

    The more are the anchors and the head.
    """
    store, heads = ledger.store, dict[int, bytes]()
    notes = (*map(store.checkpoint_over, indexes), *map(store.checkpoint_before, indexes))
    for note in filter(None, dict.fromkeys(notes)):
        heads[verify_seen(note, log_key=ledger.keys).size] = note
    for place, note in enumerate(anchors):
        with inside(f"anchor {place + 1}"):
            seen = verify_seen(note, log_key=ledger.keys)
            _check_extends(ledger, seen, head.checkpoint)
        # From before a new key, only the very bytes that the log has are among those it sealed.
        stored = store.checkpoint_of(seen.size) if seen.size <= ledger.keys.sealed else b""
        heads.setdefault(seen.size, stored or note)
    heads[head.checkpoint.size] = head.note
    return heads


def _sealed(ledger: Ledger, size: int) -> SealedPlace | None:
    """Return the proof that the checkpoint of `size` was sealed, if the log has a new key since."""
    keys = ledger.keys
    return ledger.store.sealed_place(size, log_key=keys) if size <= keys.sealed else None


def _check_extends(ledger: Ledger, seen: Checkpoint, head: Checkpoint) -> None:
    """Refuse a log that does not begin with what the anchor saw."""
    try:
        verify_consistency(
            old_size=seen.size,
            new_size=head.size,
            old_root=seen.root,
            new_root=head.root,
            path=ledger.store.consistency_proof(seen.size, head.size),
        )
    except ProofError as error:
        raise TamperedError(
            f"the log of {entries(head.size)} does not extend this one of {seen.size}",
            hint="cut, set back, or forked; or not cosigned as far yet",
        ) from error


def _entry(ledger: Ledger, index: int, sizes: list[int]) -> KitEntry:
    covering = next(size for size in sizes if size > index)
    return KitEntry(
        index=index,
        envelope=ledger.store.entry(index).envelope,
        path=ledger.store.inclusion_proof(index, size=covering),
    )
