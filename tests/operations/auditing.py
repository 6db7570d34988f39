"""Both verifiers on one kit, in this process: what each answers, and what it says."""

import base64
import contextlib
import importlib.util
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Final

from assay.cli.output import EXIT_STATUS
from assay.core.digest import Digest
from assay.core.errors import AssayError
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.envelope import VerifiedStatement, parse_claims, parse_envelope
from assay.evidence.kit.document import render_kit
from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.operations.export_kit import build_kit, export_kit
from assay.operations.record import Recorder
from assay.operations.verify_kit import Expectations, KitVerified, verify_kit
from assay.operations.witnessing import WitnessedCheckpoint
from assay.signing.trust import TrustRoot, trust_root_digest
from tests.operations.run import clock, recorder
from tests.operations.site import Site
from tests.operations.trustkit import moment, pinned

SCRIPT: Final = Path(__file__).resolve().parents[2] / "contrib" / "verify.py"


def load_script() -> ModuleType:
    """Return `contrib/verify.py` as a module."""
    spec = importlib.util.spec_from_file_location("contrib_verify", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_MAIN: Final[Callable[[list[str]], int]] = load_script().main


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The exit status and the words of each verifier."""

    ours: int
    said: str
    second: int
    second_said: str


def audit(
    folder: Path,
    data: bytes,
    *,
    subject: str,
    trust_root: Path | None = None,
    log_key: str = "",
    anchor: Path | None = None,
) -> Answers:
    """Write `data` as a kit into `folder`, and ask both."""
    kit = folder / "kit.json"
    kit.write_bytes(data)
    expected = Expectations(
        subject=subject,
        trust_root=trust_root,
        trust_digest="",
        log_key=log_key,
        anchors=(anchor,) if anchor else (),
    )
    try:
        found = verify_kit(kit, expected=expected)
        ours, said = EXIT_STATUS[found.result], "\n".join((*found.audit.problems, *found.untold))
    except AssayError as error:
        ours, said = error.exit_status, str(error).replace(f"{kit}.", "").replace(str(kit), "kit")
    arguments = [str(kit), "--subject", subject]
    arguments += ["--trust-root", str(trust_root)] if trust_root else ["--log-key", log_key]
    arguments += ["--anchor", str(anchor)] if anchor else []
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(sys.stdout):
        second = _MAIN(arguments)
    return Answers(ours=ours, said=said, second=second, second_said=printed.getvalue())


Kit = dict[str, list[dict[str, object]]]


def canonical(document: object) -> bytes:
    """Write a document as a kit is written, whatever it holds."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commit_of(site: Site) -> str:
    """Return the commit at HEAD as the subject of a kit."""
    return f"gitCommit:{site.repo.head}"


def exported(site: Site, *, hours: float) -> bytes:
    """Export the kit about the commit at HEAD."""
    kit = site.folder / "exported.json"
    export_kit(site.top, subject="", output=kit, clock=clock(hours=hours))
    return kit.read_bytes()


def found_in(site: Site, data: bytes, *, trust_root: Path | None = None) -> KitVerified:
    """Return all that Assay finds in a kit."""
    kit = site.folder / "found.json"
    kit.write_bytes(data)
    expected = Expectations(
        subject=commit_of(site),
        trust_root=trust_root or site.trust,
        trust_digest="",
        log_key="",
    )
    return verify_kit(kit, expected=expected)


def hostile_kit(site: Site, *changes: bytes, hours: float) -> bytes:
    """Return the kit of a log whose operator recorded `changes` of the trust root as they are.

    Whoever has the log's key can append anything, and sign a true index of it.
    """
    with recorder(site, hours=hours) as opened:
        verified = tuple(_signed_by_one(opened, envelope, hours) for envelope in changes)
        if verified:
            opened.append(verified, at=moment(hours))
        note = opened.ledger.store.latest_checkpoint() or b""
        head = WitnessedCheckpoint(
            checkpoint=verify_checkpoint(note, log_key=opened.ledger.log_key),
            note=note,
            cosigned=(),
        )
        subject = Digest("gitCommit", site.repo.head)
        return render_kit(build_kit(opened.ledger, subject, head, ()))


def _signed_by_one(opened: Recorder, envelope: bytes, hours: float) -> VerifiedStatement:
    """Return a change that one owner signed, whatever it changes."""
    return parse_envelope(envelope).verify(
        trusted=opened.ledger.trust,
        role="owner",
        threshold=1,
        subject=parse_claims(envelope).subjects[0],
        predicate_type=TRUST_ROOT_TYPE,
        at=moment(hours),
    )


def changes_in(data: bytes) -> list[int]:
    """Return the indexes of the versions of the trust root in a kit."""
    lists = json.loads(data)["lists"]
    [found] = [one["entries"] for one in lists if one["predicateType"] == TRUST_ROOT_TYPE]
    return list(found)


def envelope_at(data: bytes, index: int) -> bytes:
    """Return an envelope of a kit."""
    entries = json.loads(data)["entries"]
    [found] = [item["envelope"] for item in entries if item["index"] == index]
    return base64.b64decode(found)


def drop(kit: Kit, index: int) -> None:
    """Take an entry out of the kit and of all lists, as if it never was."""
    kit["entries"][:] = [item for item in kit["entries"] if item["index"] != index]
    for one in kit["lists"]:
        one["entries"] = [other for other in one["entries"] if other != index]  # type: ignore[attr-defined]


def following(site: Site, root: TrustRoot) -> TrustRoot:
    """Return `root` as the version after the one that is pinned."""
    before = pinned(site)
    return replace(root, history=(*before.history, trust_root_digest(before)))
