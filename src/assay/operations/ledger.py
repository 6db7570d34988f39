"""Reading the log of a repository: what counts in it, and under which trust root.

What is in the log is verified as of its time of record, under the newest trust root: a key that
ended later takes nothing away, a key that was revoked takes away all that it signed from then on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from assay.core.digest import Digest
from assay.core.errors import ProofError, RejectedError, TamperedError
from assay.evidence.checkpoints.anchor import verify_extends
from assay.evidence.envelope import VerifiedStatement, parse_claims, parse_envelope
from assay.evidence.leaf import leaf_of
from assay.evidence.reading import LogEntry
from assay.evidence.store import LogStore
from assay.evidence.tiles.tlogproof import parse_tlog_proof, verify_tlog_proof
from assay.evidence.trustchain import (
    TRUST_ROOT_TYPE,
    RecordedChange,
    TrustChain,
    log_keys,
    named_log_key,
    walk_trust,
)
from assay.gates.reliance import why_behind_fallen
from assay.operations.home import Home, load_trust, open_home, open_log
from assay.operations.seen import load_anchor
from assay.signing.logkeys import KeyHistory, key_history
from assay.signing.notekey import NoteKey, parse_note_key
from assay.signing.standing import why_not
from assay.signing.trust import TrustRoot
from assay.source.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest entry about a subject when somebody looked, if there was one."""

    subject: Digest
    newest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a statement in the log has to be: about what, signed as what, of which type."""

    subject: Digest
    role: str
    predicate_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A log with the versions of the trust root that its evidence is verified against."""

    home: Home
    store: LogStore
    chain: TrustChain
    keys: KeyHistory
    at: datetime

    @property
    def trust(self) -> TrustRoot:
        """Return the trust root in force."""
        return self.chain.current

    @property
    def log_key(self) -> NoteKey:
        """Return the key that signs the newest checkpoint, and with it all that the log holds."""
        return self.keys.current

    def verified(
        self, *, subject: Digest, role: str, predicate_type: str
    ) -> tuple[VerifiedStatement, ...]:
        """Return every statement of a type about `subject` that counts, oldest first.

        One that was trusted when it was recorded, and is not as of that time any more (a key was
        revoked), is left out: `why_fallen` tells why.

        Raises:
            RejectedError: One was not to be trusted when it was recorded either.
        """
        expected = Expected(subject=subject, role=role, predicate_type=predicate_type)
        found = self.store.entries(
            log_key=self.log_key, subject=subject, predicate_type=predicate_type
        )
        judged = (self.judge(entry, expected) for entry in found)
        return tuple(statement for statement in judged if statement is not None)

    def of_type(
        self, predicate_type: str, *, role: str
    ) -> Iterator[tuple[LogEntry, VerifiedStatement]]:
        """Yield the statements of a type that count, whatever they are about, oldest first.

        Raises:
            RejectedError: One was not to be trusted when it was recorded either.
        """
        for entry in self.store.entries(log_key=self.log_key, predicate_type=predicate_type):
            subject = parse_claims(entry.envelope).subjects[0]
            expected = Expected(subject=subject, role=role, predicate_type=predicate_type)
            if (verified := self.judge(entry, expected)) is not None:
                yield entry, verified

    def judge(self, entry: LogEntry, expected: Expected) -> VerifiedStatement | None:
        """Return the statement of `entry` under the trust root in force, as of its time of record.

        None means that it counted when it was recorded, and does not any more: itself, or what
        people signed and it is an account of.

        Raises:
            RejectedError: It was not to be trusted then either, or is not what is expected.
        """
        try:
            verified = self.judge_under(self.trust, entry, expected)
        except RejectedError:  # a bundle also where who issued its certificate has gone
            self.judge_under(self.chain.in_force(entry.index), entry, expected)
            return None
        return None if why_behind_fallen(verified, self.trust) else verified

    def judge_under(
        self, root: TrustRoot, entry: LogEntry, expected: Expected
    ) -> VerifiedStatement:
        """Return the statement of `entry` under the version `root`, as of its time of record.

        Raises:
            RejectedError: It is not what is expected, or not from whom.
        """
        return parse_envelope(entry.envelope).verify(
            trusted=root,
            role=expected.role,
            threshold=1,
            subject=expected.subject,
            predicate_type=expected.predicate_type,
            at=self.recorded_at(entry.index),
        )

    def why_fallen(self, entry: LogEntry, expected: Expected) -> tuple[str, ...]:
        """Say why the statement of `entry` does not count any more; nothing where it does.

        Raises:
            RejectedError: It was not to be trusted when it was recorded either.
        """
        if self.judge(entry, expected) is not None:
            return ()
        then = self.judge_under(self.chain.in_force(entry.index), entry, expected)
        reasons = (
            why_not(self.trust, key, role=expected.role, at=then.at) for key in sorted(then.keys)
        )
        behind = why_behind_fallen(then, self.trust)
        unsaid = ("it does not hold under the trust root in force",)
        return tuple(filter(None, reasons)) or behind or unsaid

    def entry(self, index: int) -> LogEntry:
        """Return the entry at `index`, proven to be there.

        Raises:
            UsageError: The log has no such entry.
            TamperedError: Another one is in its place, from another time perhaps.
        """
        return self._proven(self.store.entry(index))

    def find(self, envelope_digest: Digest) -> LogEntry | None:
        """Return the entry that holds this envelope, proven to be where it is, or None.

        Raises:
            TamperedError: It was moved from another place.
        """
        found = self.store.find(envelope_digest)
        return None if found is None else self._proven(found)

    def _proven(self, entry: LogEntry) -> LogEntry:
        try:
            proof = parse_tlog_proof(self.store.proof(entry.index))
            verify_tlog_proof(proof, entry=leaf_of(entry.envelope), log_key=self.log_key)
        except ProofError as error:
            raise TamperedError(
                "not the entry that was recorded",
                where=f"entries row {entry.index}",
                hint="assay log verify looks at all of them",
            ) from error
        return entry

    def seen(self, subject: Digest) -> Seen:
        """Say how far the log goes about `subject`; asked before it is read, and compared later."""
        return Seen(subject=subject, newest=self.store.newest_about(subject))

    def about(self, subject: Digest) -> dict[Digest, LogEntry]:
        """Return all entries about `subject` by their digests, proven to be where they are.

        An entry that is only looked up by its digest may have been moved to another time.
        """
        found = self.store.entries(log_key=self.log_key, subject=subject)
        return {entry.digest: entry for entry in found}

    def recorded_at(self, index: int) -> datetime:
        """Return the time of record of entry `index`: that of the first checkpoint over it."""
        return self.store.recorded_at(index, log_key=self.keys)


@contextmanager
def open_ledger(repository: Repository, *, at: datetime) -> Iterator[Ledger]:
    """Open the log of `repository`, and refuse it if it does not extend what was seen before.

    Raises:
        UsageError: No log, or no trust root for it.
        TamperedError: The log was cut, set back or replaced, or a change of the trust root in it
            does not follow from the one that is pinned.
    """
    home = open_home()
    with open_log(repository, home, create=False) as store:
        pinned = load_trust(home, store.origin)
        keys = load_keys(store, pinned)
        check_anchor(home, store, keys)
        chain = load_chain(store, pinned, keys=keys)
        yield Ledger(home=home, store=store, chain=chain, keys=keys, at=at)


def load_keys(store: LogStore, pinned: TrustRoot) -> KeyHistory:
    """Return the keys of the log, as the changes of the trust root in it say.

    They count with those changes: `load_chain` verifies them, under checkpoints of these keys.

    Raises:
        TamperedError: What is filed as a change is none.
        SignatureInvalidError: The newest checkpoint is not signed by the key that they name.
    """
    newest, current = store.newest_of(TRUST_ROOT_TYPE), parse_note_key(pinned.log_key)
    named = current if newest is None else named_log_key(newest, store.entry(newest).envelope)
    if named == current and not pinned.earlier_log_keys:
        return key_history(current)
    entries = tuple(store.entries(log_key=named, predicate_type=TRUST_ROOT_TYPE))
    return log_keys(pinned, ((entry.index, entry.envelope) for entry in entries))


def load_chain(store: LogStore, pinned: TrustRoot, *, keys: KeyHistory) -> TrustChain:
    """Return the versions of the trust root in `store`, through the one that is pinned.

    Raises:
        TamperedError: A change does not follow, or the log lacks the pinned version.
    """
    return walk_trust(
        pinned,
        tuple(
            RecordedChange(
                index=entry.index,
                envelope=entry.envelope,
                at=store.recorded_at(entry.index, log_key=keys),
            )
            for entry in tuple(store.entries(log_key=keys.current, predicate_type=TRUST_ROOT_TYPE))
        ),
    )


def check_anchor(home: Home, store: LogStore, keys: KeyHistory) -> None:
    """Refuse a log that does not extend what was seen of it before.

    Raises:
        TamperedError: It was cut, set back or replaced.
    """
    anchor = load_anchor(home, store.origin)
    if anchor is not None:
        verify_extends(store, anchor, log_key=keys)
