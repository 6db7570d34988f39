"""Work that waits for others, done by a few threads at a time, with its results in order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def run_threads(
    work: Callable[[_Task], _Result], tasks: Sequence[_Task], *, workers: int
) -> tuple[_Result, ...]:
    """Return `work(task)` for each task, in their order, by up to `workers` threads.

    The first error, or Ctrl-C, ends what has not begun; what has is waited for.
    """
    if not tasks:
        return ()
    with ThreadPoolExecutor(max_workers=min(workers, len(tasks))) as pool:
        futures = [pool.submit(work, task) for task in tasks]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:  # Ctrl-C too
            pool.shutdown(wait=False, cancel_futures=True)
            raise
