"""`assay log witness`: this machine cosigns checkpoints of the logs that it is told of.

The witness lives in a folder: `witness.vkey` (its name and public key), `witness.pem` (its private
key, unless another is named), `logs` (verifier keys, one on a line) and `state/`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import MalformedError, UnavailableError, UsageError, inside
from assay.core.printable import printable
from assay.evidence.checkpoints.checkpoint import add_cosignatures, cosign_checkpoint
from assay.evidence.checkpoints.witness import (
    MAX_REQUEST_BYTES,
    AddCheckpoint,
    WitnessRefusedError,
    claimed_origin,
    cosigning_time,
    keys_after,
    parse_add_checkpoint,
    refuse_ahead,
    verify_request,
)
from assay.evidence.checkpoints.witnessstate import LogState, WitnessState
from assay.operations.linefile import load_lines
from assay.operations.verifierkeys import read_log_key
from assay.signing.keyfile import create_key_file, load_key_file
from assay.signing.keys import Signer
from assay.signing.notekey import NoteKey, cosigner_key, parse_note_key, render_note_key
from assay.signing.signers import open_signer
from assay.system.clock import now
from assay.system.files import load_file, save_file
from assay.system.httpserver import Report, Request, Response, ServerLimits, http_server

REQUESTS_PER_MINUTE: Final = 120
_LIMITS: Final = ServerLimits(
    max_body_bytes=MAX_REQUEST_BYTES, seconds=15, connections=64, per_minute=REQUESTS_PER_MINUTE
)
_MAX_LOGS_BYTES: Final = 2**20  # some ten thousand logs
_MAX_KEY_BYTES: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness, its key, and the keys of the logs that it knows."""

    key: NoteKey
    signer: Signer
    log_keys: tuple[NoteKey, ...]
    state: WitnessState
    report: Report
    clock: Clock

    @property
    def verifier_key(self) -> str:
        """The witness's public key, as trust roots and other tools name it."""
        return render_note_key(self.key)

    def answer(self, request: Request) -> Response:
        """Answer one request over HTTP."""
        if request.path != "/add-checkpoint":
            return _refusal(404, "no such page")
        if request.method != "POST":
            return _refusal(405, "use POST")
        try:
            return Response(status=200, body=self.cosign(parse_add_checkpoint(request.body)))
        except WitnessRefusedError as error:
            return self._refused(error)
        except MalformedError as error:
            return _refusal(400, error.what)
        except UnavailableError as error:
            self.report(printable(str(error)))
            return _refusal(503, "try again later")

    def cosign(self, request: AddCheckpoint) -> bytes:
        """Return the cosignature line for what is asked; it is remembered before.

        Raises:
            MalformedError: The note is none.
            WitnessRefusedError: It is not to be cosigned.
            UnavailableError: It cannot be remembered.
        """
        origin = claimed_origin(request.note)
        log_keys = tuple(key for key in self.log_keys if key.name == origin)
        if not log_keys:  # before any file is made for a name that a stranger chose
            verify_request(request, log_keys=(), last=None)
        with self.state.locked(origin) as state:
            log_keys = keys_after(state.note, log_keys)
            try:
                verify_request(request, log_keys=log_keys, last=state.last)
                time = self.clock()
                at = cosigning_time(state.last, now=time)
                refuse_ahead(request.note, log_keys=log_keys, now=time)
            except WitnessRefusedError as error:
                self._keep(error, state, request, origin)
                raise
            name = self.key.name
            line = cosign_checkpoint(request.note, name=name, signer=self.signer, at=at)
            state.save(add_cosignatures(request.note, line))
        return line

    def _keep(
        self, error: WitnessRefusedError, state: LogState, request: AddCheckpoint, origin: str
    ) -> None:
        if error.fork and (kept := state.keep_fork(request.note)):
            self.report(f"{origin!r} signed two histories; both are kept in {str(kept)!r}")

    def _refused(self, error: WitnessRefusedError) -> Response:
        if error.size is None:
            return _refusal(error.refusal.value, error.what)
        body = f"{error.size}\n".encode()
        return Response(status=error.refusal.value, body=body, content_type="text/x.tlog.size")


def open_witness(
    folder: Path,
    *,
    name: str,
    key_uri: str,
    logs: tuple[str, ...],
    report: Report,
    clock: Clock = now,
) -> Witness:
    """Open the witness in `folder`, made with a new key where there is none.

    `name` may be empty where the folder has a witness. `key_uri` names its key where it is not the
    file `witness.pem`. `logs` are verifier keys, besides those in the file `logs`.

    Raises:
        UsageError: No name, or another than the witness in this folder has.
        MalformedError: A verifier key is none.
    """
    signer = open_signer(key_uri, passphrase=None) if key_uri else _load_signer(folder, name)
    key = cosigner_key(_load_name(folder, name), signer.public)
    _remember_key(folder, render_note_key(key))
    listed = load_lines(folder / "logs", max_bytes=_MAX_LOGS_BYTES)
    log_keys = tuple(map(read_log_key, (*logs, *listed)))
    return Witness(
        key=key,
        signer=signer,
        log_keys=tuple(dict.fromkeys(log_keys)),
        state=WitnessState(folder / "state", key),
        report=report,
        clock=clock,
    )


@contextmanager
def serve_witness(witness: Witness, *, host: str, port: int) -> Iterator[str]:
    """Answer requests over HTTP inside the block; yield the URL.

    Raises:
        UsageError: It knows no log, so it would refuse everything.
        UnavailableError: It cannot listen there.
    """
    if not witness.log_keys:
        raise UsageError("no log to witness", hint="name its key with --log, or in the file logs")
    with http_server(
        witness.answer, host=host, port=port, limits=_LIMITS, report=witness.report
    ) as url:
        yield url


def _load_signer(folder: Path, name: str) -> Signer:
    path = folder / "witness.pem"
    if path.exists():
        return load_key_file(path)
    if not name:
        raise UsageError("no witness here yet", where=str(folder), hint="--name names a new one")
    if (folder / "witness.vkey").exists():
        raise UsageError("the key of this witness has gone", where=str(path), hint="restore it")
    return create_key_file(path, algorithm="ed25519")


def _load_name(folder: Path, name: str) -> str:
    path = folder / "witness.vkey"
    known = ""
    if path.exists():
        with inside(str(path)):
            text = load_file(path, max_bytes=_MAX_KEY_BYTES).decode("utf-8", "replace").strip()
            known = parse_note_key(text).name
    if name and known and name != known:
        raise UsageError(
            f"the witness here is {known!r}, not {name!r}",
            where=str(folder),
            hint="one key has one name; make another witness in another folder",
        )
    if not (name or known):
        raise UsageError("a witness without a name", where=str(folder), hint="--name NAME")
    return name or known


def _remember_key(folder: Path, verifier_key: str) -> None:
    path = folder / "witness.vkey"
    line = f"{verifier_key}\n".encode()
    if not path.exists():
        save_file(path, line)
    elif load_file(path, max_bytes=_MAX_KEY_BYTES) != line:
        raise UsageError("the key of this witness is another one", where=str(path))


def _refusal(status: int, what: str) -> Response:
    return Response(status=status, body=f"{printable(what)}\n".encode())
