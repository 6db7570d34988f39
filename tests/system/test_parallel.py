"""Work over processes: order, errors, dead workers, Ctrl-C."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.system.parallel import run_tasks


def double(factor: int) -> int:
    return factor * 2


def times(state: int, task: int) -> int:
    time.sleep(0.02 * (task % 3))  # so that they do not end in their order
    return state * task


def refuse(state: int, task: int) -> int:
    if task == 2:
        raise MalformedError("this one is wrong", where="task", hint="mend it")
    return state


def die(state: int, task: int) -> int:
    if task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return state


def sleep(state: int, task: int) -> int:
    time.sleep(60)
    return state


def run(work: Callable[[int, int], int], *, workers: int) -> tuple[int, ...]:
    return run_tasks(work, range(6), prepare=double, settings=5, workers=workers)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    assert run(times, workers=workers) == (0, 10, 20, 30, 40, 50)


def test_no_task_starts_nothing() -> None:
    assert run_tasks(times, (), prepare=double, settings=5, workers=4) == ()


def test_no_worker_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        run(times, workers=0)
    assert str(caught.value) == "[usage] 0 workers, where at least 1 is needed"


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_task_arrives_whole(workers: int) -> None:
    with pytest.raises(MalformedError) as caught:
        run(refuse, workers=workers)
    assert str(caught.value) == "[malformed] this one is wrong, at task (mend it)"
    assert multiprocessing.active_children() == []


def test_a_dead_worker_is_no_answer() -> None:
    with pytest.raises(UnavailableError) as caught:
        run(die, workers=2)
    assert str(caught.value) == (
        "[unavailable] a worker process died (it may have run out of memory; use fewer workers)"
    )


def test_an_interrupt_kills_the_workers() -> None:
    def interrupt() -> None:
        while len(multiprocessing.active_children()) < 2:
            time.sleep(0.05)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(sleep, workers=2)
    assert time.monotonic() - began < 30
    assert multiprocessing.active_children() == []
