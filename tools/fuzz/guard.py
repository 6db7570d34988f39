"""Whether a reader behaved: it answered or refused, in time, within memory, and nothing else."""

import re
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from assay.core.errors import AssayError
from fuzz.target import Target, consumed

MAX_SECONDS: Final = 2.0  # of the processor: a busy machine is no fault of the reader
MAX_MEMORY: Final = 512 * 2**20
_VALUES: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|0x[0-9a-f]+|\d+|b'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a reader did that it may not do."""

    kind: str
    error: BaseException | None = None


class _TooSlow(BaseException):  # no error of the reader
    pass


def try_input(
    target: Target, data: bytes, *, seconds: float = MAX_SECONDS
) -> tuple[str, Fault | None]:
    """Give `data` to the reader; return what kind of answer that was, and the fault."""
    began = time.process_time()
    try:
        with _limited(seconds), warnings.catch_warnings():
            warnings.simplefilter("error")  # a reader that only warns has neither read nor refused
            found = consumed(target.read(data))
        answer, fault = f"{type(found).__name__}", None
    except AssayError as error:
        answer, fault = _answer(error), None
    except _TooSlow:
        answer, fault = "too slow", Fault(kind=f"more than {seconds:g} s")
    except MemoryError as error:
        answer, fault = "memory", Fault(kind="too much memory", error=error)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # to find exactly these
        answer, fault = "crash", Fault(kind=f"{type(error).__name__} is no AssayError", error=error)
    if fault is None and time.process_time() - began > seconds:
        fault = Fault(kind=f"more than {seconds:g} s")
    return answer, fault


def _answer(error: AssayError) -> str:
    """Return what was refused, without the values: another refusal is another way in the reader."""
    return f"{error.code} {_VALUES.sub('~', error.what)[:80]} {_VALUES.sub('~', error.where)[:40]}"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
