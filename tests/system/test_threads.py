"""Work by threads: results in the order of the tasks, and the first error."""

import threading

import pytest

from assay.core.errors import UnavailableError
from assay.system.threads import run_threads


def test_results_in_the_order_of_the_tasks() -> None:
    """The first task ends last: it waits for the second."""
    second = threading.Event()

    def work(task: int) -> int:
        if task == 1:
            assert second.wait(timeout=60)
        else:
            second.set()
        return task * 10

    assert run_threads(work, (1, 2), workers=2) == (10, 20)
    assert run_threads(work, (), workers=2) == ()


def test_the_first_error_by_the_order_of_the_tasks() -> None:
    def work(task: int) -> int:
        if task:
            raise UnavailableError(f"task {task}")
        return task

    with pytest.raises(UnavailableError) as caught:
        run_threads(work, (0, 1, 2, 3), workers=4)
    assert str(caught.value) == "[unavailable] task 1"
