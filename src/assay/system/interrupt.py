"""Ctrl-C in a program with threads: it reaches the main thread, while others wait for children."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TypeVar

from assay.system.process import end_processes

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
