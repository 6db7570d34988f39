"""A VEX document in the log: the bytes as they came, and what its own author signed of them.

Two predicates hold one. `DOCUMENT_TYPE` is the word of who signs the record, a `vex-author`: of a
document of their own, or of another's that nobody signed and that they answer for. `IMPORT_TYPE` is
an importer's: it says that this came in, and counts for nothing but the signature inside it.

What is in the document is read anew by whoever wants it; the record says nothing about it.
"""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.evidence.exactbase64 import decode_base64

DOCUMENT_TYPE: Final = "urn:assay:predicate:vex-document:v1"
IMPORT_TYPE: Final = "urn:assay:predicate:vex-import:v1"
WITHDRAWAL_TYPE: Final = "urn:assay:predicate:vex-withdrawal:v1"
MAX_DOCUMENT_BYTES: Final = 16 * 2**20  # the largest advisory of a distribution is a third of it
MAX_SIGNATURE_BYTES: Final = 64 * 2**10
MAX_NAME: Final = 200  # characters
MAX_REASON: Final = 2_000
_MEMBERS: Final = frozenset({"file", "observedAt", "digest", "content", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VexRecord:
    """The file `file` as it was; `signature` is a detached one (OpenPGP), empty without one.

    `content` may be an envelope or a Sigstore bundle itself: then the document is inside.
    """

    file: str
    observed_at: datetime
    content: bytes = field(repr=False)
    signature: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Refuse nothing, and more than anybody reads."""
        if not (0 < len(self.file) <= MAX_NAME and self.file.isprintable()):
            raise MalformedError("empty, too long, or cannot be printed", where="file")
        if not 0 < len(self.content) <= MAX_DOCUMENT_BYTES:
            raise MalformedError(
                f"{len(self.content)} bytes, where 1 to {MAX_DOCUMENT_BYTES} are read",
                where="content",
            )
        if len(self.signature) > MAX_SIGNATURE_BYTES:
            raise MalformedError(
                f"{len(self.signature)} bytes, where {MAX_SIGNATURE_BYTES} are read",
                where="signature",
            )

    @property
    def digest(self) -> Digest:
        """Return the digest of the file: the subject of the statement."""
        return sha256_of(self.content)

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            "file": self.file,
            "observedAt": format_time(self.observed_at),
            "digest": str(self.digest),
            "content": base64.b64encode(self.content).decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }


def parse_vex_record(value: JsonValue) -> VexRecord:
    """Read what `VexRecord.as_json` wrote.

    Raises:
        MalformedError: A member is missing, more than known or of another type; or the digest is
            of something else.
    """
    for name, member in value.members():
        if name not in _MEMBERS:
            raise MalformedError(f"unknown member {name!r}", where=member.where)
    file, content = value.field("file").text(), value.field("content").parsed(decode_base64)
    observed_at = value.field("observedAt").parsed(parse_time)
    signature = value.field("signature").parsed(decode_base64)
    with inside(value.where):
        record = VexRecord(file=file, observed_at=observed_at, content=content, signature=signature)
    if value.field("digest").text() != str(record.digest):
        raise MalformedError("the digest is of something else", where=value.field("digest").where)
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class VexWithdrawal:
    """A recorded document, by the digest of its envelope, that is to end, and why."""

    document: Digest
    reason: str

    def __post_init__(self) -> None:
        """Refuse a withdrawal that nobody has to answer for."""
        if not self.reason.strip():
            raise MalformedError("a withdrawal without a reason", where="reason", hint="say why")
        if len(self.reason) > MAX_REASON:
            raise MalformedError(f"a reason of over {MAX_REASON} characters", where="reason")

    def as_json(self) -> dict[str, object]:
        """Return the predicate; the document is the subject of the statement."""
        return {"reason": self.reason}
