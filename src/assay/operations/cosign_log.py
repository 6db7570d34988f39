"""`assay log cosign`: have witnesses cosign the newest checkpoint, and keep what they answer.

The witnesses are asked one after the other. What a witness answers counts when the key of a known
witness verifies it; one that does not answer takes nothing away from the others.
"""

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final
from urllib.parse import urlsplit

from assay.core.clock import Clock
from assay.core.errors import (
    AssayError,
    MalformedError,
    RejectedError,
    TamperedError,
    UnavailableError,
    UsageError,
)
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    Cosigned,
    verify_checkpoint,
    verify_cosigned,
)
from assay.evidence.checkpoints.note import (
    Note,
    parse_note,
    parse_signature_lines,
    render_signature,
    verify_signatures,
)
from assay.evidence.checkpoints.witness import AddCheckpoint, render_add_checkpoint
from assay.operations.home import Home
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.linefile import load_lines
from assay.operations.trustfile import witness_keys
from assay.operations.verifierkeys import read_witness_key
from assay.signing.notekey import NoteKey
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.http import FetchLimits
from assay.system.httppost import Posted, post_bytes

_LIMITS: Final = FetchLimits(max_bytes=64 * 2**10, seconds=30)
_MAX_WITNESSES_BYTES: Final = 64 * 2**10
_ATTEMPTS: Final = 4  # the log may be cosigned from elsewhere between two of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignReport:
    """What came of it: the checkpoint, who cosigned it, and which witnesses did not answer."""

    origin: str
    size: int
    quorum: int
    cosigned: tuple[Cosigned, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """PASSED where as many cosigned as the trust root asks for, and at least one."""
        return Verdict.PASSED if len(self.cosigned) >= max(self.quorum, 1) else Verdict.UNKNOWN


def cosign_log(
    path: FilePath, *, urls: tuple[str, ...], keys: tuple[str, ...], clock: Clock = now
) -> CosignReport:
    """Ask the witnesses at `urls`, else those in the file `witnesses` of the data folder.

    `keys` are the verifier keys of witnesses that count besides those of the trust root.

    Raises:
        UsageError: No witness to ask, no key of one, or nothing in the log.
        TamperedError: A witness has seen another history of this log, or a longer one.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        known = (*witness_keys(ledger.trust), *map(read_witness_key, keys))
        asked = urls or configured_witnesses(ledger.home)
        if not asked:
            hint = f"name it with --witness, or in the file {ledger.home.witnesses}"
            raise UsageError("no address of a witness", hint=hint)
        if not known:
            hint = "the trust root names those that count, and so does --witness-key"
            raise UsageError("no key of a witness", hint=hint)
        note = ledger.store.latest_checkpoint()
        if note is None:
            raise UsageError("nothing to cosign: the log is empty", where=ledger.store.place)
        return _cosign(ledger, note, known, asked)


def _cosign(
    ledger: Ledger, note: bytes, known: tuple[NoteKey, ...], urls: tuple[str, ...]
) -> CosignReport:
    checkpoint = verify_checkpoint(note, log_key=ledger.log_key)
    gaps, contradiction = list[NotChecked](), None
    for url in urls:
        try:
            lines = _ask(url, ledger, checkpoint, note, known)
        except TamperedError as error:  # the others are asked all the same
            contradiction = contradiction or error
        except AssayError as error:
            gaps.append(_gap(url, error))
        else:
            ledger.store.cosignatures.add(checkpoint.size, lines)
    if contradiction is not None:
        raise contradiction
    whole = ledger.store.cosigned_checkpoint(checkpoint.size) or note
    return CosignReport(
        origin=checkpoint.origin,
        size=checkpoint.size,
        quorum=ledger.trust.quorum,
        cosigned=verify_cosigned(whole, witnesses=known, quorum=0),
        not_checked=tuple(gaps),
    )


def _ask(
    url: str, ledger: Ledger, checkpoint: Checkpoint, note: bytes, known: tuple[NoteKey, ...]
) -> bytes:
    """Return the lines of known witnesses in what the witness at `url` answers."""
    old = max((s for s in ledger.store.cosignatures.sizes() if s <= checkpoint.size), default=0)
    for _ in range(_ATTEMPTS):
        path = tuple[bytes, ...]()
        if 0 < old < checkpoint.size:
            path = ledger.store.consistency_proof(old, checkpoint.size)
        posted = _post(url, AddCheckpoint(old_size=old, path=path, note=note))
        if posted.status == 200:
            return _known_lines(note, posted.body, known)
        if posted.status != 409 or posted.content_type != "text/x.tlog.size":
            told = printable(posted.body.decode("utf-8", "replace").strip(), limit=200)
            raise UnavailableError(f"the witness answers {posted.status}: {told}", where=url)
        old = _last_size(posted, checkpoint, old, url)
    raise UnavailableError("the witness did not settle", where=url, hint="try again")


def _last_size(posted: Posted, checkpoint: Checkpoint, asked: int, url: str) -> int:
    """Return the size that the witness says it last cosigned, if this log can have it."""
    body = posted.body.strip()
    if not body.isdigit() or len(body) > 19:
        raise MalformedError(f"{body[:40]!r} is no size", where=url)
    size = int(body)
    if size > checkpoint.size:
        raise TamperedError(
            f"the witness has cosigned {entries(size)}, where there are {checkpoint.size}",
            where=url,
            hint="the log was cut or set back: restore a copy that holds what the witness saw",
        )
    if size == asked:
        raise TamperedError(
            f"the witness has cosigned another tree of {entries(size)}",
            where=url,
            hint="keep both; somebody used the log's key to sign two histories",
        )
    return size


def _post(url: str, request: AddCheckpoint) -> Posted:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError as error:
        raise RejectedError("no URL", where=repr(url)) from error
    return post_bytes(
        f"{url.rstrip('/')}/add-checkpoint",
        render_add_checkpoint(request),
        hosts=frozenset({host}),
        limits=_LIMITS,
    )


def _known_lines(note: bytes, lines: bytes, known: tuple[NoteKey, ...]) -> bytes:
    """Return the lines that keys of known witnesses verify; those of unknown ones are ignored."""
    answered = Note(text=parse_note(note).text, signatures=parse_signature_lines(lines))
    found = [s for key in known for s in verify_signatures(answered, key=key)]
    if not found:
        raise UnavailableError("no cosignature of a known witness came")
    return b"".join(map(render_signature, found))


def _gap(url: str, error: AssayError) -> NotChecked:
    return NotChecked(
        what="the cosignature of a witness", where=url, why=error.what, remedy=error.hint
    )


def size_at_witness(url: str, note: bytes) -> int:
    """Return how many entries the witness at `url` has cosigned of the log of `note`.

    It is asked as if it had seen nothing: where it has, it says what. Where it has not, it may
    cosign `note`, which is true.

    Raises:
        UnavailableError: It does not answer, or not that.
    """
    posted = _post(url, AddCheckpoint(old_size=0, path=(), note=note))
    body = posted.body.strip()
    if posted.status == 200:
        return 0
    if posted.status != 409 or not body.isdigit() or len(body) > 19:
        raise UnavailableError(f"the witness answers {posted.status}", where=url)
    return int(body)


def configured_witnesses(home: Home) -> tuple[str, ...]:
    """Return the addresses of witnesses that the data folder names."""
    return load_lines(home.witnesses, max_bytes=_MAX_WITNESSES_BYTES)
