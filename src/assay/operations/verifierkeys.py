"""Verifier keys (C2SP) that were given on the command line: what is none is a wrong call."""

from typing import Final

from assay.core.errors import AssayError, UsageError
from assay.core.notchecked import NotChecked
from assay.signing.notekey import NoteKey, parse_note_key, parse_witness_key

NO_WITNESS: Final = NotChecked(
    what="cosignatures",
    where="checkpoint",
    why="no witness was asked for: the log may show others another history",
    remedy="--witness-key and --quorum",
)


def read_log_key(text: str) -> NoteKey:
    """Return the verifier key of a log.

    Raises:
        UsageError: It is none.
    """
    try:
        return parse_note_key(text)
    except AssayError as error:
        hint = "assay log checkpoint --key prints the key of a log"
        raise UsageError(error.what, hint=hint) from error


def read_witness_key(text: str) -> NoteKey:
    """Return the verifier key of a witness.

    Raises:
        UsageError: It is none.
    """
    try:
        return parse_witness_key(text)
    except AssayError as error:
        hint = error.hint or "assay log witness-key prints the key of a witness"
        raise UsageError(error.what, hint=hint) from error


def read_witness_keys(texts: tuple[str, ...], *, quorum: int) -> tuple[NoteKey, ...]:
    """Return the verifier keys of the witnesses of whom `quorum` must have cosigned.

    Raises:
        UsageError: One is none; or the quorum cannot be reached, or asks for none of those named.
    """
    if not 0 <= quorum <= len(texts) or (texts and not quorum):
        raise UsageError(f"a quorum of {quorum} among {len(texts)} witnesses")
    return tuple(map(read_witness_key, texts))
