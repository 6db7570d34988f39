"""Disks that are full, and files that were written by half.

A disk that is really full needs a small file system of its own: root may mount one, else the test
limits the size of files, which SQLite is told as another error and answers alike.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.evidence.store import LogStore, open_store
from assay.signing.keyfile import create_key_file
from assay.signing.notekey import note_key
from tests.fakes.backends import Backend
from tests.fakes.postgres import run_server
from tests.fakes.trust import LOG, LOG_KEY, NOW, ORIGIN, verified

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = tuple(verified({"n": n, "x": "x" * 600}) for n in range(60))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Return a folder on a file system with room for 2 MB, or skip."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("needs mount, and root")
    folder = Path(tempfile.mkdtemp(prefix="assay-small-"))
    folder.chmod(0o755)  # the server of a database is somebody else
    options = ["-t", "tmpfs", "-o", "size=2m,mode=0777", "tmpfs", str(folder)]
    if subprocess.run([mount, *options], capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield folder
    finally:
        mount_tool("umount", "--lazy", str(folder))
        folder.rmdir()


def mount_tool(name: str, *words: str) -> None:
    tool = shutil.which(name)
    assert tool is not None
    subprocess.run([tool, *words], check=True)


def fill(store: LogStore) -> list[str]:
    """Append until there is no room; return the digests of what was acknowledged."""
    told = list[str]()
    for number in range(10_000):
        batch = [verified({"fill": number, "i": i, "x": "x" * 2000}) for i in range(5)]
        try:
            told += [str(r.digest) for r in store.append(batch, log_signer=LOG, at=NOW)]
        except UnavailableError as error:
            refusal = error
            break
    else:
        raise AssertionError("the disk was never full")
    assert refusal.what == "no room left on the disk"
    assert refusal.hint == "make room; nothing was lost, try again"
    return told


def holds(store: LogStore, told: list[str]) -> None:
    newest = store.verify(log_key=LOG_KEY)
    assert newest is not None
    assert newest.size == len(told)
    assert [str(entry.digest) for entry in store.all_entries()] == told


def test_a_full_disk_under_sqlite(small_disk: Path) -> None:
    with open_store(small_disk / "log.db", origin=ORIGIN, create=True) as store:
        told = fill(store)
        assert told
    ballast = small_disk / "blobs"
    shutil.rmtree(ballast, ignore_errors=True)
    with open_store(small_disk / "log.db", origin=ORIGIN, create=False) as store:
        holds(store, told)
    mount_tool("mount", "-o", "remount,size=8m", str(small_disk))
    with open_store(small_disk / "log.db", origin=ORIGIN, create=False) as store:
        [receipt] = store.append([verified({"after": 1})], log_signer=LOG, at=NOW)
        assert receipt.index == len(told)
        store.verify(log_key=LOG_KEY)


def test_a_full_disk_for_blobs(small_disk: Path) -> None:
    """A large envelope finds no room: nothing is recorded, and the half of it harms nobody."""
    with open_store(small_disk / "log.db", origin=ORIGIN, create=True) as store:
        store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
        with pytest.raises(UnavailableError):
            store.append([verified({"x": "x" * 3_000_000})], log_signer=LOG, at=NOW)
        assert store.size == 3
        store.verify(log_key=LOG_KEY)
        store.append(SAMPLES[3:5], log_signer=LOG, at=NOW)
    blobs = small_disk / "blobs"
    assert not [path for path in blobs.rglob("*") if path.is_file()]


def test_a_full_disk_under_postgresql(small_disk: Path) -> None:
    """The tables lie on the small disk, the server's own log does not."""
    with run_server() as server:
        space = small_disk / "space"
        space.mkdir()
        if server.account is not None:
            shutil.chown(space, server.account)
        backend = Backend(kind="postgresql", location=server.url(server.new_database()))
        with backend.editor() as run:
            run(f"CREATE TABLESPACE small LOCATION '{space}'", ())
            run("ALTER ROLE keeper SET default_tablespace = 'small'", ())
        with backend.open() as store:
            told = fill(store)
            assert told
            holds(store, told)
        with backend.open(create=False) as store:
            holds(store, told)
            mount_tool("mount", "-o", "remount,size=20m", str(small_disk))
            [receipt] = store.append([verified({"after": 1})], log_signer=LOG, at=NOW)
            assert receipt.index == len(told)
            store.verify(log_key=LOG_KEY)


LIMITED: Final = """
import resource, signal, sys
from pathlib import Path
from assay.core.errors import UnavailableError
from assay.evidence.store import open_store
from assay.signing.keyfile import load_key_file
from tests.fakes.trust import NOW, ORIGIN, verified
signer = load_key_file(Path(sys.argv[2]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_store(Path(sys.argv[1]), origin=ORIGIN, create=True) as store:
    store.append([verified({"n": 0})], log_signer=signer, at=NOW)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
    count = 1
    while True:
        try:
            store.append([verified({"n": count, "x": "x" * 2000})], log_signer=signer, at=NOW)
        except UnavailableError as error:
            print(count, error.what, sep="|")
            break
        count += 1
"""


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    """A quota, as `ulimit -f` sets one: the append is refused, what was recorded is there."""
    signer = create_key_file(tmp_path / "log.pem", algorithm="ed25519")
    words = [str(tmp_path / "log.db"), str(tmp_path / "log.pem"), str(200_000)]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    count, what = done.stdout.strip().split("|")
    assert what in {"no room left on the disk", "the disk does not answer as it should"}
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=False) as store:
        newest = store.verify(log_key=note_key(ORIGIN, signer.public))
        assert newest is not None
        assert newest.size == int(count)


def left_behind(folder: Path) -> tuple[int, int, list[str]]:
    """Append in a process that ends without closing: its journal stays.

    Returns where in the journal the last acknowledged append ends, where the journal ends, and the
    digests of all that was appended; the last four were not acknowledged.
    """
    path, journal = folder / "log.db", folder / "log.db-wal"
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  # another process
        store = open_store(path, origin=ORIGIN, create=True)
        store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
        store.append(SAMPLES[3:8], log_signer=LOG, at=NOW)
        os.write(writing, str(journal.stat().st_size).encode())
        store.append(SAMPLES[8:12], log_signer=LOG, at=NOW)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        acknowledged = int(told.read())
    os.waitpid(child, 0)
    return acknowledged, journal.stat().st_size, [str(s.digest) for s in SAMPLES[:12]]


def spoil(journal: Path, offset: int, how: str) -> None:
    content = bytearray(journal.read_bytes())
    if how == "truncated":
        del content[offset:]
    elif how == "zeroed":
        content[offset:] = bytes(len(content) - offset)
    else:
        content[offset] ^= 0xFF
    journal.write_bytes(content)


@pytest.mark.parametrize("how", ["truncated", "zeroed", "garbled"])
@pytest.mark.parametrize(
    "count", [12, pytest.param(300, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_a_torn_write(tmp_path: Path, count: int, how: str) -> None:
    """Whatever of the last append reached the disk: all of it counts, or none; the rest is there."""
    origin = tmp_path / "crashed"
    origin.mkdir()
    acknowledged, end, digests = left_behind(origin)
    assert acknowledged < end
    choose = random.Random(f"{how}{count}")  # noqa: S311  # the same offsets each time
    sizes = set[int]()
    for turn, offset in enumerate(choose.sample(range(acknowledged, end), count)):
        copied = tmp_path / f"{turn}"
        shutil.copytree(origin, copied, ignore=shutil.ignore_patterns("*-shm"))
        spoil(copied / "log.db-wal", offset, how)
        sizes.add(intact_part(copied / "log.db", digests))
        shutil.rmtree(copied)
    assert sizes <= {8, 12}
    assert 8 in sizes


@pytest.mark.parametrize("how", ["truncated", "zeroed", "garbled"])
def test_a_journal_that_is_damaged_anywhere(tmp_path: Path, how: str) -> None:
    """Synced bytes that change are a broken disk: what was acknowledged may go, but never by half.

    That it has gone is found by the newest checkpoint that was kept elsewhere.
    """
    origin = tmp_path / "crashed"
    origin.mkdir()
    acknowledged, _, digests = left_behind(origin)
    choose = random.Random(how)  # noqa: S311  # the same offsets each time
    for turn, offset in enumerate([0, 1, 30, *choose.sample(range(acknowledged), 8)]):
        copied = tmp_path / f"{turn}"
        shutil.copytree(origin, copied, ignore=shutil.ignore_patterns("*-shm"))
        spoil(copied / "log.db-wal", offset, how)
        assert part_or_refusal(copied / "log.db", digests) in {0, 3, 8, 12, "refused"}


def part_or_refusal(path: Path, digests: list[str]) -> int | str:
    """Return how many entries are there, or that nothing of the file is served."""
    try:
        return intact_part(path, digests)
    except (TamperedError, UsageError) as error:
        whole = error.what == "not an Assay log" or error.what.startswith("not an intact SQLite")
        return "refused" if whole else str(error)


def intact_part(path: Path, digests: list[str]) -> int:
    """Return how many of the entries are there, in a log that verifies and can be appended to."""
    with open_store(path, origin=ORIGIN, create=False) as store:
        newest = store.verify(log_key=LOG_KEY)
        size = newest.size if newest else 0
        assert [str(entry.digest) for entry in store.all_entries()] == digests[:size]
        store.append(SAMPLES[20:22], log_signer=LOG, at=NOW)
        store.verify(log_key=LOG_KEY)
    return size
