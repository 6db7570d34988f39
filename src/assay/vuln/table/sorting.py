"""Sorting more lines than memory holds: in runs on the disk, which are merged."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from assay.system.scratch import scratch_file, write_lines

MAX_HELD: Final = 64 * 2**20  # bytes of lines in memory
MAX_RUNS: Final = 64  # open files; so many are merged into one
_OVERHEAD: Final = 50  # of each line as an object


@dataclass(slots=True, kw_only=True)
class LineSorter:
    """Takes lines in any order, and gives them back sorted; what does not fit lies in `folder`.

    Whoever makes one closes it.
    """

    folder: Path
    max_held: int = MAX_HELD
    _held: list[bytes] = field(default_factory=list)
    _size: int = 0
    _runs: list[BinaryIO] = field(default_factory=list)

    def add(self, line: bytes) -> None:
        """Take in a line, without its end.

        Raises:
            UnavailableError: The disk is full.
        """
        self._held.append(line)
        self._size += len(line) + _OVERHEAD
        if self._size > self.max_held:
            self._spill()

    def in_order(self) -> Iterator[bytes]:
        """Yield the lines in order, each as often as it was added; nothing is added after that."""
        self._held.sort()
        return heapq.merge(*map(_lines_of, self._runs), self._held)

    def close(self) -> None:
        """Drop what lies on the disk."""
        for run in self._runs:
            run.close()

    def _spill(self) -> None:
        if len(self._runs) == MAX_RUNS:
            merged = self._write(heapq.merge(*map(_lines_of, self._runs)))
            self.close()
            self._runs = [merged]
        self._held.sort()
        self._runs.append(self._write(iter(self._held)))
        self._held, self._size = [], 0

    def _write(self, lines: Iterator[bytes]) -> BinaryIO:
        run = scratch_file(self.folder)
        try:
            write_lines(run, lines, where=self.folder)
        except BaseException:
            run.close()
            raise
        return run


def _lines_of(run: BinaryIO) -> Iterator[bytes]:
    return (line[:-1] for line in run)
