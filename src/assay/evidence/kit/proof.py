"""What a kit proves about the log, by the log's key alone: pure.

1. Every checkpoint is signed and dated by the log with its key of that size, and begins what the
   last one covers. One from before the key that the log has now is also among those that the
   first one under this key sealed, which has to be in the kit.
2. Every entry is in the tree of the first checkpoint of the log that covers it; the date of that
   checkpoint is its time of record: the log had it by then, and not before. That it is the first
   is shown by the one before it, which it names by digest, and which must be in the kit too, with
   a size that does not reach the entry. So whoever packs a kit cannot leave a checkpoint out to
   make an entry look younger.
3. Every list is all that the signed index holds; an entry is in a list if it is about that subject
   or of that type, and in the kit if it is in a list. The list of the subject comes first, the
   others in the order of their names: there is one form of a kit.

Who signed the entries, and what they say, is asked afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from assay.core.digest import Digest, sha256_of
from assay.core.errors import ProofError, inside
from assay.evidence.checkpoints.checkpoint import Checkpoint, Seal, verify_checkpoint
from assay.evidence.checkpoints.sealing import claimed_size, verify_own, verify_sealed
from assay.evidence.envelope import Claims, parse_claims
from assay.evidence.index.proof import verify_complete
from assay.evidence.index.trie import IndexedEntry, subject_key, type_key
from assay.evidence.kit.document import Kit, KitCheckpoint, KitEntry, KitList
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.merkle import verify_consistency, verify_inclusion
from assay.signing.logkeys import KeyHistory, LogKeys, key_history


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenEntry:
    """An entry that is in the log, when it was recorded, and what it says that it is about."""

    index: int
    envelope: bytes = field(repr=False)
    at: datetime
    claims: Claims
    indexed: IndexedEntry = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedCheckpoint:
    """A tree head, and when the log says that it signed it."""

    checkpoint: Checkpoint
    at: datetime
    follows: bool  # right after the one before it in the kit; the first one, after none


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenKit:
    """What the log's key and the proofs show; `note` is the last checkpoint, dated `at`."""

    subject: Digest
    note: bytes = field(repr=False)
    checkpoint: Checkpoint
    at: datetime
    checkpoints: tuple[DatedCheckpoint, ...]  # all of them, the last one too
    entries: tuple[ProvenEntry, ...]
    listed: tuple[KitList, ...]

    def about(self, subject: Digest) -> tuple[ProvenEntry, ...]:
        """Return all entries of the log about `subject`.

        Raises:
            ProofError: The kit does not say which those are.
        """
        return self._of(next((one for one in self.listed if one.subject == subject), None), subject)

    def of_type(self, predicate_type: str) -> tuple[ProvenEntry, ...]:
        """Return all entries of the log of `predicate_type`.

        Raises:
            ProofError: The kit does not say which those are.
        """
        found = next((one for one in self.listed if one.predicate_type == predicate_type), None)
        return self._of(found, repr(predicate_type))

    def _of(self, found: KitList | None, what: Digest | str) -> tuple[ProvenEntry, ...]:
        if found is None:
            raise ProofError(f"the kit has no list of all entries for {what}", where="lists")
        wanted = set(found.indexes)
        return tuple(entry for entry in self.entries if entry.index in wanted)


def prove_kit(kit: Kit, *, log_key: LogKeys) -> ProvenKit:
    """Refuse unless everything in `kit` is in the log of `log_key`, and its lists are complete.

    Raises:
        MalformedError, SignatureInvalidError: A checkpoint is not one that the log signed and
            dated; or an entry is no envelope.
        ProofError: A proof does not hold; `where` says which.
    """
    dated = tuple(_checkpoints(kit, key_history(log_key)))
    entries = tuple(_entries(kit, dated))
    last = dated[-1].checkpoint
    known = {entry.index: entry for entry in entries}
    _check_order(kit)
    seen = set[int]()
    for place, one in enumerate(kit.lists):
        with inside(f"lists[{place}]"):
            _verify_list(one, known, last)
        seen.update(one.indexes)
    if surplus := sorted(known.keys() - seen):
        raise ProofError(f"entry {surplus[0]} is in no list", where="entries")
    return ProvenKit(
        subject=kit.subject,
        note=kit.checkpoints[-1].note,
        checkpoint=last,
        at=dated[-1].at,
        checkpoints=dated,
        entries=entries,
        listed=kit.lists,
    )


def _check_order(kit: Kit) -> None:
    """Refuse lists that are not in their one order, or of which one is there twice."""
    names = [str(one.subject or one.predicate_type) for one in kit.lists]
    if len(set(names)) != len(names):
        raise ProofError("two lists of one key", where="lists")
    if names != sorted(names, key=lambda name: (name != str(kit.subject), name)):
        raise ProofError("lists that are not in their order", where="lists")


def _checkpoints(kit: Kit, keys: KeyHistory) -> Iterator[DatedCheckpoint]:
    """Yield each checkpoint with its time, when all that is asked of it holds."""
    if not kit.checkpoints:
        raise ProofError("a kit without a checkpoint", where="checkpoints")
    with inside(f"checkpoints[{len(kit.checkpoints) - 1}]"):
        last = verify_checkpoint(kit.checkpoints[-1].note, log_key=keys.current)
    seal = _seal(kit, keys)
    before, dated, previous = 0, None, None
    for place, item in enumerate(kit.checkpoints):
        with inside(f"checkpoints[{place}]"):
            size = claimed_size(item.note) if keys.earlier else last.size
            found, at = verify_own(item.note, size=size, log_key=keys)
            _check_sealed(item, found, keys, seal)
            if found.size <= before or (dated is not None and at < dated):
                raise ProofError("checkpoints that are not in their order")
            verify_consistency(
                old_size=found.size,
                new_size=last.size,
                old_root=found.root,
                new_root=last.root,
                path=item.consistency,
            )
        yield DatedCheckpoint(checkpoint=found, at=at, follows=found.previous == previous)
        before, dated, previous = found.size, at, sha256_of(item.note).raw


def _seal(kit: Kit, keys: KeyHistory) -> Seal | None:
    """Return what the first checkpoint under the log's current key sealed; None without another."""
    if not keys.earlier:
        return None
    size = keys.sealed + 1
    for place, item in enumerate(kit.checkpoints):
        with inside(f"checkpoints[{place}]"):
            if claimed_size(item.note) == size:
                return verify_own(item.note, size=size, log_key=keys)[0].seal
    raise ProofError(
        f"the first checkpoint under the log's new key is not in the kit: of {size}",
        where="checkpoints",
    )


def _check_sealed(
    item: KitCheckpoint, found: Checkpoint, keys: KeyHistory, seal: Seal | None
) -> None:
    """Refuse a checkpoint from before the current key that was not sealed: anybody may sign it."""
    if seal is None or found.size > keys.sealed:
        if item.sealed is not None:
            raise ProofError("a proof that it was sealed, where nothing seals it")
        return
    if item.sealed is None:
        raise ProofError("no proof that it was sealed, from before the log's new key")
    verify_sealed(item.note, item.sealed, seal=seal)


def _entries(kit: Kit, dated: tuple[DatedCheckpoint, ...]) -> Iterator[ProvenEntry]:
    """Yield each entry when it is proven; both lists are in order, so they are walked together."""
    covering, before = 0, -1
    for place, item in enumerate(kit.entries):
        with inside(f"entries[{place}]"):
            if item.index <= before:
                raise ProofError("entries that are not in the order of the log")
            while covering < len(dated) and dated[covering].checkpoint.size <= item.index:
                covering += 1
            if covering == len(dated):
                size = dated[-1].checkpoint.size
                raise ProofError(f"entry {item.index} is not in a log of {size}")
            yield _entry(item, dated[covering])
        before = item.index


def _entry(item: KitEntry, dated: DatedCheckpoint) -> ProvenEntry:
    checkpoint = dated.checkpoint
    if not dated.follows:
        raise ProofError(
            f"the checkpoint before that of {checkpoint.size} is not in the kit: entry "
            f"{item.index} may be older than it looks",
            hint="export the kit again",
        )
    leaf = envelope_leaf_hash(item.envelope)
    verify_inclusion(
        leaf_hash=leaf,
        index=item.index,
        tree_size=checkpoint.size,
        path=item.path,
        root_hash=checkpoint.root,
    )
    claims = parse_claims(item.envelope)
    return ProvenEntry(
        index=item.index,
        envelope=item.envelope,
        at=dated.at,
        claims=claims,
        indexed=IndexedEntry(
            number=item.index, leaf=leaf, type_key=type_key(claims.predicate_type)
        ),
    )


def _verify_list(one: KitList, known: dict[int, ProvenEntry], last: Checkpoint) -> None:
    if last.index_root is None:
        raise ProofError("the log signed no index", where="pages")
    if missing := [index for index in one.indexes if index not in known]:
        raise ProofError(f"entry {missing[0]} is not in the kit", where="entries")
    listed = [known[index] for index in one.indexes]
    for entry in listed:
        if one.predicate_type not in {None, entry.claims.predicate_type} or (
            one.subject is not None and one.subject not in entry.claims.subjects
        ):
            raise ProofError(f"entry {entry.index} does not belong here", where="entries")
    verify_complete(
        [entry.indexed for entry in listed],
        root=last.index_root,
        key=subject_key(one.subject) if one.subject else type_key(one.predicate_type or ""),
        path=one.pages,
        size=last.size,
    )
