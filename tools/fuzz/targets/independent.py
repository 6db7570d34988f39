"""The verifier of kits that stands alone, `contrib/verify.py`: its own exits, and no others.

Hashes and signatures shield what lies behind them, so each layer is also given input that a log
and its owners have signed: they may be hostile too.
"""

import base64
import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from tests.fakes.trust import BOB, COMMIT, KIND, LOG, LOG_KEY, NOW, ORIGIN, ROOT
from tests.operations.hostilelog import Recorded, hostile_log, recorded_change

from assay.cli.output import EXIT_STATUS
from assay.core.errors import MalformedError, RejectedError
from assay.evidence.checkpoints.note import cosign_text, render_signature, sign_text
from assay.evidence.dsse import sign_dsse
from assay.evidence.statement import PAYLOAD_TYPE
from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.operations.verify_kit import Expectations, verify_kit
from assay.signing.notekey import cosigner_key, render_note_key
from assay.signing.trust import render_trust_root, trust_root_digest
from fuzz.target import Target, named
from fuzz.targets.kernel import checkpoint_texts, envelopes, kits

_VERIFY: Final = "contrib.verify"
_DATING: Final = cosigner_key(ORIGIN, LOG.public)
_ROOT: Final = json.loads(render_trust_root(ROOT))
_ROLES: Final = ("collector", "gate", "owner")
# What its `main` answers with status 1, as `WRONG` there says.
_WRONG: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def _kit(data: bytes) -> object:
    """Run the command on a kit in its canonical form, which is all that it reads."""
    with contextlib.suppress(ValueError, RecursionError):  # no JSON: as it is, then
        data = _canonical(json.loads(data))  # not strict: whatever comes out is given
    return _status(data, "--log-key", render_note_key(LOG_KEY))


def _status(kit: bytes, *trust: str) -> object:
    file = os.memfd_create("kit")
    try:
        os.write(file, kit)
        with contextlib.redirect_stdout(io.StringIO()):
            status = named(f"{_VERIFY}:main")(
                [f"/proc/self/fd/{file}", "--subject", str(COMMIT), *trust]
            )
    except SystemExit as error:
        raise RuntimeError(f"it ended by itself with {error.code}") from error
    finally:
        os.close(file)
    return _refused_unless(status in {0, 1, 3}, status)


def _both(data: bytes) -> object:
    """Ask both verifiers about a kit of a log that was real; they must answer the same."""
    file, key = os.memfd_create("kit"), render_note_key(LOG_KEY)
    try:
        os.write(file, data)
        expected = Expectations(subject=str(COMMIT), trust_root=None, trust_digest="", log_key=key)
        try:
            ours = EXIT_STATUS[verify_kit(Path(f"/proc/self/fd/{file}"), expected=expected).result]
        except RejectedError as error:
            ours = error.exit_status
    finally:
        os.close(file)
    try:
        second = _status(data, "--log-key", key)
    except MalformedError:
        second = 1
    if second != ours:
        raise RuntimeError(f"statuses of {ours} and {second}")
    return _refused_unless(holds=True, status=ours)


def _whole_kits() -> Sequence[bytes]:
    """Return the kit of a log with two versions of the trust root and one statement."""
    first, second = (json.loads(root) for root in reversed(_roots()))
    made = Recorded(envelope=envelopes()[0], subject=COMMIT, kind=KIND)
    return (hostile_log((recorded_change(first, BOB), recorded_change(second, BOB), made)),)


def _refused_unless(holds: object, status: object) -> object:
    if not holds:
        raise RuntimeError(f"an exit status of {status}")
    if status == 1:
        raise MalformedError("the kit")
    return status


def _note(text: bytes) -> object:
    """Read a checkpoint that the log signed and dated, whatever it says."""
    lines = render_signature(sign_text(text, key=LOG_KEY, signer=LOG))
    lines += render_signature(cosign_text(text, key=_DATING, signer=LOG, at=NOW))
    with _refusing():
        return named(f"{_VERIFY}:Checkpoint")(
            (text + b"\n" + lines).decode(), [(-1, render_note_key(LOG_KEY))]
        )


def _entry(data: bytes) -> object:
    """Read an entry that the log holds, whatever it is; ask who signed it, and for its policy."""
    value = {"index": 0, "envelope": base64.b64encode(data).decode(), "path": []}
    head = SimpleNamespace(size=1, root=hashlib.sha256(b"\0" + data).digest(), at=NOW, follows=True)
    with _refusing():
        entry = named(f"{_VERIFY}:Entry")(value, [head])
        named(f"{_VERIFY}:Entry").signed_by(entry, _ROOT, _ROLES)  # type: ignore[attr-defined]  # a class
    return entry


def _trust(root: bytes) -> object:
    """Walk two versions of a trust root, the second of which its owners signed."""
    changes = (as_change(render_trust_root(ROOT)), as_change(root))
    sealed = [sign_dsse(data, payload_type=PAYLOAD_TYPE, signers=(BOB,)) for data in changes]
    with _refusing():
        return named(f"{_VERIFY}:walk_trust")([_entry(data) for data in sealed], None)


def as_change(root: bytes) -> bytes:
    """Return the statement that would put `root` in force, whatever it is."""
    try:
        value = json.loads(root)  # not strict, as in `_kit`
    except (ValueError, RecursionError) as error:
        raise MalformedError("no JSON") from error
    digest = hashlib.sha256(_canonical(value)).hexdigest()
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "trust-root", "digest": {"sha256": digest}}],
        "predicateType": TRUST_ROOT_TYPE,
        "predicate": {"root": value},
    }
    return _canonical(document)


def _canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _roots() -> Sequence[bytes]:
    second = replace(ROOT, history=(trust_root_digest(ROOT),))
    return (render_trust_root(second), render_trust_root(ROOT))


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Let what `main` answers with status 1 be a refusal."""
    try:
        yield
    except _WRONG as error:
        raise MalformedError(f"{type(error).__name__}: {error}") from error


TARGETS: Final[tuple[Target, ...]] = (
    Target(name="assay.operations.verify_kit:verify_kit", read=_both, seeds=_whole_kits),
    Target(name=f"{_VERIFY}:main", read=_kit, seeds=kits, refuses_examples=True),
    Target(name=f"{_VERIFY}:Checkpoint", read=_note, seeds=checkpoint_texts),
    Target(
        name=f"{_VERIFY}:Entry",
        read=_entry,
        seeds=envelopes,
        also=(f"{_VERIFY}:is_signed",),
    ),
    Target(name=f"{_VERIFY}:walk_trust", read=_trust, seeds=_roots),
)
