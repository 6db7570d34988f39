"""Ctrl-C in a program with threads: it reaches the main thread, while others wait for children."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final, TypeVar

from assay.system.process import end_processes

_HEED_SECONDS: Final = 0.2  # between two looks for a Ctrl-C

Result = TypeVar("Result")


@contextmanager
def ending_runs(runs: Iterable[Future[Result]]) -> Iterator[None]:
    """Where the block is left by an error or Ctrl-C, bring `runs` to their end at once.

    What has not begun is cancelled. What waits for a child process has it killed, also a child
    that it starts only then; its result is lost.
    """
    try:
        yield
    except BaseException:
        pending = {run for run in runs if not run.cancel()}
        while pending:
            end_processes()
            pending = wait(pending, timeout=0.05).not_done
        raise


def run_together(works: Sequence[Callable[[], Result]]) -> tuple[Result, ...]:
    """Do all `works` at once, each in a thread; Ctrl-C ends them, whenever it comes.

    None begins before all are known: one that was being handed over could not be ended.
    """
    if not works:
        return ()
    runs, known, begin = list[Future[Result]](), threading.Event(), threading.Event()

    def held(work: Callable[[], Result]) -> Result:
        begin.wait()
        if not known.is_set():
            raise CancelledError
        return work()

    with ThreadPoolExecutor(max_workers=len(works)) as pool, ending_runs(runs):
        try:
            runs.extend(pool.submit(held, work) for work in works)
            known.set()
        finally:
            begin.set()
        return await_results(runs)


def await_results(runs: Sequence[Future[Result]]) -> tuple[Result, ...]:
    """Return what the runs return, in their order, or raise what the first one to fail raises.

    The wait is interrupted now and then: a Ctrl-C that comes just before it begins is noticed only
    by code that runs.
    """
    pending = set(runs)
    while pending:
        done, pending = wait(pending, timeout=_HEED_SECONDS, return_when=FIRST_EXCEPTION)
        for run in done:
            run.result()
    return tuple(run.result() for run in runs)
