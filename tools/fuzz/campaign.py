"""A run over all readers for a given time, in processes of their own that may hang or die.

A worker writes each input into shared memory before it is read: where the worker dies, or does not
go on, the parent takes the input from there, keeps it, and starts another worker.
"""

import hashlib
import mmap
import os
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fuzz.guard import MAX_MEMORY, Fault, try_input
from fuzz.mutator import MAX_INPUT, Mutator
from fuzz.target import Target

SLICE: Final = 0.5  # seconds for one reader before the next has its turn
STUCK: Final = 20.0  # seconds without a new input: the limit of time did not reach the code
_HEAD: Final = struct.Struct("=QII")  # inputs tried, number of the target, length of the input
ROOM: Final = _HEAD.size + MAX_INPUT + 1


@dataclass(slots=True)
class Turn:
    """What one worker knows about one reader."""

    target: Target
    mutator: Mutator
    answers: set[str] = field(default_factory=set)
    tried: int = 0


class Worker:
    """Tries inputs until its time is over, and writes each fault to a file."""

    def __init__(self, targets: Sequence[Target], *, number: int, crashes: Path) -> None:
        self.crashes = crashes
        self.turns = [
            Turn(target, Mutator(target.seeds(), words=target.words, number=number))
            for target in targets
        ]
        self.shared = mmap.mmap(-1, ROOM)
        self.tried = 0

    def run(self, until: float) -> None:
        """Give each reader its turns."""
        limit_memory()
        while time.monotonic() < until:
            for at, turn in enumerate(self.turns):
                end = min(until, time.monotonic() + SLICE)
                while time.monotonic() < end:
                    self._try(at, turn)

    def _try(self, at: int, turn: Turn) -> None:
        data = turn.mutator.next()
        self.tried += 1
        turn.tried += 1
        head = _HEAD.pack(self.tried, at, len(data))
        self.shared[: len(head) + len(data)] = head + data
        answer, fault = try_input(turn.target, data)
        if answer not in turn.answers:
            turn.answers.add(answer)
            turn.mutator.keep(data)
        if fault is not None:
            save_fault(self.crashes, turn.target, data, fault)

    def last(self) -> tuple[int, int, bytes]:
        """Return how many inputs were tried, and the last one with its reader."""
        tried, at, length = _HEAD.unpack_from(self.shared)
        return tried, at, self.shared[_HEAD.size : _HEAD.size + length]


def limit_memory() -> None:
    """Allow so much more than there is now; beyond it, a reader gets a MemoryError."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MAX_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def save_fault(crashes: Path, target: Target, data: bytes, fault: Fault) -> None:
    """Keep the input that did it, and the trace beside it; one of each kind of each reader."""
    trace = "".join(traceback.format_exception(fault.error)) if fault.error else fault.kind
    frames = traceback.extract_tb(fault.error.__traceback__) if fault.error else []
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    kind = hashlib.sha256(f"{fault.kind} {where}".encode()).hexdigest()[:8]
    stem = crashes / f"{target.name.replace(':', '.')}-{kind}"
    if not stem.with_name(stem.name + ".bin").exists():
        crashes.mkdir(parents=True, exist_ok=True)
        stem.with_name(stem.name + ".bin").write_bytes(data)
        stem.with_name(stem.name + ".txt").write_text(f"{target.name}\n{fault.kind}\n{trace}")
        sys.stderr.write(f"FAULT {target.name}: {fault.kind} ({stem.name}.bin)\n")


def run_campaign(
    targets: Sequence[Target], *, seconds: float, jobs: int, number: int, crashes: Path
) -> int:
    """Run; return how many inputs were tried."""
    until = time.monotonic() + seconds
    shares = [_Share(targets[at::jobs], number + at, crashes) for at in range(jobs)]
    for share in shares:
        share.start(until)
    while any(share.is_running(until) for share in shares):
        time.sleep(0.2)
    return sum(share.total() for share in shares)


class _Share:
    """The readers of one worker, over all the workers that it takes."""

    def __init__(self, targets: Sequence[Target], number: int, crashes: Path) -> None:
        self.targets, self.number, self.crashes = targets, number, crashes
        self.before = 0
        self.process = 0
        self.seen = (0, time.monotonic())

    def start(self, until: float) -> None:
        self.worker = Worker(self.targets, number=self.number, crashes=self.crashes)
        self.number += 1000
        self.seen = (0, time.monotonic())
        self.process = os.fork()
        if self.process == 0:
            status = 1
            try:
                self.worker.run(until)
                status = 0
            finally:
                os._exit(status)

    def is_running(self, until: float) -> bool:
        """Look after the worker: start another where it died or hangs."""
        if self.process == 0:
            return False
        ended, status = os.waitpid(self.process, os.WNOHANG)
        tried, at, data = self.worker.last()
        if ended == 0:
            if tried != self.seen[0]:
                self.seen = (tried, time.monotonic())
            if time.monotonic() - self.seen[1] < STUCK:
                return True
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            status = -1
        if status != 0 and tried:
            kind = "hangs" if status == -1 else f"ended the process with {status}"
            save_fault(self.crashes, self.targets[at], data, Fault(kind=kind))
        self.before += tried
        self.process = 0
        if status != 0 and time.monotonic() < until:
            self.start(until)
        return self.process != 0

    def total(self) -> int:
        """Return how many inputs were tried."""
        return self.before
