"""Two checkpoints of one log that cannot both be true: the proof that its key signed two histories.

The proof needs nobody's word: both notes are signed by the log, and either their trees have one
size and two roots, or a consistency proof shows what root the larger tree had at the smaller size,
and that is another than was signed.

Schema `assay.fork/v1`: the two notes as text, the root that the second one's tree had at the size
of the first, and the consistency proof from there, in base64.
"""

import base64
from dataclasses import dataclass
from typing import Final, Protocol

from assay.core.errors import MalformedError, ProofError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import Checkpoint
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.evidence.checkpoints.sealing import verify_seen
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.merkle import EMPTY_ROOT, Path, consistency_path, range_hash, verify_consistency
from assay.signing.logkeys import LogKeys

SCHEMA: Final = "assay.fork/v1"
MAX_FORK_BYTES: Final = 3 * MAX_NOTE_BYTES  # two notes as JSON text, and a path
_MAX_PATH: Final = 64


class Tree(Protocol):
    """The nodes of a log's tree."""

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree over `2**level` leaves at `index`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two notes, the smaller tree first, and what root the second one had at that size."""

    first: bytes
    second: bytes
    root_then: bytes
    path: Path


def find_fork(first: bytes, second: bytes, tree: Tree, *, log_key: LogKeys) -> Fork | None:
    """Return the proof that both notes cannot be true, or None where they can.

    `tree` has the entries of the second note, which is the larger one.

    Raises:
        MalformedError, SignatureInvalidError, ProofError: A note is not one of this log, the
            first is the larger one, or the tree is not the second's.
    """
    small = _verified(first, log_key, "first")
    large = _verified(second, log_key, "second")
    if small.size > large.size:
        raise ProofError(f"{entries(small.size)} cannot come before {large.size}")
    if range_hash(0, large.size, tree.node) != large.root:
        raise ProofError("the tree is not the one of the second checkpoint")
    root_then = range_hash(0, small.size, tree.node)
    if root_then == small.root:
        return None
    path: Path = ()
    if 0 < small.size < large.size:
        path = consistency_path(small.size, large.size, tree.node)
    return Fork(first=first, second=second, root_then=root_then, path=path)


def verify_fork(fork: Fork, *, log_key: LogKeys) -> tuple[Checkpoint, Checkpoint]:
    """Refuse unless the fork is proven; return the two checkpoints.

    Raises:
        MalformedError, SignatureInvalidError: A note is not one that the log signed.
        ProofError: Both can be true, or it is not proven that they cannot.
    """
    first = _verified(fork.first, log_key, "first")
    second = _verified(fork.second, log_key, "second")
    if first.size == second.size:
        root_then = second.root
    elif first.size == 0:  # the tree of nothing is known; there is no path from it
        root_then = EMPTY_ROOT
    else:
        root_then = fork.root_then
        verify_consistency(
            old_size=first.size,
            new_size=second.size,
            old_root=root_then,
            new_root=second.root,
            path=fork.path,
        )
    if first.root == root_then:
        raise ProofError("no fork: both checkpoints can be true")
    return first, second


def render_fork(fork: Fork) -> bytes:
    """Write the evidence of a fork."""
    return render_canonical_json(
        {
            "schema": SCHEMA,
            "first": fork.first.decode(),
            "second": fork.second.decode(),
            "rootThen": base64.b64encode(fork.root_then).decode(),
            "path": [base64.b64encode(item).decode() for item in fork.path],
        }
    )


def parse_fork(data: bytes) -> Fork:
    """Read the evidence of a fork; nothing in it is verified yet.

    Raises:
        MalformedError: Not of that schema.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_FORK_BYTES))
    if document.field("schema").text() != SCHEMA:
        raise MalformedError(f"not of the schema {SCHEMA!r}", where="schema")
    path = tuple(item.parsed(decode_base64) for item in document.field("path").items())
    if len(path) > _MAX_PATH:
        raise MalformedError(f"a path of {len(path)} hashes", where="path")
    return Fork(
        first=document.field("first").text().encode(),
        second=document.field("second").text().encode(),
        root_then=document.field("rootThen").parsed(decode_base64),
        path=path,
    )


def _verified(note: bytes, log_key: LogKeys, which: str) -> Checkpoint:
    with inside(which):
        return verify_seen(note, log_key=log_key)
