"""Work spread over processes, with the same answer for any number of them.

* Results come in the order of the tasks, never in the order of their ends.
* What all tasks need is prepared once in each process, by `prepare(settings)`.
* A worker that dies (killed, out of memory) is an `UnavailableError`; its part is never left out.
* Ctrl-C, or any error, kills the workers before it goes on; they end with us, however we end.
* Workers are started anew and not forked: a fork of a program with threads may hang.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Final, TypeVar

from assay.core.errors import UnavailableError, UsageError

Settings = TypeVar("Settings")
State = TypeVar("State")
Task = TypeVar("Task")
Result = TypeVar("Result")

_KILL_SECONDS: Final = 5.0  # until a killed process is gone; one that the disk holds may stay
_PAUSE: Final = 0.005  # seconds between two looks
_PREPARED: Final[list[object]] = []  # in a worker: the one value that `prepare` returned


def run_tasks(
    work: Callable[[State, Task], Result],
    tasks: Sequence[Task],
    *,
    prepare: Callable[[Settings], State],
    settings: Settings,
    workers: int,
) -> tuple[Result, ...]:
    """Return `work(prepare(settings), task)` for each task, in their order.

    Functions, settings, tasks and results must pickle. With one worker, or one task, nothing is
    started and the work is done here.

    Raises:
        UsageError: `workers` is below 1.
        UnavailableError: A worker died.
        AssayError: Whatever `prepare` or `work` raised, from the first such task.
    """
    if workers < 1:
        raise UsageError(f"{workers} workers, where at least 1 is needed")
    if workers == 1 or len(tasks) < 2:
        state = prepare(settings)
        return tuple(work(state, task) for task in tasks)
    others = {child.pid for child in multiprocessing.active_children()}
    pool = ProcessPoolExecutor(
        max_workers=min(workers, len(tasks)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(prepare, settings),
    )
    try:
        with _deaf_children():
            futures = [pool.submit(_run_one, work, task) for task in tasks]
        results = tuple(future.result() for future in futures)
    except BrokenProcessPool as error:
        _kill_workers(pool, others)
        raise UnavailableError(
            "a worker process died", hint="it may have run out of memory; use fewer workers"
        ) from error
    except BaseException:  # Ctrl-C too: nothing that we started may outlive us
        _kill_workers(pool, others)
        raise
    pool.shutdown()
    return results


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Start processes that never hear Ctrl-C, not even while they start: we answer, and kill them.

    The signal is blocked in this thread only, and is answered at the latest when the block ends.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(prepare: Callable[[Settings], object], settings: Settings) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _PREPARED.append(prepare(settings))


def _end_with_parent() -> None:
    """End this worker when its parent was killed: nobody else would, it would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_one(work: Callable[[State, Task], Result], task: Task) -> Result:
    return work(_PREPARED[-1], task)  # type: ignore[arg-type]  # put there by _start_worker


def _kill_workers(pool: ProcessPoolExecutor, others: set[int | None]) -> None:
    """Kill the processes that were started since `others` were all; they hold nothing to save."""
    pool.shutdown(wait=False, cancel_futures=True)
    for child in _workers(others):
        child.kill()
    # Not `join`: the pool's own thread reaps them too, and then it may return too early.
    deadline = time.monotonic() + _KILL_SECONDS
    while _workers(others) and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _workers(others: set[int | None]) -> list[BaseProcess]:
    return [child for child in multiprocessing.active_children() if child.pid not in others]


def count_cores() -> int:
    """Return how many processors this process may run on."""
    return len(os.sched_getaffinity(0))
