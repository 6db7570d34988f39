"""Processes that are killed while they append: nothing acknowledged is lost, nothing half is served.

Several writers append, alone and in batches, and tell after each append what was acknowledged.
They are killed at random moments; with PostgreSQL the server's own processes are killed as well.
Then the log has to verify, to hold all that was told, and to be appended to.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
import pytest

from assay.core.digest import Digest
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.signing.keyfile import create_key_file
from assay.signing.keys import Signer
from assay.signing.notekey import note_key
from tests.fakes.backends import Backend
from tests.fakes.postgres import run_server
from tests.fakes.trust import NOW, ORIGIN, verified

ROOT: Final = Path(__file__).parents[2]
WRITERS: Final = 3
WRITER: Final = """
import sys
from itertools import count
from pathlib import Path
from assay.core.errors import UnavailableError
from assay.evidence.store import open_store
from assay.signing.keyfile import load_key_file
from tests.fakes.trust import NOW, ORIGIN, verified
place, key, name, acknowledged = sys.argv[1:]
signer = load_key_file(Path(key))
def opened():
    while True:
        try:
            return open_store(place if "://" in place else Path(place), origin=ORIGIN, create=True)
        except UnavailableError:  # the server was killed
            pass
with opened() as store:
    with open(acknowledged, "a") as told:
        for n in count():
            batch = [verified({"writer": name, "n": n, "i": i, "x": "x" * (90_000 if i == 4 else 9)})
                     for i in range(n % 7 + 1)]
            try:
                receipts = store.append(batch, log_signer=signer, at=NOW)
            except UnavailableError:  # the server was killed: again, with the next batch
                continue
            told.write("".join(f"{r.index} {r.digest}\\n" for r in receipts))
            told.flush()
"""


@contextmanager
def writers(backend: Backend, folder: Path, name: str) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Start the writers, and see that none of them survives."""
    children = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WRITER,
                str(backend.location),
                str(folder / "log.pem"),
                f"{name}{n}",
                str(folder / f"told-{name}{n}"),
            ],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        for n in range(WRITERS)
    ]
    try:
        yield children
    finally:
        for child in children:
            child.kill()
            _, said = child.communicate(timeout=60)
            assert child.returncode == -signal.SIGKILL, said.decode()


def acknowledged(folder: Path) -> dict[int, str]:
    """Return what the writers told: the digest of each entry. A line cut off was not yet told."""
    told = dict[int, str]()
    for path in folder.glob("told-*"):
        for line in path.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                index, digest = line.split()
                assert told.setdefault(int(index), digest) == digest
    return told


def wait_until_told(folder: Path, *, more_than: int) -> None:
    deadline = time.monotonic() + 60
    while len(acknowledged(folder)) <= more_than:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def check(backend: Backend, folder: Path, signer: Signer) -> None:
    """Refuse unless all that was told is there, all that is there is whole, and it goes on."""
    told = acknowledged(folder)
    key = note_key(ORIGIN, signer.public)
    with backend.open(create=False) as store:
        newest = store.verify(log_key=key)
        assert newest is not None
        served = {entry.index: str(entry.digest) for entry in store.all_entries()}
        assert served.keys() == set(range(newest.size))
        assert told.items() <= served.items()
        note = store.latest_checkpoint()
        assert note is not None
        assert verify_checkpoint(note, log_key=key) == newest
        [again] = store.append([verified({"after": newest.size})], log_signer=signer, at=NOW)
        assert again.index == newest.size
        for index, digest in list(told.items())[:20]:
            found = store.find(Digest("sha256", digest.partition(":")[2]))
            assert found is not None
            assert found.index == index


def kill_writers(children: list["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        child.send_signal(signal.SIGKILL)
        time.sleep(random.uniform(0, 0.02))  # noqa: S311  # no secret


def crash_again_and_again(
    backend: Backend,
    folder: Path,
    rounds: int,
    strike: Callable[[list["subprocess.Popen[bytes]"]], None],
) -> None:
    signer = create_key_file(folder / "log.pem", algorithm="ed25519")
    for turn in range(rounds):
        before = len(acknowledged(folder))
        with writers(backend, folder, f"r{turn}w") as children:
            wait_until_told(folder, more_than=before)
            time.sleep(random.uniform(0, 0.4))  # noqa: S311
            strike(children)
        check(backend, folder, signer)


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(40, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_writers_that_are_killed(backend: Backend, tmp_path: Path, rounds: int) -> None:
    crash_again_and_again(backend, tmp_path, rounds, kill_writers)


def server_sessions(backend: Backend) -> list[int]:
    with backend.editor() as run:
        found = run(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'assay' "
            "AND datname = current_database()",
            (),
        )
    return [int(str(pid)) for (pid,) in found]


def wait_until_gone(backend: Backend, sessions: list[int]) -> None:
    """Wait until the server has ended all of `sessions`, has recovered, and answers again."""
    deadline = time.monotonic() + 60
    while True:
        assert time.monotonic() < deadline
        with suppress(psycopg.OperationalError):
            if not set(sessions) & set(server_sessions(backend)):
                return
        time.sleep(0.01)


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(20, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_sessions_of_the_server_that_are_ended(
    backend: Backend, tmp_path: Path, rounds: int
) -> None:
    """The connection breaks at any point, the commit included; the writers go on by themselves."""
    if backend.kind != "postgresql":
        pytest.skip("SQLite has no server")

    def strike(children: list["subprocess.Popen[bytes]"]) -> None:
        before = len(acknowledged(tmp_path))
        for pid in server_sessions(backend):
            with backend.editor() as run:
                run("SELECT pg_terminate_backend(?::int)", (pid,))
            time.sleep(random.uniform(0, 0.02))  # noqa: S311
        wait_until_told(tmp_path, more_than=before + 5)
        kill_writers(children)

    crash_again_and_again(backend, tmp_path, rounds, strike)


@pytest.mark.parametrize(
    "rounds", [1, pytest.param(10, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_a_server_that_is_killed(tmp_path: Path, rounds: int) -> None:
    """A kill -9 of one server process makes PostgreSQL recover all of it from its log."""
    with run_server() as server:
        backend = Backend(
            kind="postgresql", location=server.url(server.new_database()), server=server
        )

        def strike(children: list["subprocess.Popen[bytes]"]) -> None:
            sessions = server_sessions(backend)
            os.kill(random.choice(sessions), signal.SIGKILL)  # noqa: S311
            wait_until_gone(backend, sessions)
            before = len(acknowledged(tmp_path))
            wait_until_told(tmp_path, more_than=before + 5)
            kill_writers(children)

        crash_again_and_again(backend, tmp_path, rounds, strike)
