"""Group commit: many threads append to one log, and share transactions, checkpoints and syncs.

Whoever comes while nobody writes leads: it takes all that waits, appends it under one checkpoint,
and hands on to the first that came meanwhile. So a lone caller waits for nobody, and the busier
the log is, the more share a sync. No thread of its own, and no pause to gather more.

* Everybody gets their own receipts, once they are durable, or their own error.
* What cannot be filed is refused before it joins others. Should one still bring an append down
  (its key ended while it waited), each of its group is appended alone: the fault stays with whose
  it is.
* A leader that is interrupted hands the others on, and loses nothing of theirs.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import AssayError, SignatureInvalidError, TamperedError, UnavailableError
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.store import LogStore, Receipt
from assay.signing.keys import Signer

GROUP_LIMIT: Final = 1000  # statements under one checkpoint; bounds how long a leader works
WAIT_SECONDS: Final = 60.0  # longer than a database waits for another writer
_OF_THE_LOG: Final = (TamperedError, SignatureInvalidError, UnavailableError)  # not of a statement


@dataclass(slots=True, eq=False)
class _Request:
    """What one caller wants recorded, and the answer."""

    statements: tuple[VerifiedStatement, ...]
    woken: threading.Event = field(default_factory=threading.Event)  # answered, or to lead
    answer: tuple[Receipt, ...] | Exception | None = None


class GroupCommit:
    """The one way for many threads to append to `store`, which nobody else may use meanwhile.

    `check` is asked in each append, as in `LogStore.append`: that the trust root is still the one
    which statements were verified with, say.
    """

    def __init__(
        self,
        store: LogStore,
        *,
        log_signer: Signer,
        clock: Clock,
        check: Callable[[], None] | None = None,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._store = store
        self._log_signer = log_signer
        self._clock = clock
        self._check = check
        self._wait_seconds = wait_seconds
        self._mutex = threading.Lock()
        self._waiting = deque[_Request]()
        self._leader: _Request | None = None

    def append(self, statements: Sequence[VerifiedStatement]) -> tuple[Receipt, ...]:
        """Record the statements in their order, durably; others may come under the same checkpoint.

        Raises:
            MalformedError: One cannot be filed.
            TamperedError: The log is not what was last signed.
            UnavailableError: The log cannot be written, or not soon enough; try again.
        """
        self._store.admit(statements)
        request = _Request(tuple(statements))
        with self._mutex:
            self._waiting.append(request)
            if self._leader is None:
                self._leader = request
                request.woken.set()
        try:
            if not request.woken.is_set():
                self._wait(request)
            if request.answer is None:
                self._lead(request)
        finally:
            self._leave(request)
        return _given(request)

    def _wait(self, request: _Request) -> None:
        """Wait for an answer, or for the turn to lead.

        Raises:
            UnavailableError: Neither came; the request is withdrawn.
        """
        if request.woken.wait(self._wait_seconds):
            return
        with self._mutex:
            withdrawn = request in self._waiting and self._leader is not request
            if withdrawn:
                self._waiting.remove(request)
        if withdrawn:
            raise UnavailableError(
                f"others held the log for {self._wait_seconds:g} s",
                where=self._store.place,
                hint="nothing of this was recorded; try again",
            )
        request.woken.wait()  # a leader has it in hand: the database bounds how long that takes

    def _lead(self, own: _Request) -> None:
        """Append what waits until `own` is answered."""
        while own.answer is None:
            group = self._take()
            try:
                self._record(group)
            finally:  # on Ctrl-C in the middle of a group, the others go back
                with self._mutex:
                    left = [r for r in group if r.answer is None and r is not own]
                    self._waiting.extendleft(reversed(left))

    def _leave(self, request: _Request) -> None:
        """Withdraw a request; if it led, or was to lead, let the next one."""
        with self._mutex:
            if request in self._waiting:
                self._waiting.remove(request)
            if self._leader is not request:
                return
            self._leader = self._waiting[0] if self._waiting else None
            if self._leader is not None:
                self._leader.woken.set()

    def _take(self) -> list[_Request]:
        """Return the requests of the next group, at least one."""
        with self._mutex:
            group = [self._waiting.popleft()]
            size = len(group[0].statements)
            while self._waiting and size + len(self._waiting[0].statements) <= GROUP_LIMIT:
                group.append(self._waiting.popleft())
                size += len(group[-1].statements)
        return group

    def _record(self, group: Sequence[_Request]) -> None:
        """Append all of `group` under one checkpoint, and answer each of them."""
        statements = [statement for request in group for statement in request.statements]
        try:
            receipts = self._store.append(
                statements, log_signer=self._log_signer, at=self._clock(), check=self._check
            )
        except Exception as error:  # noqa: BLE001  # raised again, by whose statement it is
            self._answer_fault(group, error)
            return
        start = 0
        for request in group:
            end = start + len(request.statements)
            request.answer = receipts[start:end]
            request.woken.set()
            start = end

    def _answer_fault(self, group: Sequence[_Request], error: Exception) -> None:
        if len(group) > 1 and not isinstance(error, _OF_THE_LOG):
            for request in group:
                self._record([request])
            return
        for request in group:
            request.answer = error
            request.woken.set()


def _given(request: _Request) -> tuple[Receipt, ...]:
    """Return the answer, or raise it: an error of its own for each caller, with its own trace."""
    match request.answer:
        case tuple(receipts):
            return receipts
        case AssayError() as error:
            raise type(error)(error.what, where=error.where, hint=error.hint) from error
        case Exception() as error:
            raise error
        case None:
            raise UnavailableError("the append was given up", hint="try again")
