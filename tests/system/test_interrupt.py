import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.system.interrupt import ending_runs, run_together
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
