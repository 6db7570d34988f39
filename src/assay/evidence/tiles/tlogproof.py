"""C2SP tlog-proof: one text file that proves, offline, that an entry is in the log."""

import base64
import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.evidence.checkpoints.checkpoint import Checkpoint, verify_checkpoint
from assay.evidence.checkpoints.note import MAX_NOTE_BYTES
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.merkle import HASH_BYTES, Path, leaf_hash, verify_inclusion
from assay.signing.notekey import NoteKey

MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + 64 * 2**10

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """Where an entry is, the path from its leaf to the root, and the note that signs that root.

    `extra` is signed by nobody: it may help to find things, and proves nothing.
    """

    index: int
    path: Path
    checkpoint: bytes
    extra: bytes = b""


def render_tlog_proof(proof: TlogProof) -> bytes:
    """Write the proof as C2SP tlog-proof text."""
    lines = [_HEADER]
    if proof.extra:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines.extend(base64.b64encode(item).decode() for item in proof.path)
    return "\n".join([*lines, "", ""]).encode() + proof.checkpoint


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Read a proof; nothing in it is verified yet.

    Raises:
        MalformedError: Not of that form.
    """
    if len(data) > MAX_PROOF_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_PROOF_BYTES} are read")
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank:
        raise MalformedError("no blank line before the checkpoint", where="proof")
    try:
        header, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("a proof that is not ASCII", where="proof") from error
    if header != _HEADER:
        raise MalformedError(f"{header!r}, where {_HEADER!r} is read", where="proof line 1")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _decoded(lines.pop(0).removeprefix("extra "), "extra")
    found = _INDEX.match(lines[0]) if lines else None
    if found is None:
        raise MalformedError("no index", where="proof")
    path = tuple(_decoded(line, "path") for line in lines[1:])
    if any(len(item) != HASH_BYTES for item in path):
        raise MalformedError("a hash that has not 32 bytes", where="path")
    return TlogProof(index=int(found[1]), path=path, checkpoint=checkpoint, extra=extra)


def verify_tlog_proof(proof: TlogProof, *, entry: bytes, log_key: NoteKey) -> Checkpoint:
    """Return the verified checkpoint of the log that holds `entry` at the proof's index.

    Raises:
        MalformedError, SignatureInvalidError: The checkpoint is not one that the log signed.
        ProofError: The entry is not there under the checkpoint's root.
    """
    checkpoint = verify_checkpoint(proof.checkpoint, log_key=log_key)
    verify_inclusion(
        leaf_hash=leaf_hash(entry),
        index=proof.index,
        tree_size=checkpoint.size,
        path=proof.path,
        root_hash=checkpoint.root,
    )
    return checkpoint


def _decoded(text: str, where: str) -> bytes:
    with inside(where):
        return decode_base64(text)
