"""Reading single objects through one `git cat-file --batch`, each verified against its name.

* The content of every object is hashed and compared with its id: what is read is what the commit
  names, also where a pack was tampered with. Git itself does not check that on reading.
* An object that is not in the repository is None from `read_many`, and an error from `read`.
* Ids are sent in batches that a pipe holds, so that neither side ever waits for the other.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from assay.core.errors import RejectedError, TamperedError, UnavailableError
from assay.source.git import GIT_SECONDS, GitPlace, git_command, git_environment, git_refusal
from assay.system.process import Completed, stream_process

MAX_COMMIT_BYTES: Final = 16 * 2**20  # messages of some megabytes exist; bounds memory
_BATCH: Final = 100  # ids, 6.5 kB in SHA-256; the smallest pipe in use holds 16 kB
_MAX_HEADER: Final = 200  # an id, a kind and a size
_ALGORITHMS: Final = {40: "sha1", 64: "sha256"}


class GitReader:
    """Reads objects by id from one running Git; `open_reader` makes it."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._stdin, self._stdout = stdin, stdout

    def read(self, oid: str, *, kind: str, max_bytes: int) -> bytes:
        """Return the content of one object.

        Raises:
            RejectedError: It is missing, damaged, or of another kind.
            UnavailableError: It is larger than `max_bytes`.
        """
        (content,) = self.read_many((oid,), kind=kind, max_bytes=max_bytes)
        if content is None:
            raise lost(kind, oid)
        return content

    def read_many(
        self, oids: Iterable[str], *, kind: str, max_bytes: int
    ) -> Iterator[bytes | None]:
        """Yield the content of each object in turn, None for one that is not there.

        All of them have to be taken before anything else is read.

        Raises:
            RejectedError: One is damaged or of another kind.
            UnavailableError: One is larger than `max_bytes`.
        """
        rest = iter(oids)
        while batch := tuple(itertools.islice(rest, _BATCH)):
            self._ask(batch)
            for oid in batch:
                yield self._answer(oid, kind, max_bytes)

    def _ask(self, oids: tuple[str, ...]) -> None:
        try:
            self._stdin.write("".join(f"{oid}\n" for oid in oids).encode())
            self._stdin.flush()
        except BrokenPipeError as error:
            raise _StoppedError(oids[0]) from error

    def _answer(self, oid: str, kind: str, max_bytes: int) -> bytes | None:
        header = self._stdout.readline(_MAX_HEADER).decode(errors="replace").split()
        if header == [oid, "missing"]:
            return None
        if len(header) != 3 or header[0] != oid:
            raise _StoppedError(oid)
        if header[1] != kind:
            raise RejectedError(f"{oid} is a {header[1]}, where a {kind} is needed")
        size = int(header[2])
        if size > max_bytes:
            raise UnavailableError(
                f"the {kind} {oid} has {size} bytes, where at most {max_bytes} are read"
            )
        content = self._stdout.read(size)
        if len(content) != size or self._stdout.read(1) != b"\n":
            raise _StoppedError(oid)
        _verify(oid, kind, content)
        return content


@contextmanager
def open_reader(repository: GitPlace, *, seconds: float = GIT_SECONDS) -> Iterator[GitReader]:
    """Start a reader for the length of the block.

    Raises:
        RejectedError: Git stopped at a damaged object.
        UnavailableError: It cannot be started, or did not end within `seconds`.
    """
    errors = bytearray()
    try:
        with stream_process(
            git_command(repository, "cat-file", "--batch"),
            cwd=repository.top,
            environment=git_environment(repository),
            errors=errors,
            seconds=seconds,
        ) as child:
            if child.stdin is None or child.stdout is None:
                raise UnavailableError("Git has no pipes")
            yield GitReader(child.stdin, child.stdout)
    except _StoppedError as error:
        stopped = Completed(status=128, output=b"", errors=bytes(errors))
        raise git_refusal(stopped, doing=f"object {error}") from error


def lost(kind: str, oid: str) -> RejectedError:
    """Return the error for an object that a commit names and the repository does not have."""
    return RejectedError(
        f"the {kind} {oid} is missing",
        hint="run git fsck; clone the repository again, without --filter",
    )


def _verify(oid: str, kind: str, content: bytes) -> None:
    digest = hashlib.new(_ALGORITHMS[len(oid)], usedforsecurity=False)
    digest.update(b"%s %d\0" % (kind.encode(), len(content)))
    digest.update(content)
    if digest.hexdigest() != oid:
        raise TamperedError(
            f"the content of the {kind} {oid} is not what its name says",
            hint="run git fsck; clone the repository again",
        )


class _StoppedError(Exception):
    """Git ended, or answered out of turn, at the object with this id."""
