"""The versions of a trust root in a log, followed from the one that is pinned: pure.

* All statements of the type count, in the order of the log. One that does not fit refuses the
  whole: a fork, a gap, a version that goes back, a threshold that was not met.
* The first version is known by its digest: it is pinned, or the pinned version names it in its
  history. Every later one must be signed, as of its time of record, by the owners of the version
  before *and* of its own (TUF, section 5.3.4), so that neither can be left out.
* The pinned version itself must be in the log, unless it is the first and the log has none yet.
* A version that names another key for the log is where the log goes on under that key. So the
  versions say with which key a checkpoint is verified, and are themselves dated by checkpoints:
  what `log_keys` reads from them counts when `walk_trust` has accepted the same changes.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import (
    MalformedError,
    RejectedError,
    SignatureInvalidError,
    TamperedError,
    inside,
)
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import canonical_form, parse_json
from assay.evidence.envelope import (
    VerifiedStatement,
    draft_statement,
    parse_draft,
    parse_envelope,
)
from assay.evidence.statement import Statement, Subject
from assay.signing.logkeys import EarlierKey, KeyHistory
from assay.signing.notekey import NoteKey, parse_note_key
from assay.signing.standing import why_not
from assay.signing.succession import credentials, verify_succession
from assay.signing.trust import (
    MAX_TRUST_ROOT_BYTES,
    OWNER,
    TrustRoot,
    parse_trust_root,
    render_trust_root,
    trust_root_digest,
)

TRUST_ROOT_TYPE: Final = "urn:assay:predicate:trust-root:v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChange:
    """An envelope of the type in the log, its index, and its time of record."""

    index: int
    envelope: bytes = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version as it stands in the log; `signed` is None for the first one, which is pinned."""

    root: TrustRoot
    digest: Digest
    index: int  # -1: pinned, and not in the log yet
    at: datetime | None
    signed: VerifiedStatement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChain:
    """All versions, the first one first. The last one is in force."""

    versions: tuple[Version, ...]

    @property
    def current(self) -> TrustRoot:
        """Return the version in force."""
        return self.versions[-1].root

    def in_force(self, index: int) -> TrustRoot:
        """Return the version under which entry `index` was recorded.

        What was recorded before the first version was, is judged by that one.
        """
        earlier = [v for v in self.versions if v.index < index]
        return (earlier or self.versions)[-1 if earlier else 0].root

    def find(self, digest: Digest) -> TrustRoot:
        """Return the version with this digest.

        Raises:
            RejectedError: It is none of this chain.
        """
        for version in self.versions:
            if version.digest == digest:
                return version.root
        raise RejectedError(f"the trust root {digest} is none of this log's")

    def doubts(self, *, beyond: int = 0) -> tuple[str, ...]:
        """Say which changes too few owners signed, of the version before or of their own, by now.

        Each was signed by enough when it was made; since then a key was revoked, or a role ended,
        as of a time before. They are followed all the same: the version that says so was built on
        them. Owners must look at them. Who knows from elsewhere that a version is the right one
        asks about those `beyond` it; it names all versions before.
        """
        found = []
        for before, after in itertools.pairwise(self.versions):
            if after.signed is None or after.root.version <= beyond:
                continue
            if (why := self._why_doubted(before.root, after.root, after.signed)) is not None:
                found.append(f"version {after.root.version}: {why}")
        return tuple(found)

    def _why_doubted(self, old: TrustRoot, new: TrustRoot, signed: VerifiedStatement) -> str | None:
        """Say why owners do not count any more, where too few of `old` or of `new` are left."""
        by_now, fallen, is_enough = _owner_keys(self.current, signed), set[str](), True
        for root in (old, new):  # TUF, section 5.3.4: both had to sign
            then = _owner_keys(root, signed)
            fallen |= then.keys() - by_now.keys()
            # By the same key: by another one, whoever stole the first could vouch for himself.
            left = {then[key] for key in then.keys() & by_now.keys()}
            is_enough &= len(left) >= root.owner_threshold
        if is_enough:
            return None
        reasons = (why_not(self.current, key, role=OWNER, at=signed.at) for key in sorted(fallen))
        return "; ".join(filter(None, reasons)) or "too few of those who signed are owners still"


def change_statement(root: TrustRoot) -> Statement:
    """Return the statement that puts `root` in force; it is about the root's own digest."""
    document = parse_json(render_trust_root(root), max_bytes=MAX_TRUST_ROOT_BYTES)
    return Statement(
        subjects=(Subject(name="trust-root", digest=trust_root_digest(root)),),
        predicate_type=TRUST_ROOT_TYPE,
        predicate={"root": document},
    )


def draft_change(root: TrustRoot) -> bytes:
    """Return the envelope of the change to `root`, for its owners to sign."""
    return draft_statement(change_statement(root))


def parse_change(envelope: bytes) -> TrustRoot:
    """Return the root that an envelope wants to put in force; nothing is verified.

    Raises:
        MalformedError: It holds no such statement, or one about something else.
    """
    statement = parse_draft(envelope)
    if statement.predicate_type != TRUST_ROOT_TYPE:
        raise MalformedError(
            f"a statement of type {statement.predicate_type!r}",
            where="predicateType",
            hint=f"{TRUST_ROOT_TYPE} is needed",
        )
    with inside("predicate.root"):
        found = canonical_form(JsonValue(dict(statement.predicate)).field("root").value)
        root = parse_trust_root(found)
        if render_trust_root(root) != found:  # its digest would be of other bytes than were signed
            raise MalformedError("not the one form of a trust root")
    if {s.digest for s in statement.subjects} != {trust_root_digest(root)}:
        raise MalformedError("a statement about something else than its root", where="subject")
    return root


def verify_change(old: TrustRoot, envelope: bytes, *, at: datetime) -> VerifiedStatement:
    """Refuse unless the owners of `old` and of the new root put the new root in force.

    The statement that comes back names the owners of `old` who signed.

    Raises:
        MalformedError: It holds no trust root.
        RejectedError: The new root may not follow `old`.
        SignatureInvalidError: Too few owners of one of the two signed.
    """
    new = parse_change(envelope)
    verify_succession(old, new, at=at)
    with inside(f"owners of version {old.version}"):
        verified = _verify_owners(old, envelope, new, at)
    with inside(f"owners of version {new.version}"):
        _verify_owners(new, envelope, new, at)
    return verified


def named_log_key(index: int, envelope: bytes) -> NoteKey:
    """Return the key that the change of the trust root at `index` names; nothing is verified.

    Raises:
        TamperedError: What is filed as a change of the trust root is none.
    """
    with inside(f"log entry {index}"):
        try:
            return parse_note_key(parse_change(envelope).log_key)
        except RejectedError as error:
            raise _not_held(error) from error


def log_keys(pinned: TrustRoot, changes: Iterable[tuple[int, bytes]]) -> KeyHistory:
    """Return the keys of the log as all its changes say, (index, envelope); nothing is verified.

    Where the key that `pinned` names is none of them, they are of another log: it alone counts.

    Raises:
        TamperedError: What is filed as a change of the trust root is none.
    """
    known, earlier = parse_note_key(pinned.log_key), list[EarlierKey]()
    current = known
    for number, (index, envelope) in enumerate(changes):
        named = named_log_key(index, envelope)
        if number and named != current:
            earlier.append(EarlierKey(key=current, until=index))
        current = named
    if known not in {current, *(one.key for one in earlier)}:
        return KeyHistory(current=known)
    return KeyHistory(current=current, earlier=tuple(earlier))


def walk_trust(pinned: TrustRoot, changes: Iterable[RecordedChange]) -> TrustChain:
    """Return all versions, from the first in the log to the newest, through the pinned one.

    `changes` are all statements of the type that the log holds, in its order.

    Raises:
        TamperedError: One of them does not follow from the one before, or the log lacks the
            pinned version.
    """
    known = (*pinned.history, trust_root_digest(pinned))
    versions = list[Version]()
    for change in changes:
        with inside(f"log entry {change.index}"):
            version = _next(versions, change, known)
        if version is not None:
            versions.append(version)
    if not versions and pinned.version == 1:
        versions.append(Version(root=pinned, digest=known[0], index=-1, at=None, signed=None))
    if len(versions) < pinned.version:
        raise TamperedError(
            f"the log has {len(versions)} versions of the trust root, "
            f"where version {pinned.version} is pinned",
            where="log",
            hint="it was set back, or belongs to another trust root",
        )
    return TrustChain(versions=tuple(versions))


def _next(
    versions: list[Version], change: RecordedChange, known: tuple[Digest, ...]
) -> Version | None:
    """Return the version that `change` adds; None where it repeats the newest one."""
    try:
        root = parse_change(change.envelope)
        digest = trust_root_digest(root)
        if versions and digest == versions[-1].digest:
            return None
        if len(versions) < len(known):
            _check_known(root, digest, known[len(versions)])
        signed = None
        if versions:
            signed = verify_change(versions[-1].root, change.envelope, at=change.at)
    except TamperedError:
        raise
    except RejectedError as error:
        raise _not_held(error) from error
    return Version(root=root, digest=digest, index=change.index, at=change.at, signed=signed)


def _not_held(error: RejectedError) -> TamperedError:
    what = f"the change of the trust root does not hold: {error.what}"
    return TamperedError(what, where=error.where, hint=error.hint)


def _check_known(root: TrustRoot, digest: Digest, expected: Digest) -> None:
    if digest != expected:
        raise TamperedError(
            f"version {root.version} of the trust root is {digest}, where {expected} is pinned",
            hint="a fork, or the trust root of another log",
        )


def _owner_keys(root: TrustRoot, signed: VerifiedStatement) -> dict[str, str]:
    """Return by which keys owners of `root` signed a change, and whose each is."""
    try:
        verified = parse_envelope(signed.envelope).verify(
            trusted=root,
            role=OWNER,
            threshold=1,
            subject=signed.subjects[0].digest,
            predicate_type=TRUST_ROOT_TYPE,
            at=signed.at,
        )
    except SignatureInvalidError:
        return {}
    return {name: owner for owner, name, _ in credentials(root) if name in verified.keys}


def _verify_owners(
    root: TrustRoot, envelope: bytes, new: TrustRoot, at: datetime
) -> VerifiedStatement:
    return parse_envelope(envelope).verify(
        trusted=root,
        role=OWNER,
        threshold=root.owner_threshold,
        subject=trust_root_digest(new),
        predicate_type=TRUST_ROOT_TYPE,
        at=at,
    )
