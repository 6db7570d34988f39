"""How fast signed statements get into the log, against what the disk and the signatures allow.

Each run measures, on the same disk and one after the other:

* sign: bare Ed25519 signatures per second;
* commit: bare SQLite commits per second, each one row and synced to the disk;
* append, one by one: signed, verified and appended, each durable before the next begins;
* append, in batches: the same, each batch durable as a whole.

Run `python -m bench.append [FOLDER]`; the folder says which disk is measured.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assay.core.digest import Digest
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
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


def made(number: int) -> VerifiedStatement:
    """Sign, seal, parse and verify one statement of about 700 bytes."""
    statement = Statement(
        subjects=(Subject(name="bench", digest=COMMIT),),
        predicate_type=KIND,
        predicate={"number": number, "filler": "x" * 512},
    )
    return parse_envelope(seal_statement(statement, signers=(SIGNER,))).verify(
        trusted=TRUST, role="collector", threshold=1, subject=COMMIT, predicate_type=KIND, at=AT
    )


def rate(count: int, work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def signatures(count: int) -> float:
    def work() -> None:
        for number in range(count):
            SIGNER.sign(b"%d" % number)

    return rate(count, work)


def commits(folder: Path, count: int) -> float:
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


def appends(folder: Path, count: int, batch: int) -> float:
    with open_store(folder / f"log{batch}.db", origin=ORIGIN, create=True) as store:

        def work() -> None:
            for start in range(0, count, batch):
                store.append([made(start + i) for i in range(batch)], log_signer=LOG, at=AT)

        found = rate(count, work)
        newest = store.verify(log_key=LOG_KEY)
        assert newest is not None
        assert newest.size == count
    return found


def measure(folder: Path | None = None) -> list[Measure]:
    """Return the rates; `folder` is on the disk to be measured, else where temporary files go."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="assay-bench-") as made_folder:
        place = Path(made_folder)
        signed, committed = signatures(5_000), commits(place, 500)
        rates = (
            ("Ed25519 signatures", signed),
            ("SQLite commits, synced", committed),
            ("appends, one by one", appends(place, 500, 1)),
            ("appends, in batches of 100", appends(place, 3_000, 100)),
            ("appends, in batches of 1000", appends(place, 3_000, 1_000)),
        )
    return [
        Measure(
            name=name,
            per_second=found,
            of_commits=found / committed,
            of_signatures=found / signed,
        )
        for name, found in rates
    ]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(f"{'':30}{'per second':>12}{'of commits':>12}{'of signatures':>14}")
    for m in measure(folder):
        print(f"{m.name:30}{m.per_second:12,.0f}{m.of_commits:12.2f}{m.of_signatures:14.2f}")


if __name__ == "__main__":
    main()
