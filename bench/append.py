"""How fast signed statements get into the log, against what the disk and the signatures allow.

Each run measures, on the same disk and one after the other:

* sign: bare Ed25519 signatures per second; sign and verify: the same, sealed, parsed and verified;
* commit: bare commits per second, each one row and synced to the disk;
* append: signed, verified and appended, each acknowledged only when it is durable: one by one; in
  batches; from many threads through one `GroupCommit`, each thread one by one; from two processes;
* arrived signed: the same without the signing, as for evidence that collectors elsewhere signed.

And how many entries of a log are verified per second. Beside them: appends to the tree of pymerkle
in SQLite, one by one, neither signed nor checked; and DSSE envelopes that securesystemslib signs
and verifies, which go nowhere. All of it for SQLite, and for PostgreSQL where its programs are
installed. Run `python -m bench.append [FOLDER]`; the folder says which disk is measured.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import psycopg
from tests.fakes.postgres import PostgresServer, find_programs, run_server

from assay.core.digest import Digest
from assay.evidence.checkpoints.checkpoint import Checkpoint
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.groupcommit import GroupCommit
from assay.evidence.statement import Statement, Subject
from assay.evidence.store import open_store
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.trust import (
    Principal,
    PrincipalKind,
    RoleGrant,
    TrustedKey,
    TrustRoot,
    Window,
)
from bench._peers import peer

PROCESSES: Final = 2
PEERS: Final = {
    "pymerkle==7.0.0": """
import os, sys, tempfile, time
from pymerkle import SqliteTree
with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
    tree = SqliteTree(os.path.join(folder, "tree.db"))
    start = time.perf_counter()
    for number in range(1000):
        tree.append_entry(b"%700d" % number)
    print(1000 / (time.perf_counter() - start))
""",
    "securesystemslib[crypto]==1.6.0": """
import time
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner
signer = CryptoSigner.generate_ed25519()
start = time.perf_counter()
for number in range(1000):
    envelope = Envelope(b"%700d" % number, "application/vnd.in-toto+json", {})
    envelope.sign(signer)
    envelope.verify([signer.public_key], 1)
print(1000 / (time.perf_counter() - start))
""",
}
ORIGIN: Final = "bench.example/log"
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
COMMIT: Final = Digest("gitCommit", "be" * 20)
KIND: Final = "urn:example:predicate:bench:v1"
SIGNER: Final = generate_signer("ed25519")
LOG: Final = generate_signer("ed25519")
LOG_KEY: Final = note_key(ORIGIN, LOG.public)
WINDOW: Final = Window(valid_from=AT)
TRUST: Final = TrustRoot(
    principals=(
        Principal(
            name="bench",
            kind=PrincipalKind.SERVICE,
            roles=(RoleGrant(role="collector", window=WINDOW),),
            keys=(TrustedKey(public=SIGNER.public, window=WINDOW),),
            window=WINDOW,
        ),
    ),
    log_origin=ORIGIN,
    log_key=render_note_key(LOG_KEY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One rate, and what it is in proportion to the two limits of the same run."""

    name: str
    per_second: float
    of_commits: float
    of_signatures: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One database, where each measurement has a log of its own."""

    kind: str
    location: Callable[[str], Path | str]
    commits: Callable[[int], float]


def sealed(number: int) -> bytes:
    """Sign and seal one statement of about 700 bytes."""
    statement = Statement(
        subjects=(Subject(name="bench", digest=COMMIT),),
        predicate_type=KIND,
        predicate={"number": number, "filler": "x" * 512},
    )
    return seal_statement(statement, signers=(SIGNER,))


def believed(envelope: bytes) -> VerifiedStatement:
    """Parse and verify a statement, as whoever receives it must."""
    return parse_envelope(envelope).verify(
        trusted=TRUST, role="collector", threshold=1, subject=COMMIT, predicate_type=KIND, at=AT
    )


def made(number: int) -> VerifiedStatement:
    """Sign, seal, parse and verify one statement."""
    return believed(sealed(number))


def made_all(count: int) -> None:
    for number in range(count):
        made(number)


def rate(count: int, work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def signatures(count: int) -> float:
    def work() -> None:
        for number in range(count):
            SIGNER.sign(b"%d" % number)

    return rate(count, work)


def sqlite_commits(folder: Path, count: int) -> float:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, data BLOB)")

    def work() -> None:
        for number in range(count):
            connection.execute("INSERT INTO t VALUES (?, zeroblob(1000))", (number,))

    try:
        return rate(count, work)
    finally:
        connection.close()


def postgres_commits(server: PostgresServer, count: int) -> float:
    with psycopg.connect(server.url(server.new_database()), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n bigint PRIMARY KEY, data bytea)")

        def work() -> None:
            for number in range(count):
                connection.execute("INSERT INTO t VALUES (%s, %s)", (number, bytes(1000)))

        return rate(count, work)


def checked(place: Path | str, count: int) -> None:
    with open_store(place, origin=ORIGIN, create=False) as store:
        newest = store.verify(log_key=LOG_KEY)
    assert newest is not None
    assert newest.size == count


def append_batches(place: Path | str, start: int, count: int, batch: int) -> None:
    with open_store(place, origin=ORIGIN, create=True) as store:
        for first in range(start, start + count, batch):
            store.append([made(first + i) for i in range(batch)], log_signer=LOG, at=AT)


def append_arrived(place: Path | str, envelopes: list[bytes], batch: int) -> None:
    with open_store(place, origin=ORIGIN, create=True) as store:
        for first in range(0, len(envelopes), batch):
            statements = [believed(one) for one in envelopes[first : first + batch]]
            store.append(statements, log_signer=LOG, at=AT)


def batches(place: Path | str, count: int, batch: int) -> float:
    found = rate(count, lambda: append_batches(place, 0, count, batch))
    checked(place, count)
    return found


def threads(place: Path | str, count: int, workers: int) -> float:
    """Each thread signs, verifies and appends one statement after the other."""
    with open_store(place, origin=ORIGIN, create=True) as store:
        group = GroupCommit(store, log_signer=LOG, clock=lambda: AT)

        def one(number: int) -> None:
            group.append([made(number)])

        def work() -> None:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(one, range(count)))

        found = rate(count, work)
    checked(place, count)
    return found


def verifications(place: Path | str, count: int) -> tuple[float, float]:
    """Return how many entries are checked a second: each read again, or by the signed index."""
    append_batches(place, 0, count, 1_000)
    with open_store(place, origin=ORIGIN, create=False) as store:
        return (
            rate(count, lambda: refuse_none(store.verify(log_key=LOG_KEY))),
            rate(count, lambda: refuse_none(store.verify_signed(log_key=LOG_KEY))),
        )


def refuse_none(checkpoint: Checkpoint | None) -> None:
    assert checkpoint is not None


def processes(place: Path | str, count: int, batch: int) -> float:
    share = count // PROCESSES
    open_store(place, origin=ORIGIN, create=True).close()
    found = rate(
        count,
        lambda: in_processes(lambda n: append_batches(place, n * share, share, batch)),
    )
    checked(place, count)
    return found


def arrivals(place: Path | str, count: int, batch: int) -> float:
    """What comes in signed is verified and appended, by all processes together."""
    share = count // PROCESSES
    open_store(place, origin=ORIGIN, create=True).close()
    envelopes = [sealed(number) for number in range(count)]
    parts = [envelopes[n * share : (n + 1) * share] for n in range(PROCESSES)]
    found = rate(count, lambda: in_processes(lambda n: append_arrived(place, parts[n], batch)))
    checked(place, count)
    return found


def in_processes(work: Callable[[int], None]) -> None:
    context = get_context("fork")  # the keys are those of this process
    children = [context.Process(target=work, args=(n,)) for n in range(PROCESSES)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0


def measure(place: Place) -> list[Measure]:
    signed, committed = signatures(5_000), place.commits(300)
    at = place.location
    verified = verifications(at("v"), 4_000)
    rates = (
        ("Ed25519 signatures", signed),
        ("sign, seal, parse, verify", rate(2_000, lambda: made_all(2_000))),
        (f"{place.kind} commits, synced", committed),
        ("appends, one by one", batches(at("b1"), 400, 1)),
        ("appends, batches of 100", batches(at("b100"), 4_000, 100)),
        ("appends, batches of 1000", batches(at("b1000"), 4_000, 1_000)),
        ("appends, 16 threads", threads(at("t16"), 3_000, 16)),
        ("appends, 64 threads", threads(at("t64"), 4_000, 64)),
        (f"appends, {PROCESSES} processes, one by one", processes(at("p1"), 400, 1)),
        (f"appends, {PROCESSES} processes, batches of 100", processes(at("p100"), 8_000, 100)),
        (f"arrived signed, {PROCESSES} processes, batches of 100", arrivals(at("a"), 8_000, 100)),
        ("entries verified, each read again", verified[0]),
        ("entries verified, by the signed index", verified[1]),
    )
    return [
        Measure(
            name=name, per_second=found, of_commits=found / committed, of_signatures=found / signed
        )
        for name, found in rates
    ]


@contextmanager
def places(folder: Path | None) -> Iterator[Iterator[Place]]:
    """Yield each database on the disk of `folder`, else where temporary files go."""

    def each() -> Iterator[Place]:
        yield Place(
            kind="SQLite",
            location=lambda name: base / f"{name}.db",
            commits=lambda count: sqlite_commits(base, count),
        )
        if find_programs() is None:
            print("PostgreSQL: not measured, its programs are not installed")
            return
        server = stack.enter_context(run_server(folder or Path(tempfile.gettempdir())))
        yield Place(
            kind="PostgreSQL",
            location=lambda _: server.url(server.new_database()),
            commits=lambda count: postgres_commits(server, count),
        )

    with ExitStack() as stack:
        base = Path(
            stack.enter_context(tempfile.TemporaryDirectory(dir=folder, prefix="assay-bench-"))
        )
        yield each()


def measure_peers(folder: Path | None) -> None:
    for requirement, script in PEERS.items():
        programs = peer(requirement)
        if programs is not None:
            command: list[str | Path] = [programs / "python", "-c", script]
            command.append(folder or tempfile.gettempdir())
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(f"{requirement:46}{float(told):12,.0f}")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(f"{'':46}{'per second':>12}{'of commits':>12}{'of signatures':>14}")
    with places(folder) as found:
        for place in found:
            for m in measure(place):
                print(
                    f"{m.name:46}{m.per_second:12,.0f}{m.of_commits:12.2f}{m.of_signatures:14.2f}",
                    flush=True,
                )
    measure_peers(folder)


if __name__ == "__main__":
    main()
