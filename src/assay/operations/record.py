"""Recording: sign, verify, append, and keep the anchor. The only way into the log.

Verify first, then store, then decide: what was signed here is verified against the trust root like
anything else before it is stored, so that a key which the trust root does not know cannot record.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from assay.core.digest import Digest
from assay.core.errors import RejectedError, UsageError
from assay.evidence.anchor import verify_extends
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.statement import Statement
from assay.evidence.store import LogStore, Receipt
from assay.operations.home import (
    Home,
    Signers,
    load_anchor,
    load_signers,
    load_trust,
    open_home,
    open_log,
    save_anchor,
)
from assay.signing.notekey import NoteKey, note_key, parse_note_key, render_note_key
from assay.signing.trust import TrustRoot
from assay.source.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A log with the trust root that its evidence is verified against."""

    home: Home
    store: LogStore
    trust: TrustRoot
    log_key: NoteKey
    at: datetime

    def verified(
        self, *, subject: Digest, role: str, predicate_type: str
    ) -> tuple[VerifiedStatement, ...]:
        """Return every statement of a type about `subject` whose signature holds, oldest first.

        Raises:
            RejectedError: One does not verify: the log holds what nobody trusted signed.
        """
        found = self.store.entries(subject=subject, predicate_type=predicate_type)
        return tuple(
            parse_envelope(entry.envelope).verify(
                trusted=self.trust,
                role=role,
                threshold=1,
                subject=subject,
                predicate_type=predicate_type,
                at=self.at,
            )
            for entry in found
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """A ledger, and the keys to append to it."""

    ledger: Ledger
    signers: Signers

    def record(self, statements: tuple[Statement, ...], *, role: str) -> tuple[Receipt, ...]:
        """Sign, verify and append `statements`, durably, and move the anchor.

        Raises:
            SignatureInvalidError: The trust root does not give this key the role.
            TamperedError: The log is not what was last signed.
            UnavailableError: The log cannot be written; nothing of this was recorded.
        """
        verified = tuple(self._verified(statement, role) for statement in statements)
        store = self.ledger.store
        receipts = store.append(verified, log_signer=self.signers.log, at=self.ledger.at)
        note = store.latest_checkpoint()
        if note is None:
            raise RejectedError("the log has no checkpoint after an append", where=str(store.path))
        save_anchor(self.ledger.home, store.origin, note)
        return receipts

    def _verified(self, statement: Statement, role: str) -> VerifiedStatement:
        envelope = seal_statement(statement, signers=(self.signers.statements,))
        return parse_envelope(envelope).verify(
            trusted=self.ledger.trust,
            role=role,
            threshold=1,
            subject=statement.subjects[0].digest,
            predicate_type=statement.predicate_type,
            at=self.ledger.at,
        )


@contextmanager
def open_ledger(repository: Repository, *, at: datetime) -> Iterator[Ledger]:
    """Open the log of `repository`, and refuse it if it does not extend what was seen before.

    Signatures are judged as of the time `at`.

    Raises:
        UsageError: No log, or no trust root for it.
        TamperedError: The log was cut, set back or replaced.
    """
    home = open_home()
    with open_log(repository, home, create=False) as store:
        trust = load_trust(home, store.origin)
        log_key = check_anchor(home, store, trust)
        yield Ledger(home=home, store=store, trust=trust, log_key=log_key, at=at)


def check_keys(home: Home, trust: TrustRoot, signers: Signers) -> None:
    """Refuse keys by which nothing could be recorded that anybody would believe.

    Raises:
        UsageError: The trust root names others.
    """
    known = {key.name for principal in trust.principals for key in principal.keys}
    log_key = render_note_key(note_key(trust.log_origin, signers.log.public))
    if signers.statements.public.key_id not in known or trust.log_key != log_key:
        raise UsageError(
            "the keys here are not those that the trust root names",
            where=str(home.trust(trust.log_origin)),
            hint=f"restore the keys in {home.signer_key.parent}, or begin a new log",
        )


def check_anchor(home: Home, store: LogStore, trust: TrustRoot) -> NoteKey:
    """Refuse a log that does not extend what was seen of it before; return the log's key.

    Raises:
        TamperedError: It was cut, set back or replaced.
    """
    log_key = parse_note_key(trust.log_key)
    anchor = load_anchor(home, store.origin)
    if anchor is not None:
        verify_extends(store, anchor, log_key=log_key)
    return log_key


@contextmanager
def open_recorder(repository: Repository, *, at: datetime) -> Iterator[Recorder]:
    """Open the log of `repository` for appending.

    Raises:
        UsageError: No log, no trust root, no keys, or other keys than the trust root names.
        TamperedError: The log was cut, set back or replaced.
    """
    with open_ledger(repository, at=at) as ledger:
        signers = load_signers(ledger.home)
        check_keys(ledger.home, ledger.trust, signers)
        yield Recorder(ledger=ledger, signers=signers)
