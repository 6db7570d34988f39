"""A new key for a log: what keeps the checkpoints before it true, whoever has the old key by then.

* The first checkpoint under a new key covers one entry more than the last one under the old: the
  change of the trust root that names the new key. It is signed with both keys, so whoever knows
  the old one sees that the log itself goes on under the new one.
* It also carries the root over the notes of all checkpoints before it: they are sealed. From then
  on a checkpoint of a smaller tree counts if it is one of those, and not because the old key
  signed it. So nobody who has the old key adds, forks or re-dates anything.
* What was only *seen* of a log is compared with it, and decides nothing: an old signature is
  enough for that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from assay.core.errors import ProofError, inside
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    Seal,
    parse_checkpoint_text,
    verify_checkpoint,
    verify_dated,
)
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.merkle import (
    Frontier,
    Path,
    inclusion_path,
    leaf_hash,
    node_place,
    verify_inclusion,
)
from assay.signing.logkeys import LogKeys, key_history


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPlace:
    """Which of the sealed checkpoints one is, from 0, and the path from its note to the root."""

    number: int
    path: Path = field(repr=False)


class SealedNotes:
    """The notes of the first checkpoints of a log, in their order; some 100 bytes for each."""

    def __init__(self, notes: Iterable[tuple[int, bytes]]) -> None:
        """Take (size, note) of each."""
        self._tree = Frontier()
        self._nodes = list[bytes]()
        self._numbers = dict[int, int]()
        for number, (size, note) in enumerate(notes):
            self._nodes.extend(self._tree.push(leaf_hash(note)))
            self._numbers[size] = number

    @property
    def seal(self) -> Seal:
        """What seals them."""
        return Seal(self._tree.size, self._tree.root())

    def holds(self, size: int, note: bytes) -> bool:
        """Tell whether `note` is that of the checkpoint of `size` entries."""
        number = self._numbers.get(size)
        return number is not None and self._node(0, number) == leaf_hash(note)

    def place(self, size: int) -> SealedPlace:
        """Return where the checkpoint of `size` entries is.

        Raises:
            ProofError: There is none.
        """
        number = self._numbers.get(size, -1)
        path = inclusion_path(number, self._tree.size, self._node)
        return SealedPlace(number=number, path=path)

    def _node(self, level: int, index: int) -> bytes:
        return self._nodes[node_place(level, index)]


def verify_own(note: bytes, *, size: int, log_key: LogKeys) -> tuple[Checkpoint, datetime]:
    """Return what the log signed as its tree of `size` entries, and when.

    That is by the key of that size; and where it is the first under a new key, by the one before
    as well. That a checkpoint before a new key is one of those that were sealed is asked apart.

    Raises:
        MalformedError: Not a checkpoint.
        SignatureInvalidError: Not signed and dated with this key, or not by the key before.
        ProofError: It is the first under a new key, and seals nothing; or of another log.
    """
    keys = key_history(log_key)
    checkpoint, at = verify_dated(note, log_key=keys.of_size(size))
    before = keys.rotated_at(size)
    if before is not None:
        with inside("the key before"):
            verify_dated(note, log_key=before)
        if checkpoint.seal is None:
            raise ProofError("the first under a new key, and it seals nothing", where="checkpoint")
    return checkpoint, at


def verify_sealed(note: bytes, place: SealedPlace, *, seal: Seal) -> None:
    """Refuse unless `note` is that of the checkpoint that was sealed in this place.

    Raises:
        ProofError: It is not.
    """
    verify_inclusion(
        leaf_hash=leaf_hash(note),
        index=place.number,
        tree_size=seal.count,
        path=place.path,
        root_hash=seal.root,
    )


def verify_seen(note: bytes, *, log_key: LogKeys) -> Checkpoint:
    """Return the checkpoint in a note that somebody kept, to be compared with the log.

    It is signed by the key that the log had at that size. Whoever has an old key makes others: the
    log is then told from them, and that is all that may follow.

    Raises:
        MalformedError: Not a checkpoint.
        SignatureInvalidError: Not signed by the key of its size.
        ProofError: It is a checkpoint of another log.
    """
    keys = key_history(log_key)
    if not keys.earlier:
        return verify_checkpoint(note, log_key=keys.current)
    return verify_checkpoint(note, log_key=keys.of_size(claimed_size(note)))


def claimed_size(note: bytes) -> int:
    """Return the size that a note claims, to find the key that it must be signed with.

    Raises:
        MalformedError: Not a checkpoint.
    """
    return parse_checkpoint_text(parse_note(note).text.decode()).size
