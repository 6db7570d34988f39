"""Ctrl-C, and errors, while threads are at work."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.system.interrupt import await_results, ending_runs, run_together
from assay.system.process import run_process

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


def sleep_after(event: threading.Event, folder: Path) -> int:
    event.wait(20)
    time.sleep(0.2)  # so that the child starts after the first kill
    return run_process(SLEEP, cwd=folder, seconds=60).status


def interrupt(event: threading.Event) -> None:
    event.set()
    raise KeyboardInterrupt


def test_runs_end_at_once_also_if_their_child_starts_only_then(tmp_path: Path) -> None:
    event = threading.Event()
    before = time.monotonic()
    with ThreadPoolExecutor(max_workers=1) as pool:
        runs = [pool.submit(sleep_after, event, tmp_path) for _ in range(2)]
        with pytest.raises(KeyboardInterrupt), ending_runs(runs):
            interrupt(event)
        assert runs[0].result() == -9
        assert runs[1].cancelled()
    assert time.monotonic() - before < 30


def test_runs_of_a_block_that_ends_well_are_left_alone() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        run = pool.submit(lambda: 7)
        with ending_runs((run,)):
            pass
        assert run.result() == 7


def test_results_in_the_order_of_the_works() -> None:
    first_ends_last = threading.Event()

    def first() -> str:
        assert first_ends_last.wait(30)
        return "first"

    def second() -> str:
        first_ends_last.set()
        return "second"

    assert run_together([first, second]) == ("first", "second")
    assert run_together([]) == ()


def test_what_one_raises_is_raised() -> None:
    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        run_together([lambda: "fine", fail])


class HandedOverInPart(list[Callable[[], None]]):
    """Works of which the first is handed over before Ctrl-C comes."""

    def __iter__(self) -> Iterator[Callable[[], None]]:
        """Give one of them."""
        yield self[0]
        raise KeyboardInterrupt


def test_none_begins_where_not_all_were_handed_over() -> None:
    begun = list[int]()
    works = HandedOverInPart([lambda: begun.append(1), lambda: begun.append(2)])
    with pytest.raises(KeyboardInterrupt):
        run_together(works)
    assert begun == []


def test_an_error_is_raised_while_others_still_run() -> None:
    def fail() -> bool:
        raise UnavailableError("at once")

    ended = threading.Event()
    with ThreadPoolExecutor(max_workers=2) as pool:
        slow = pool.submit(ended.wait, 30)
        try:
            with pytest.raises(UnavailableError, match="at once"):
                await_results([slow, pool.submit(fail)])
            assert not slow.done()
        finally:
            ended.set()
