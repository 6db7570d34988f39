"""A verdict in a file: the envelope and the proof of its place in the log, for `assay verify`.

Schema `assay.saved-verdict/v1`: `envelope` is the DSSE envelope in base64, byte for byte as the log
has it; `proof` is the text of a C2SP tlog-proof, which carries the signed checkpoint.
"""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.system.files import load_file, save_file

SCHEMA: Final = "assay.saved-verdict/v1"
MAX_BYTES: Final = 64 * 2**20  # a verdict with many reasons has a few megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVerdict:
    """The bytes of the envelope and of the proof; nothing in them is verified yet."""

    envelope: bytes = field(repr=False)
    proof: bytes = field(repr=False)


def save_verdict(path: Path, saved: SavedVerdict) -> None:
    """Write the file.

    Raises:
        UnavailableError: It cannot be written.
    """
    document = {
        "schema": SCHEMA,
        "envelope": base64.b64encode(saved.envelope).decode(),
        "proof": saved.proof.decode(),
    }
    save_file(path, render_canonical_json(document) + b"\n")


def load_verdict(path: Path) -> SavedVerdict:
    """Read the file.

    Raises:
        UsageError: There is no such file.
        MalformedError: Not a saved verdict.
    """
    data = load_file(path, max_bytes=MAX_BYTES)
    with inside(str(path)):
        return _parse_saved(data)


def named_digest(text: str) -> Digest:
    """Read a digest that the caller wrote.

    Raises:
        UsageError: It is none.
    """
    try:
        return parse_digest(text)
    except MalformedError as error:
        raise UsageError(error.what, hint=error.hint or "write it as algorithm:hex") from error


def _parse_saved(data: bytes) -> SavedVerdict:
    document = JsonValue(parse_json(data, max_bytes=MAX_BYTES))
    if document.field("schema").text() != SCHEMA:
        raise MalformedError(f"not of the schema {SCHEMA!r}", where="schema")
    try:
        envelope = base64.b64decode(document.field("envelope").text(), validate=True)
    except ValueError as error:  # not ASCII, or not base64
        raise MalformedError(f"not base64: {error}", where="envelope") from error
    return SavedVerdict(envelope=envelope, proof=document.field("proof").text().encode())
