"""Verifier keys (C2SP) that were given on the command line: what is none is a wrong call."""

from assay.core.errors import AssayError, UsageError
from assay.signing.notekey import NoteKey, parse_note_key, parse_witness_key


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
