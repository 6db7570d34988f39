"""A witness after C2SP tlog-witness: what it is asked, and what it answers. Pure.

A witness cosigns a checkpoint of a log that it knows, if the checkpoint extends the last one that
it cosigned. So no two checkpoints with its cosignature contradict each other, and whoever asks for
cosignatures cannot be shown another history than everybody else.

The order of the checks is the specification's; each refusal has its status. What the witness has
to remember, and that it is durable before the answer leaves, is the business of its caller.
"""

import base64
import enum
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assay.core.clock import format_time
from assay.core.errors import MalformedError, ProofError, RejectedError, SignatureInvalidError
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import Checkpoint, verify_checkpoint
from assay.evidence.checkpoints.note import (
    MAX_NOTE_BYTES,
    parse_note,
    time_of,
    verify_signatures,
)
from assay.evidence.exactbase64 import decode_base64
from assay.evidence.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE, Path, verify_consistency
from assay.signing.notekey import NoteKey, cosigner_key

MAX_PROOF_LINES: Final = 63
MAX_REQUEST_BYTES: Final = MAX_NOTE_BYTES + 64 * 2**10  # the proof is 63 lines of 45 bytes
CLOCK_TOLERANCE: Final = timedelta(minutes=5)  # a clock that was corrected, not one set back

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")


class Refusal(enum.Enum):
    """Why a witness does not cosign; the value is the HTTP status of the answer."""

    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    CONFLICT = 409
    NOT_CONSISTENT = 422
    CLOCK = 503


class WitnessRefusedError(RejectedError):
    """The witness does not cosign.

    `size` is the size that it last cosigned, where that is what the asker has to know. `fork` is
    true where the log signed two trees of one size.
    """

    def __init__(
        self, refusal: Refusal, what: str, *, size: int | None = None, fork: bool = False
    ) -> None:
        super().__init__(what)
        self.refusal = refusal
        self.size = size
        self.fork = fork


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A request to cosign: the size that the witness last saw, the proof from there, the note."""

    old_size: int
    path: Path
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """What the witness last cosigned of a log, and the time that it put on it."""

    checkpoint: Checkpoint
    at: datetime


def render_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Write the body of the request."""
    lines = [f"old {request.old_size}", *(base64.b64encode(h).decode() for h in request.path)]
    return "".join(f"{line}\n" for line in [*lines, ""]).encode() + request.note


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Read the body of a request; nothing in it is verified yet.

    Raises:
        MalformedError: Not of that form.
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise MalformedError(f"{len(body)} bytes, where at most {MAX_REQUEST_BYTES} are read")
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("a proof that is not ASCII") from error
    found = _OLD.match(first)
    if found is None or not blank or int(found[1]) > MAX_SIZE:
        raise MalformedError("no old size")
    if len(hashes) > MAX_PROOF_LINES:
        raise MalformedError(f"{len(hashes)} hashes, where at most {MAX_PROOF_LINES} are read")
    path = tuple(map(decode_base64, hashes))
    if any(len(item) != HASH_BYTES for item in path):
        raise MalformedError("a hash that has not 32 bytes")
    return AddCheckpoint(old_size=int(found[1]), path=path, note=note)


def claimed_origin(note: bytes) -> str:
    """Return the origin that a note claims, to find the keys that it must be signed with.

    Raises:
        MalformedError: Not a note.
    """
    return parse_note(note).text.split(b"\n", 1)[0].decode()


def verify_request(
    request: AddCheckpoint, *, log_keys: tuple[NoteKey, ...], last: LastSeen | None
) -> Checkpoint:
    """Return the checkpoint to cosign: signed by a key of the log, and extending what was seen.

    `log_keys` are the keys that are trusted for the origin that the note claims.

    Raises:
        WitnessRefusedError: Anything does not hold; its `refusal` says what.
    """
    checkpoint = _verify_log_signature(request.note, log_keys)
    if request.old_size > checkpoint.size:
        raise WitnessRefusedError(Refusal.MALFORMED, "the old size is larger than the new one")
    seen = Checkpoint(origin=checkpoint.origin, size=0, root=EMPTY_ROOT)
    if last is not None:
        seen = last.checkpoint
    if request.old_size != seen.size:
        raise WitnessRefusedError(
            Refusal.CONFLICT, f"{entries(seen.size)} were last cosigned", size=seen.size
        )
    _verify_growth(request, seen, checkpoint)
    return checkpoint


def keys_after(last_note: bytes, log_keys: tuple[NoteKey, ...]) -> tuple[NoteKey, ...]:
    """Return the keys of a log that count by now: the newest that signed `last_note`, and later.

    `log_keys` are in the order in which the log had them; `last_note` is what was last cosigned,
    empty before anything was. So an old key that somebody has opens nothing once a checkpoint under
    the next one was seen.

    Raises:
        MalformedError: `last_note` is no note.
        SignatureInvalidError: A signature on it is by one of the keys, and does not verify.
    """
    if not last_note:
        return log_keys
    note = parse_note(last_note)
    signed = [n for n, key in enumerate(log_keys) if verify_signatures(note, key=key)]
    return log_keys[max(signed, default=0) :]


def cosigning_time(last: LastSeen | None, *, now: datetime) -> datetime:
    """Return the time to put on a cosignature: never before the last one of the same log.

    A cosignature says that this was the largest tree seen as of that time. Dated back, it would
    say so of a time for which a larger one was cosigned.

    Raises:
        WitnessRefusedError: The clock is more than five minutes behind the last cosignature.
    """
    if last is None or now >= last.at:
        return now
    if last.at - now > CLOCK_TOLERANCE:
        raise WitnessRefusedError(Refusal.CLOCK, "the clock of this witness was set back")
    return last.at


def refuse_ahead(note: bytes, *, log_keys: tuple[NoteKey, ...], now: datetime) -> None:
    """Refuse a checkpoint that its log dates after now: with it, nothing later could be recorded.

    A log need not date its checkpoints; `note` is one that it signed.

    Raises:
        WitnessRefusedError: The date is more than five minutes ahead of the clock here.
    """
    for log_key in log_keys:
        key = cosigner_key(log_key.name, log_key.public)
        for signature in verify_signatures(parse_note(note), key=key):
            if time_of(signature) - now > CLOCK_TOLERANCE:
                raise WitnessRefusedError(
                    Refusal.CLOCK,
                    f"dated {format_time(time_of(signature))}, and the clock of this witness says "
                    f"{format_time(now)}",
                )


def _verify_log_signature(note: bytes, log_keys: tuple[NoteKey, ...]) -> Checkpoint:
    """Return what one of the log's keys signed; a wrong signature by any of them refuses."""
    if not log_keys:
        raise WitnessRefusedError(Refusal.UNKNOWN_LOG, "no key is known for this log")
    found: Checkpoint | None = None
    for log_key in log_keys:
        try:
            found = verify_checkpoint(note, log_key=log_key)
        except SignatureInvalidError as error:
            if parse_note(note).by(log_key):
                raise WitnessRefusedError(Refusal.NOT_SIGNED, error.what) from error
    if found is None:
        raise WitnessRefusedError(Refusal.NOT_SIGNED, "no known key of the log signed this")
    return found


def _verify_growth(request: AddCheckpoint, seen: Checkpoint, new: Checkpoint) -> None:
    if seen.size == new.size:
        if request.path:
            raise WitnessRefusedError(Refusal.NOT_CONSISTENT, "a proof where nothing grew")
        if seen.root != new.root:
            what = f"another tree of {entries(seen.size)} was cosigned"
            raise WitnessRefusedError(Refusal.CONFLICT, what, size=seen.size, fork=seen.size > 0)
        return
    if seen.size == 0:  # anything extends the empty tree, and a proof of it says nothing
        if request.path:
            raise WitnessRefusedError(Refusal.NOT_CONSISTENT, "a proof from the empty tree")
        return
    try:
        verify_consistency(
            old_size=seen.size,
            new_size=new.size,
            old_root=seen.root,
            new_root=new.root,
            path=request.path,
        )
    except ProofError as error:
        raise WitnessRefusedError(Refusal.NOT_CONSISTENT, error.what) from error
