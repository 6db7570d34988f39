"""`assay audit verify`: everything in a kit again, with no network, no log and no repository.

What is trusted comes from outside the kit: a trust root, in a file or by its digest, or the log's
key alone. With the key alone nobody has said who may sign, so the answer is UNKNOWN at best.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import format_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError, ProofError, RejectedError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.core.wording import entries
from assay.evidence.checkpoints.checkpoint import Cosigned, verify_cosigned
from assay.evidence.checkpoints.sealing import verify_seen
from assay.evidence.kit.document import MAX_KIT_BYTES, Kit, parse_kit
from assay.evidence.kit.proof import ProvenKit, prove_kit
from assay.evidence.trustchain import (
    TRUST_ROOT_TYPE,
    RecordedChange,
    TrustChain,
    log_keys,
    parse_change,
    walk_trust,
)
from assay.operations.kitaudit import KitAudit, audit_kit
from assay.operations.savedverdict import named_digest
from assay.operations.trustfile import load_trust_file, witness_keys
from assay.signing.logkeys import KeyHistory
from assay.signing.notekey import NoteKey, parse_note_key
from assay.signing.trust import TrustRoot, trust_root_digest
from assay.system.files import load_file

_MAX_NOTE_BYTES: Final = 256 * 2**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What the auditor brings: the subject, and one of a trust root, its digest, the log's key."""

    subject: str
    trust_root: Path | None
    trust_digest: str
    log_key: str
    anchors: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Refuse to check a kit against nothing, or against two things at once."""
        given = sum(map(bool, (self.trust_root, self.trust_digest, self.log_key)))
        if given != 1:
            raise UsageError(
                "whom to trust is not said" if not given else "whom to trust is said in two ways",
                hint="one of --trust-root FILE, --trust-digest DIGEST, --log-key VKEY",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class KitVerified:
    """What the kit shows."""

    proven: ProvenKit
    chain: TrustChain
    cosigned: tuple[Cosigned, ...]
    audit: KitAudit
    pinned: bool  # whether the auditor said who may sign
    result: Verdict
    untold: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        checkpoint, audit = self.proven.checkpoint, self.audit
        return {
            "verdict": self.result.value,
            "subject": str(self.proven.subject),
            "log": {
                "origin": checkpoint.origin,
                "size": checkpoint.size,
                "root": checkpoint.root.hex(),
                "indexRoot": checkpoint.index_root.hex() if checkpoint.index_root else "",
                "at": format_time(self.proven.at),
                "witnesses": [
                    {"name": one.name, "at": format_time(one.at)} for one in self.cosigned
                ],
            },
            "trustRoot": {
                "pinned": self.pinned,
                "versions": [
                    {
                        "version": version.root.version,
                        "digest": str(version.digest),
                        "entry": version.index,
                        "at": _time(version.at),
                    }
                    for version in self.chain.versions
                ],
            },
            "statements": [
                {
                    "index": one.entry.index,
                    "predicateType": one.entry.claims.predicate_type,
                    "digest": str(one.digest),
                    "recordedAt": format_time(one.entry.at),
                    "signedBy": list(one.signed_by),
                    "role": one.role,
                    "problem": one.problem,
                    "fallen": one.fallen,
                }
                for one in audit.statements
            ],
            "verdicts": [
                {
                    "index": one.index,
                    "digest": str(one.digest),
                    "recordedAt": format_time(one.at),
                    "stage": one.said.decision.stage if one.said else "",
                    "verdict": one.said.decision.verdict.value if one.said else "",
                    "replayed": one.replayed,
                    "stands": one.stands,
                    "fallen": list(one.fallen),
                    "withdrawnBy": one.withdrawn_by,
                    "problems": list(one.problems),
                    "untold": list(one.untold),
                }
                for one in audit.verdicts
            ],
            "problems": list(audit.problems),
            "untold": list(self.untold),
            "notChecked": [item.as_json() for item in self.not_checked],
        }


def verify_kit(path: Path, *, expected: Expectations) -> KitVerified:
    """Check the kit in `path` against what the auditor expects.

    Raises:
        UsageError: A file is not there, or an expectation is none.
        MalformedError: Not a kit.
        RejectedError: A proof, a checkpoint or a change of the trust root does not hold; the kit
            is about something else, or the log does not extend an anchor.
    """
    kit = _load_kit(path, about=named_digest(expected.subject))
    log_key, pinned = _anchor(path, kit, expected)
    with inside(str(path)):
        _check_origin(kit, log_key)
        keys = _keys(kit, pinned, log_key)
        proven = prove_kit(kit, log_key=keys)
    _check_anchors(proven, expected.anchors, keys)
    with inside(str(path)):
        chain = _chain(proven, pinned)
        if (chain.current.log_origin, parse_note_key(chain.current.log_key)) != (
            proven.checkpoint.origin,
            keys.current,
        ):
            raise RejectedError("the trust root is of another log", where="log")
        cosigned = verify_cosigned(proven.note, witnesses=witness_keys(chain.current), quorum=0)
        audit = audit_kit(proven, chain, pinned=pinned.version if pinned else 0)
    return _verified(proven, chain, cosigned, audit, pinned is not None)


def _load_kit(path: Path, *, about: Digest) -> Kit:
    """Read the kit in `path`, and refuse it if it is about something else."""
    data = load_file(path, max_bytes=MAX_KIT_BYTES)
    with inside(str(path)):
        kit = parse_kit(data)
        if kit.subject != about:
            raise RejectedError(
                f"a kit about {kit.subject}, where {about} is asked for",
                where="subject",
                hint="ask for the kit of that one, or name the right --subject",
            )
    return kit


def _anchor(path: Path, kit: Kit, expected: Expectations) -> tuple[NoteKey, TrustRoot | None]:
    """Return the log's key and the pinned trust root, from outside the kit."""
    if expected.trust_root is not None:
        root = load_trust_file(expected.trust_root)
    elif expected.trust_digest:
        with inside(str(path)):
            root = _find_root(kit, named_digest(expected.trust_digest))
    else:
        try:
            return parse_note_key(expected.log_key), None
        except MalformedError as error:
            raise UsageError(error.what, where="--log-key") from error
    return parse_note_key(root.log_key), root


def _keys(kit: Kit, pinned: TrustRoot | None, log_key: NoteKey) -> KeyHistory:
    """Return the keys of the log as the changes of the trust root in the kit say.

    They count with those changes, which are followed from the pinned version afterwards. Where an
    auditor brings the log's key alone, that has to be the newest: nothing else is told from a fork.
    """
    listed = {i for one in kit.lists if one.predicate_type == TRUST_ROOT_TYPE for i in one.indexes}
    changes = [(entry.index, entry.envelope) for entry in kit.entries if entry.index in listed]
    root = pinned or (parse_change(changes[0][1]) if changes else None)
    keys = KeyHistory(current=log_key) if root is None else log_keys(root, changes)
    if pinned is None and keys.current != log_key:
        raise RejectedError(
            "the log has another key by now",
            where="lists",
            hint="bring the trust root, or the newest key: assay log checkpoint --key prints it",
        )
    return keys


def _find_root(kit: Kit, wanted: Digest) -> TrustRoot:
    """Return the trust root in the kit with this digest, which is why it may be believed."""
    listed = next((one for one in kit.lists if one.predicate_type == TRUST_ROOT_TYPE), None)
    for entry in kit.entries:
        if listed is not None and entry.index in listed.indexes:
            with inside(f"log entry {entry.index}"):
                root = parse_change(entry.envelope)
            if trust_root_digest(root) == wanted:
                return root
    raise ProofError(f"the kit does not hold the trust root {wanted}", where="lists")


def _check_origin(kit: Kit, log_key: NoteKey) -> None:
    """Tell early, and in words, that the kit and the trust root are of two logs.

    What the kit claims decides nothing: `prove_kit` asks for the signature of `log_key`.
    """
    for item in kit.checkpoints[-1:]:
        claimed = item.note.decode().partition("\n")[0]
        if claimed != log_key.name:
            raise RejectedError(
                f"a kit of the log {claimed!r}, where {log_key.name!r} is trusted",
                where="checkpoints",
                hint="this trust root or key belongs to another log",
            )


def _check_anchors(proven: ProvenKit, anchors: tuple[Path, ...], keys: KeyHistory) -> None:
    known = {item.checkpoint.size: item.checkpoint.root for item in proven.checkpoints}
    for path in anchors:
        with inside(str(path)):
            seen = verify_seen(load_file(path, max_bytes=_MAX_NOTE_BYTES), log_key=keys)
            if seen.size not in known:
                raise ProofError(
                    f"the kit has no proof from the {entries(seen.size)} of this checkpoint",
                    hint="export it with --anchor and this file",
                )
            if known[seen.size] != seen.root:
                raise ProofError(
                    f"another log: its first {seen.size} entries are not those that were seen",
                    hint="keep both; somebody used the log's key to sign two histories",
                )


def _chain(proven: ProvenKit, pinned: TrustRoot | None) -> TrustChain:
    """Return the versions of the trust root; without a pinned one, from the first in the log."""
    changes = tuple(
        RecordedChange(index=entry.index, envelope=entry.envelope, at=entry.at)
        for entry in proven.of_type(TRUST_ROOT_TYPE)
    )
    if pinned is None:
        if not changes:
            raise ProofError("the log holds no trust root", where="lists")
        pinned = parse_change(changes[0].envelope)
    return walk_trust(pinned, changes)


def _verified(
    proven: ProvenKit,
    chain: TrustChain,
    cosigned: tuple[Cosigned, ...],
    audit: KitAudit,
    pinned: bool,  # noqa: FBT001  # the last of five, and private
) -> KitVerified:
    gaps, untold = list(audit.not_checked), list(audit.untold)
    if not chain.current.quorum:
        gaps.append(
            NotChecked(
                what="witnesses",
                where=proven.checkpoint.origin,
                why="the trust root asks for none: only its operator says that the log has one "
                "history",
                remedy="name witnesses in the trust root, or keep checkpoints: --anchor",
            )
        )
    if len(cosigned) < chain.current.quorum:
        untold.append(
            f"{len(cosigned)} known witnesses cosigned, {chain.current.quorum} needed: the log may "
            "show others another history (where the log is: assay log cosign, then assay audit "
            "export)"
        )
    if not pinned:
        first = chain.versions[0].digest
        untold.append(f"nobody said who may sign: is {first} the trust root?")
    result = audit.result
    if result is Verdict.PASSED and untold:
        result = Verdict.UNKNOWN
    return KitVerified(
        proven=proven,
        chain=chain,
        cosigned=cosigned,
        audit=audit,
        pinned=pinned,
        result=result,
        untold=tuple(untold),
        not_checked=tuple(sorted(gaps)),
    )


def _time(at: datetime | None) -> str:
    return "" if at is None else format_time(at)
