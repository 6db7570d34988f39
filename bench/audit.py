"""How long an auditor waits for a kit of ten thousand statements, with each of the two verifiers.

The kit is that of the demo's shop, after a check and many more statements about the same commit,
signed by its runner and recorded in batches. Both commands run from a cold start to their exit.
The limit is what nobody can leave out: one Ed25519 verification and one SHA-256 a statement.

Run `python -m bench.audit [STATEMENTS]`.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.core.digest import Digest
from assay.evidence.statement import Statement, Subject
from assay.operations.record import open_recorder
from assay.source.repository import open_repository
from bench.commands import BIN, ROOT, environment, make_shop

BATCH: Final = 500
KIND: Final = "https://bench.example/observation/v1"


def record(shop: Path, commit: str, count: int) -> None:
    """Record `count` statements about the commit."""
    subject = Subject(name="shop", digest=Digest("gitCommit", commit))
    with open_recorder(open_repository(shop), at=datetime.now(UTC)) as recorder:
        for first in range(0, count, BATCH):
            statements = tuple(
                Statement(
                    subjects=(subject,),
                    predicate_type=KIND,
                    predicate={"number": number, "filler": "x" * 512},
                )
                for number in range(first, min(first + BATCH, count))
            )
            recorder.record(statements, role="collector")


def bare(count: int) -> float:
    """Return the seconds of the signatures and hashes alone."""
    key = Ed25519PrivateKey.generate()
    message = bytes(900)
    signature, public = key.sign(message), key.public_key()
    start = time.perf_counter()
    for _ in range(count):
        public.verify(signature, message)
        hashlib.sha256(message).digest()
    return time.perf_counter() - start


def seconds(command: Sequence[str | Path], shop: Path) -> float:
    """Return how long a command takes that has to succeed."""
    start = time.perf_counter()
    subprocess.run(command, cwd=shop, env=environment(shop), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(folder: Path, count: int) -> None:
    shop = make_shop(folder)
    os.environ["ASSAY_HOME"] = environment(shop)["ASSAY_HOME"]
    check: list[str | Path] = [BIN / "assay", "check", shop]
    status = subprocess.run(check, env=environment(shop), capture_output=True, check=False)
    assert status.returncode in {0, 1}, status.stderr.decode()  # the shop's faults are planted
    head = ["git", "-C", str(shop), "rev-parse", "HEAD"]
    commit = subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()
    record(shop, commit, count)
    kit = folder / "kit.json"
    exported = seconds([BIN / "assay", "audit", "export", "--output", kit], shop)
    [trust] = (Path(os.environ["ASSAY_HOME"]) / "trust").iterdir()
    asked: list[str | Path] = [kit, "--subject", f"gitCommit:{commit}", "--trust-root", trust]
    limit = bare(count)
    print(f"{count:,} statements, a kit of {kit.stat().st_size / 2**20:.1f} MiB")
    print(f"signatures and hashes alone: {limit:.2f} s; assay audit export: {exported:.2f} s")
    for name, command in (
        ("assay audit verify", [BIN / "assay", "audit", "verify", *asked]),
        ("contrib/verify.py", [sys.executable, ROOT / "contrib" / "verify.py", *asked]),
    ):
        taken = seconds(command, shop)
        print(f"{name}: {taken:.2f} s (aim: under 10 s), {taken / limit:.1f} x the limit")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        measure(Path(folder), count)


if __name__ == "__main__":
    main()
