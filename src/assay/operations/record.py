"""Recording: sign, verify, append, and keep the anchor. The only way into the log.

Verify first, then store, then decide: what was signed here is verified against the trust root like
anything else before it is stored, so that a key which the trust root does not know cannot record.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from assay.core.clock import Clock
from assay.core.errors import RejectedError, SignatureInvalidError, UnavailableError, UsageError
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.statement import Statement
from assay.evidence.store import Receipt
from assay.evidence.timing import time_of_record
from assay.evidence.trustchain import TRUST_ROOT_TYPE, parse_change
from assay.operations.home import Home, Signers, load_signers
from assay.operations.ledger import Ledger, Seen, check_anchor, load_keys, open_ledger
from assay.operations.seen import advance_anchor, pin_trust
from assay.signing.keys import Signer
from assay.signing.logkeys import KeyHistory
from assay.signing.notekey import note_key, render_note_key
from assay.signing.standing import why_not
from assay.signing.trust import TrustRoot, trust_root_digest
from assay.source.repository import Repository
from assay.system.clock import now


class OvertakenError(UnavailableError):
    """Somebody else recorded what a statement would have to know of; it was not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """A ledger, and the keys to append to it."""

    ledger: Ledger
    signers: Signers
    clock: Clock

    def record(
        self, statements: tuple[Statement, ...], *, role: str, seen: Seen | None = None
    ) -> tuple[Receipt, ...]:
        """Sign, verify and append `statements`, durably, and move the anchor.

        `seen` is what the log held about a subject when they were made from it.

        Raises:
            OvertakenError: Others have recorded more about it since.
            SignatureInvalidError: The trust root does not give this key the role.
            TamperedError: The log is not what was last signed.
            UnavailableError: The log cannot be written; nothing of this was recorded.
        """
        at = self.record_time()
        verified = tuple(self._verified(s, role, at) for s in statements)
        return self.append(verified, at=at, seen=seen)

    def append(
        self,
        verified: tuple[VerifiedStatement, ...],
        *,
        at: datetime,
        seen: Seen | None = None,
    ) -> tuple[Receipt, ...]:
        """Append what was verified, durably, and move the anchor.

        Raises:
            OvertakenError: Others have recorded more about the subject of `seen`.
            TamperedError: The log is not what was last signed.
            UnavailableError: The log cannot be written, or the trust root is another one by now;
                nothing of this was recorded.
        """

        def check() -> None:
            self._check_before_append()
            if seen is not None and seen != self.ledger.seen(seen.subject):
                raise OvertakenError(
                    f"more was recorded about {seen.subject} meanwhile", hint="try again"
                )

        store = self.ledger.store
        receipts = store.append(verified, log_signer=self.signers.log, at=at, check=check)
        self._advance_anchor(self.ledger.keys)
        return receipts

    def rotate(self, change: VerifiedStatement, *, log_signer: Signer, at: datetime) -> None:
        """Append a change of the trust root that names the key of `log_signer` for the log.

        It is signed by both keys. Whoever opens the log from now on appends with the new one.

        Raises:
            TamperedError, UnavailableError: As `append` does.
        """
        store = self.ledger.store
        store.append(
            (change,),
            log_signer=log_signer,
            retiring=self.signers.log,
            at=at,
            check=self._check_before_append,
        )
        self._advance_anchor(load_keys(store, self.ledger.trust))

    def _check_before_append(self) -> None:
        self._check_unchanged()  # first: by another change of it, the log may have another key
        check_anchor(self.ledger.home, self.ledger.store, self.ledger.keys)

    def _advance_anchor(self, keys: KeyHistory) -> None:
        store = self.ledger.store
        note = store.latest_checkpoint()
        if note is None:
            raise RejectedError("the log has no checkpoint after an append", where=str(store.place))
        advance_anchor(self.ledger.home, store, note, log_key=keys)

    def _check_unchanged(self) -> None:
        """Refuse to append under a trust root that another writer has replaced meanwhile.

        What was verified under it need not hold under the new one. A second change of the same
        version would be a fork.
        """
        store, chain = self.ledger.store, self.ledger.chain
        newest = store.newest_of(TRUST_ROOT_TYPE)
        if newest is None or newest == chain.versions[-1].index:
            return
        found = trust_root_digest(parse_change(store.entry(newest).envelope))
        if found != chain.versions[-1].digest:
            raise UnavailableError(
                "the trust root changed meanwhile; nothing was recorded", hint="try again"
            )

    def record_time(self) -> datetime:
        """Return the time that an append now will have: never before the newest entry's.

        What is appended is verified as of this time, as whoever reads it will.

        Raises:
            UnavailableError: The clock was set back.
        """
        size = self.ledger.store.size
        newest = self.ledger.recorded_at(size - 1) if size else None
        return time_of_record(self.clock(), newest=newest, size=size)

    def _verified(self, statement: Statement, role: str, at: datetime) -> VerifiedStatement:
        trusted, signer = self.ledger.trust.undated(), self.signers.statements
        if why := why_not(trusted, signer.public.key_id, role=role, at=at):
            raise SignatureInvalidError(
                f"not to be signed by the key here: {why}",
                hint="assay trust show tells who may sign; ASSAY_SIGNER names another key",
            )
        envelope = seal_statement(statement, signers=(signer,))
        return parse_envelope(envelope).verify(
            trusted=trusted,
            role=role,
            threshold=1,
            subject=statement.subjects[0].digest,
            predicate_type=statement.predicate_type,
            at=at,
        )


def check_keys(home: Home, trust: TrustRoot, signers: Signers) -> None:
    """Refuse keys by which nothing could be recorded that anybody would believe.

    Raises:
        UsageError: The trust root names others.
    """
    where, keys = str(home.trust(trust.log_origin)), home.signer_key.parent
    own = signers.statements.public.key_id
    if own not in {key.name for principal in trust.principals for key in principal.keys}:
        raise UsageError(
            f"the trust root does not name key {own[:16]}, by which statements are signed here",
            where=where,
            hint=f"choose one that it names: ASSAY_SIGNER, {home.settings} or {keys}; "
            "or have the owners name this one: assay trust propose",
        )
    if trust.log_key != render_note_key(note_key(trust.log_origin, signers.log.public)):
        raise UsageError(
            "the key of the log here is not the one that the trust root names",
            where=where,
            hint=f"choose that one: ASSAY_LOG_SIGNER, {home.settings} or {keys}; "
            "a new one for it: assay log rotate",
        )


@contextmanager
def open_recorder(
    repository: Repository, *, at: datetime, clock: Clock = now
) -> Iterator[Recorder]:
    """Open the log of `repository` for appending; `clock` says when each append happens.

    The newest trust root of the log becomes the pinned one: from here on none before it is
    accepted.

    Raises:
        UsageError: No log, no trust root, no keys, or other keys than the trust root names.
        TamperedError: The log was cut, set back or replaced.
    """
    with open_ledger(repository, at=at) as ledger:
        signers = load_signers(ledger.home, trust=ledger.trust)
        check_keys(ledger.home, ledger.trust, signers)
        pin_trust(ledger.home, ledger.trust)
        yield Recorder(ledger=ledger, signers=signers, clock=clock)
