"""Many threads, one log: everybody gets their own answer, and commits are shared."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import pytest

from assay.core.errors import (
    AssayError,
    MalformedError,
    TamperedError,
    UnavailableError,
)
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.groupcommit import GROUP_LIMIT, GroupCommit
from assay.evidence.store import LogStore, Receipt
from assay.signing.keys import PublicKey
from tests.fakes.backends import Backend
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, verified

THREADS = 8


@dataclass
class GatedSigner:
    """The log's key; each signature waits until the gate is open."""

    public: PublicKey = LOG.public
    gate: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    fault: BaseException | None = None

    def sign(self, message: bytes) -> bytes:
        self.asked.set()
        assert self.gate.wait(30)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return LOG.sign(message)


def clock() -> datetime:
    return NOW


@pytest.fixture
def store(backend: Backend) -> Iterator[LogStore]:
    with backend.open() as made:
        yield made


def checkpoints(store: LogStore) -> int:
    return len(list(store.checkpoint_sizes(since=0)))


Answer = tuple[Receipt, ...] | BaseException


def in_threads(
    *works: Callable[[], tuple[Receipt, ...]],
) -> tuple[list[threading.Thread], list[Answer | None]]:
    """Start all; return the threads, and where each puts its answer."""
    answers: list[Answer | None] = [None] * len(works)

    def run(number: int) -> None:
        try:
            answers[number] = works[number]()
        except BaseException as error:  # noqa: BLE001  # the test looks at it
            answers[number] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    return threads, answers


def join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def waiting(group: GroupCommit, count: int) -> None:
    """Return when `count` requests wait for the leader."""
    deadline = time.monotonic() + 30
    while len(group._waiting) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_lone_caller(store: LogStore) -> None:
    group = GroupCommit(store, log_signer=LOG, clock=clock)
    sample = verified({"n": 1})
    assert [(r.index, r.recorded) for r in group.append([sample])] == [(0, True)]
    assert [(r.index, r.recorded) for r in group.append([sample])] == [(0, False)]
    assert group.append([]) == ()


def test_everybody_gets_their_own_receipts(store: LogStore) -> None:
    group = GroupCommit(store, log_signer=LOG, clock=clock)
    samples = [[verified({"thread": t, "n": n}) for n in range(20)] for t in range(THREADS)]

    def work(mine: Sequence[VerifiedStatement]) -> Callable[[], tuple[Receipt, ...]]:
        return lambda: tuple(receipt for one in mine for receipt in group.append([one]))

    threads, answers = in_threads(*map(work, samples))
    join(threads)
    for mine, answer in zip(samples, answers, strict=True):
        assert isinstance(answer, tuple), answer
        assert [r.digest for r in answer] == [s.digest for s in mine]
        assert [store.entry(r.index).digest for r in answer] == [s.digest for s in mine]
    newest = store.verify(log_key=LOG_KEY)
    assert newest is not None
    assert newest.size == 20 * THREADS


def test_who_comes_meanwhile_shares_one_commit(store: LogStore) -> None:
    signer = GatedSigner()
    group = GroupCommit(store, log_signer=signer, clock=clock)
    samples = [verified({"n": n}) for n in range(THREADS)]
    first, _ = in_threads(lambda: group.append(samples[:1]))
    assert signer.asked.wait(30)
    others, answers = in_threads(*((lambda one=one: group.append([one])) for one in samples[1:]))
    waiting(group, THREADS - 1)
    signer.gate.set()
    join([*first, *others])
    assert all(isinstance(answer, tuple) for answer in answers)
    assert store.size == THREADS
    assert checkpoints(store) == 2


def test_the_same_statement_by_many_at_once(store: LogStore) -> None:
    """One of them recorded it, and all know where it is."""
    group = GroupCommit(store, log_signer=LOG, clock=clock)
    sample = verified({"n": 1})
    threads, answers = in_threads(*(lambda: group.append([sample]),) * THREADS)
    join(threads)
    receipts = [answer[0] for answer in answers if isinstance(answer, tuple)]
    assert {r.index for r in receipts} == {0}
    assert sum(r.recorded for r in receipts) == 1


def test_what_cannot_be_filed_fails_alone(store: LogStore) -> None:
    signer = GatedSigner()
    group = GroupCommit(store, log_signer=signer, clock=clock)
    first, _ = in_threads(lambda: group.append([verified({"n": 0})]))
    assert signer.asked.wait(30)
    others, answers = in_threads(
        lambda: group.append([verified({"n": 1}, predicate_type="x" * 2000)]),
        lambda: group.append([verified({"n": 2})]),
    )
    waiting(group, 1)
    signer.gate.set()
    join([*first, *others])
    assert isinstance(answers[0], MalformedError)
    assert isinstance(answers[1], tuple)
    assert store.size == 2


class Poison:
    """Looks like a statement until it is written."""

    predicate_type = "urn:poison"
    envelope = b"{}"
    subjects = ()

    @property
    def digest(self) -> str:
        return "no digest"


def test_a_poisoned_statement_does_not_fail_the_others(store: LogStore) -> None:
    signer = GatedSigner()
    group = GroupCommit(store, log_signer=signer, clock=clock)
    first, _ = in_threads(lambda: group.append([verified({"n": 0})]))
    assert signer.asked.wait(30)
    others, answers = in_threads(
        lambda: group.append([verified({"n": 1})]),
        lambda: group.append([Poison()]),  # type: ignore[list-item]  # the point
        lambda: group.append([verified({"n": 2})]),
    )
    waiting(group, 3)
    signer.gate.set()
    join([*first, *others])
    assert isinstance(answers[0], tuple)
    assert isinstance(answers[1], AttributeError)
    assert isinstance(answers[2], tuple)
    assert store.size == 3
    store.verify(log_key=LOG_KEY)


def test_a_fault_of_the_log_is_everybodys_own(store: LogStore, backend: Backend) -> None:
    """All are told, each by an error of their own; it is not tried once for each."""
    store.append([verified({"n": 0})], log_signer=LOG, at=NOW)
    group = GroupCommit(store, log_signer=MALLORY, clock=clock)
    threads, answers = in_threads(
        *((lambda n=n: group.append([verified({"n": n})])) for n in range(1, 5))
    )
    join(threads)
    assert {str(answer) for answer in answers} == {
        "[signature-invalid] not signed by 'log.example/shop', at checkpoint"
    }
    assert len({id(answer) for answer in answers}) == 4
    backend.edit("UPDATE nodes SET hash = x'00'")
    with pytest.raises(TamperedError):
        GroupCommit(store, log_signer=LOG, clock=clock).append([verified({"n": 5})])


@pytest.mark.parametrize("fault", [UnavailableError("no answer"), KeyboardInterrupt()])
def test_a_leader_that_fails_hands_on(store: LogStore, fault: BaseException) -> None:
    signer = GatedSigner(fault=fault)
    group = GroupCommit(store, log_signer=signer, clock=clock)
    first, failed = in_threads(lambda: group.append([verified({"n": 0})]))
    assert signer.asked.wait(30)
    others, answers = in_threads(lambda: group.append([verified({"n": 1})]))
    waiting(group, 1)
    signer.gate.set()
    join([*first, *others])
    assert type(failed[0]) is type(fault)
    assert isinstance(answers[0], tuple)
    assert store.size == 1
    assert group.append([verified({"n": 2})])[0].index == 1


class InterruptedOnce:
    """The log's key; the second signature is interrupted."""

    public: PublicKey = LOG.public

    def __init__(self, gate: GatedSigner) -> None:
        self.gate = gate
        self.count = 0

    def sign(self, message: bytes) -> bytes:
        self.count += 1
        if self.count == 3:  # a checkpoint takes two
            raise KeyboardInterrupt
        return self.gate.sign(message)


def test_those_of_an_interrupted_group_are_taken_on(store: LogStore) -> None:
    gate = GatedSigner()
    group = GroupCommit(store, log_signer=InterruptedOnce(gate), clock=clock)
    first, _ = in_threads(lambda: group.append([verified({"n": 0})]))
    assert gate.asked.wait(30)
    others, answers = in_threads(
        *((lambda n=n: group.append([verified({"n": n})])) for n in range(1, 4))
    )
    waiting(group, 3)
    gate.gate.set()
    join([*first, *others])
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["KeyboardInterrupt", "tuple", "tuple"]
    assert store.size == 3
    store.verify(log_key=LOG_KEY)


def test_waiting_has_an_end(store: LogStore) -> None:
    signer = GatedSigner()
    group = GroupCommit(store, log_signer=signer, clock=clock, wait_seconds=0.05)
    first, done = in_threads(lambda: group.append([verified({"n": 0})]))
    assert signer.asked.wait(30)
    with pytest.raises(UnavailableError) as caught:
        group.append([verified({"n": 1})])
    assert str(caught.value) == (
        f"[unavailable] others held the log for 0.05 s, at {store.place} "
        "(nothing of this was recorded; try again)"
    )
    signer.gate.set()
    join(first)
    assert isinstance(done[0], tuple)
    assert store.size == 1


def test_each_append_is_checked(store: LogStore) -> None:
    """What does not hold any more is told to all who wait, and nothing is recorded."""
    faults = iter([None, UnavailableError("the trust root changed meanwhile")])

    def check() -> None:
        if (fault := next(faults)) is not None:
            raise fault

    group = GroupCommit(store, log_signer=LOG, clock=clock, check=check)
    assert group.append([verified({"n": 0})])[0].index == 0
    with pytest.raises(UnavailableError, match="the trust root changed meanwhile"):
        group.append([verified({"n": 1})])
    assert store.size == 1


def test_a_group_has_a_limit(store: LogStore) -> None:
    """However many wait, a leader works for a bounded time; a large request is a group alone."""
    signer = GatedSigner()
    group = GroupCommit(store, log_signer=signer, clock=clock)
    first, _ = in_threads(lambda: group.append([verified({"n": 0})]))
    assert signer.asked.wait(30)
    batch = [verified({"batch": n}) for n in range(GROUP_LIMIT)]
    others, answers = in_threads(lambda: group.append(batch))
    waiting(group, 1)
    more, last = in_threads(lambda: group.append([verified({"n": 1})]))
    waiting(group, 2)
    signer.gate.set()
    join([*first, *others, *more])
    assert all(isinstance(answer, tuple) for answer in (*answers, *last))
    assert list(store.checkpoint_sizes(since=0)) == [1, GROUP_LIMIT + 1, GROUP_LIMIT + 2]


def test_a_group_may_be_full(store: LogStore) -> None:
    signer = GatedSigner()
    group = GroupCommit(store, log_signer=signer, clock=clock)
    first, _ = in_threads(lambda: group.append([verified({"n": 0})]))
    assert signer.asked.wait(30)
    sizes = (1, GROUP_LIMIT - 1)
    batches = [[verified({"batch": n, "of": size}) for n in range(size)] for size in sizes]
    threads = list(first)
    for number, batch in enumerate(batches):
        others, _ = in_threads(partial(group.append, batch))
        threads += others
        waiting(group, number + 1)
    signer.gate.set()
    join(threads)
    assert list(store.checkpoint_sizes(since=0)) == [1, GROUP_LIMIT + 1]


def test_an_unexpected_fault_is_raised_as_it_is(store: LogStore) -> None:
    group = GroupCommit(store, log_signer=LOG, clock=clock)
    with pytest.raises(AttributeError):
        group.append([None])  # type: ignore[list-item]  # a fault
    assert not issubclass(AttributeError, AssayError)
    assert group.append([verified({"n": 1})])[0].index == 0
