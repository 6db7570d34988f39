r"""All objects of a repository as one stream of large blocks, in the order of the packs.

`git cat-file --batch-check` lists them; each reader then has a `git cat-file --batch` of its own.
Git writes `<id> <kind> <size>\n<content>\n` for each id that it is given. That header is the line
of the listing, so what arrives is compared with what was asked for: an object cannot be left out,
or replaced by another one, unseen.

* Blocks hold many whole objects, or a piece of one that is larger than a block. Memory is bounded
  by the block, whatever the size of an object.
* What Git cannot read becomes a `NotChecked` with its id, and reading goes on behind it.
* All objects are read, also those that no branch leads to any more: a secret in them is one
  backup, or one `git fsck --lost-found`, away.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final

from assay.core.errors import UnavailableError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.git import GitPlace, git_command, git_environment, run_git, try_git
from assay.system.process import stream_process

BLOCK_BYTES: Final = 4 * 2**20  # stays in the cache of most processors' last level
MARGIN_BYTES: Final = 32 * 2**10  # by which pieces overlap on either side; above any match
MAX_LISTING: Final = 4 * 2**30  # bytes; some 70 million objects
MAX_RESTARTS: Final = 200  # of Git in one reader; beyond it the repository is no use to anybody
MAX_LOST: Final = 100  # objects that are named one by one; a partial clone may lack millions
BIG_FILE: Final = "core.bigFileThreshold=32m"  # above it Git streams a blob and does not load it
_KINDS: Final = (b"blob", b"commit", b"tag")  # a tree holds names and ids, which tell nothing
_LISTED: Final = (*_KINDS, b"tree")
_LISTING_SECONDS: Final = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectList:
    r"""The objects of a repository; `headers` are `<id> <kind> <size>\n`."""

    headers: tuple[bytes, ...]
    not_checked: tuple[NotChecked, ...] = ()


@dataclass(slots=True, kw_only=True)
class Block:
    """Some of the stream; `data` is good until the next block is asked for.

    Object `i` has `headers[i]` and is `data[starts[i]:ends[i]]`. Where the block is a piece of one
    large object, `first_line` counts the line ends in front of it, and a match belongs to this
    piece when it starts in `data[own_start:own_end]`; the rest is there to see its surroundings.
    """

    data: memoryview
    starts: list[int]
    ends: list[int]
    headers: list[bytes]
    own_start: int
    own_end: int
    first_line: int = 0


def list_all_objects(repository: GitPlace) -> ObjectList:
    """List every object once, trees too, in the order in which the packs hold them.

    Raises:
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git failed otherwise.
    """
    listing = run_git(
        repository,
        *("cat-file", "--batch-all-objects", "--batch-check", "--unordered", "--buffer"),
        seconds=_LISTING_SECONDS,
        max_output_bytes=MAX_LISTING,
    )
    return _described(listing)


def list_names(repository: GitPlace) -> tuple[bytes, ...]:
    """List the ids of all objects, of whatever kind: much sooner done than `list_all_objects`.

    In order, as the indexes of packs have them: to keep it from listing one twice that two packs
    have, Git would otherwise need a table of all.

    Raises:
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git failed otherwise.
    """
    listing = run_git(
        repository,
        *("cat-file", "--batch-check=%(objectname)", "--batch-all-objects", "--buffer"),
        seconds=_LISTING_SECONDS,
        max_output_bytes=MAX_LISTING,
    )
    return tuple(listing.split())


def describe_objects(repository: GitPlace, ids: Sequence[bytes]) -> ObjectList:
    """Return the headers of the objects `ids`, in their order, of trees too.

    Raises:
        RejectedError: Git says that the repository is damaged.
        UnavailableError: Git failed otherwise.
    """
    listing = run_git(
        repository,
        *("cat-file", "--batch-check", "--buffer"),
        stdin=b"".join(b"%b\n" % oid for oid in ids),
        seconds=_LISTING_SECONDS,
        max_output_bytes=MAX_LISTING,
    )
    return _described(listing)


def _described(listing: bytes) -> ObjectList:
    headers: list[bytes] = []
    unread: list[NotChecked] = []
    for line in listing.splitlines(keepends=True):
        if line.split(b" ", 2)[1].strip() in _LISTED:
            headers.append(line)
        else:
            unread.append(_unread(line, "Git cannot read it"))
    return ObjectList(headers=tuple(headers), not_checked=tuple(unread))


def is_searched(header: bytes) -> bool:
    """Tell whether an object is of a kind that holds text: a tree holds names and ids."""
    return header.split(b" ", 2)[1] in _KINDS


def list_lost(repository: GitPlace, *, complete: Sequence[bytes] = ()) -> tuple[NotChecked, ...]:
    """Name what the history leads to and the repository does not have: a listing cannot show it.

    Nothing that the commits or tags `complete` lead to is looked for.

    Raises:
        UnavailableError: Git took too long.
    """
    done = try_git(
        repository,
        *("rev-list", "--objects", "--all", "HEAD", "--missing=print", "--quiet", "--stdin"),
        stdin=b"".join(b"^%b\n" % oid for oid in complete),
        seconds=_LISTING_SECONDS,
    )
    lost = sorted(line[1:].decode() for line in done.output.split(b"\n") if line[:1] == b"?")
    named = [
        _unread(f"{oid} ".encode(), "the history needs it and Git cannot find it") for oid in lost
    ]
    if len(named) > MAX_LOST:
        why = f"the history needs {len(lost)} objects that Git cannot find"
        named = [*named[:MAX_LOST], _not_checked("objects", "and others", why)]
    if done.status:
        why = f"Git could not walk it and said {printable(done.complaint())!r}"
        named.append(_not_checked("history", "all refs", why))
    return tuple(named)


def split_objects(headers: Sequence[bytes], *, portion_bytes: int) -> tuple[tuple[bytes, ...], ...]:
    """Cut a listing into runs of about `portion_bytes` each, which keep its order."""
    portions: list[tuple[bytes, ...]] = []
    first = size = 0
    for number, header in enumerate(headers):
        size += size_of(header) + len(header)
        if size >= portion_bytes:
            portions.append(tuple(headers[first : number + 1]))
            first, size = number + 1, 0
    if first < len(headers):
        portions.append(tuple(headers[first:]))
    return tuple(portions)


def size_of(header: bytes) -> int:
    """Return the size in bytes of the object with this header."""
    return int(header[header.rindex(b" ") :])


def id_of(header: bytes) -> str:
    """Return the id of the object with this header."""
    return header[: header.index(b" ")].decode()


class ObjectReader:
    """Reads the objects of one portion. `not_checked` is complete when the blocks have ended."""

    def __init__(
        self,
        repository: GitPlace,
        headers: Sequence[bytes],
        *,
        block_bytes: int = BLOCK_BYTES,
        margin_bytes: int = MARGIN_BYTES,
    ) -> None:
        self.not_checked: list[NotChecked] = []
        self._repository = repository
        self._headers = tuple(headers)
        self._sizes = tuple(size_of(header) for header in headers)
        self._next = 0  # the first object that was not read yet
        self._margin = margin_bytes
        self._buffer = bytearray(block_bytes)
        self._view = memoryview(self._buffer)
        self._filled = 0

    def blocks(self) -> Iterator[Block]:
        """Read all objects, starting Git again behind each one at which it stopped.

        Raises:
            UnavailableError: Git cannot be started, or answers something else than was asked.
        """
        for _ in range(MAX_RESTARTS):
            if self._next == len(self._headers):
                return
            yield from self._run_git()
        self.not_checked += [
            _unread(header, f"Git stopped {MAX_RESTARTS} times before it")
            for header in self._headers[self._next :]
        ]

    def _run_git(self) -> Iterator[Block]:
        """Read until everything was written, or Git stopped at an object."""
        asked = b"".join(h[: h.index(b" ")] + b"\n" for h in self._headers[self._next :])
        self._filled = 0
        complaints: list[bytes] = []
        with stream_process(
            git_command(self._repository, "-c", BIG_FILE, "cat-file", "--batch", "--buffer"),
            cwd=self._repository.top,
            environment=git_environment(self._repository),
        ) as child:
            if child.stdin is None or child.stdout is None or child.stderr is None:
                raise UnavailableError("Git has no pipes")
            feeder = threading.Thread(target=_feed, args=(child.stdin, asked), daemon=True)
            drain = threading.Thread(target=_drain, args=(child.stderr, complaints), daemon=True)
            feeder.start()
            drain.start()
            yield from self._read(child.stdout)
            if self._next < len(self._headers):
                drain.join()  # Git has ended; what it said is complete
        if self._next < len(self._headers):
            said = complaints[-1].decode(errors="replace") if complaints else "nothing"
            self._skip(f"Git stopped at it and said {printable(said)!r}")

    def _read(self, pipe: IO[bytes]) -> Iterator[Block]:
        """Yield blocks until everything was read or the output has ended."""
        ended = False
        while self._next < len(self._headers):
            ended = self._fill(pipe) or ended
            block = self._whole_objects()
            if block.headers:
                yield block
                self._next += len(block.headers)
                self._drop(block.ends[-1] + 1)
            elif self._is_lost():
                self._skip("Git cannot find it")
            elif self._filled == len(self._buffer):
                yield from self._large_object(pipe)
            elif ended:
                return

    def _fill(self, pipe: IO[bytes]) -> bool:
        """Read until the buffer is full; tell whether the output has ended before that."""
        while self._filled < len(self._buffer):
            count = pipe.readinto1(self._view[self._filled :])  # type: ignore[attr-defined]
            if not count:
                return True
            self._filled += count
        return False

    def _whole_objects(self) -> Block:
        """Return the objects that are complete in the buffer, each under the expected header."""
        starts: list[int] = []
        ends: list[int] = []
        end = -1
        first = number = self._next
        matches, filled, sizes = self._buffer.startswith, self._filled, self._sizes
        for number, header in enumerate(self._headers[first:], first):
            begin = end + 1
            start = begin + len(header)
            after = start + sizes[number]
            if after >= filled or not matches(header, begin):
                break
            starts.append(start)
            ends.append(after)
            end = after
        return Block(
            data=self._view[: end + 1],
            starts=starts,
            ends=ends,
            headers=list(self._headers[first : first + len(starts)]),
            own_start=0,
            own_end=end + 1,
        )

    def _is_lost(self) -> bool:
        """Tell, and drop the line, where Git answered that there is no such object.

        Raises:
            UnavailableError: It answered something that was not asked.
        """
        line = bytes(self._buffer[: self._buffer.find(b"\n", 0, self._filled) + 1])
        header = self._headers[self._next]
        if not line or line == header:
            return False
        if line != header[: header.index(b" ")] + b" missing\n":
            raise UnavailableError(f"Git answered {line[:100]!r} where {header!r} was asked for")
        self._drop(len(line))
        return True

    def _large_object(self, pipe: IO[bytes]) -> Iterator[Block]:
        """Yield the object at the start of the full buffer in pieces that overlap."""
        header, left = self._headers[self._next], self._sizes[self._next]
        self._drop(len(header))
        own_start = lines = 0
        while True:
            ended = self._fill(pipe)
            size = min(left, self._filled)
            last = size == left
            if ended and not last:
                return  # cut off: `_run_git` records it
            own_end = size if last else size - self._margin
            yield Block(
                data=self._view[:size],
                starts=[0],
                ends=[size],
                headers=[header],
                own_start=own_start,
                own_end=own_end,
                first_line=lines,
            )
            if last:
                break
            passed, own_start = own_end - self._margin, self._margin
            lines += self._buffer.count(b"\n", 0, passed)
            self._drop(passed)
            left -= passed
        self._next += 1
        self._drop(min(left + 1, self._filled))

    def _drop(self, count: int) -> None:
        """Move what stands behind the first `count` bytes to the start of the buffer."""
        rest = self._filled - count
        self._view[:rest] = self._view[count : self._filled]
        self._filled = rest

    def _skip(self, why: str) -> None:
        self.not_checked.append(_unread(self._headers[self._next], why))
        self._next += 1


def _feed(pipe: IO[bytes], asked: bytes) -> None:
    with suppress(BrokenPipeError):  # Git has stopped at an object; its output tells at which
        pipe.write(asked)
        pipe.close()


def _drain(pipe: IO[bytes], into: list[bytes]) -> None:
    """Keep the last lines of what Git says, so that it never waits for a reader."""
    with suppress(ValueError):  # closed by the other side of the block
        for line in pipe:
            into[:] = [*into[-9:], line.strip()]


def _unread(header: bytes, why: str) -> NotChecked:
    return _not_checked("object", id_of(header), why)


def _not_checked(what: str, where: str, why: str) -> NotChecked:
    remedy = "run git fsck; fetch or clone the repository again"
    return NotChecked(what=what, where=where, why=why, remedy=remedy)
