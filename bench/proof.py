"""How long a proof of inclusion takes in a log of ten million entries.

The tree is built as appends build it, node after node, into the log's own table; entries and index
are left out, for a proof reads neither. Measured are proofs of entries anywhere in the log:

* made: from the database, its file warm; beside as many bare reads of a row by its key as the path
  has hashes, which is the least that a stored tree can cost;
* verified: beside as many bare SHA-256 computations of a node;
* pymerkle: the same in memory, with fewer leaves, for it keeps them all as objects.

Run `python -m bench.proof [LEAVES]`.
"""

import hashlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from assay.evidence.merkle import Frontier, leaf_hash, verify_inclusion
from assay.evidence.store import open_store
from bench._peers import peer

ORIGIN: Final = "bench.example/log"
PROOFS: Final = 2_000
READ: Final = "SELECT hash FROM nodes WHERE place = ?"
PYMERKLE: Final = "pymerkle==7.0.0"
PEER: Final = """
import random, statistics, sys, time
from pymerkle import InmemoryTree, verify_inclusion
size, proofs = map(int, sys.argv[1:])
tree = InmemoryTree()
for number in range(size):
    tree.append_entry(b"%d" % number)
root = tree.get_state()
made, verified = [], []
for _ in range(proofs):
    index = random.randrange(size) + 1
    start = time.perf_counter()
    proof = tree.prove_inclusion(index, size)
    middle = time.perf_counter()
    verify_inclusion(tree.get_leaf(index), root, proof)
    made.append(middle - start)
    verified.append(time.perf_counter() - middle)
print(statistics.median(made), statistics.median(verified))
"""


def build(path: Path, leaves: int) -> bytes:
    """Fill the log's table of nodes; return the root."""
    open_store(path, origin=ORIGIN, create=True).close()
    tree, places = Frontier(), count()

    def nodes() -> Iterator[tuple[int, bytes]]:
        for number in range(leaves):
            for node in tree.push(leaf_hash(b"%d" % number)):
                yield next(places), node

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    connection.executemany("INSERT INTO nodes VALUES (?, ?)", nodes())
    connection.commit()
    connection.close()
    return tree.root()


def seconds(work: Callable[[int], object], numbers: list[int]) -> list[float]:
    taken = []
    for number in numbers:
        start = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - start)
    return taken


def show(name: str, taken: list[float], limit: list[float]) -> None:
    median, worst = statistics.median(taken), sorted(taken)[len(taken) * 99 // 100]
    ratio = median / statistics.median(limit)
    print(f"{name:40}{median * 1e6:10,.0f}{worst * 1e6:10,.0f}{ratio:12.1f}")


def measure(path: Path, root: bytes, leaves: int) -> None:
    numbers = [random.randrange(leaves) for _ in range(PROOFS)]  # noqa: S311  # no secret
    bare = sqlite3.connect(path)

    def read(number: int) -> None:
        for step in range(depth):
            bare.execute(READ, ((number * 2 + step * 7919) % leaves,)).fetchone()

    def hashes(_: int) -> None:
        for _ in range(depth):
            hashlib.sha256(b"\x01" + root + root).digest()

    with open_store(path, origin=ORIGIN, create=False) as store:
        paths = {n: store.inclusion_proof(n, size=leaves) for n in numbers}
        depth = len(paths[numbers[0]])
        made = seconds(lambda n: store.inclusion_proof(n, size=leaves), numbers)
    verified = seconds(
        lambda n: verify_inclusion(
            leaf_hash=leaf_hash(b"%d" % n),
            index=n,
            tree_size=leaves,
            path=paths[n],
            root_hash=root,
        ),
        numbers,
    )
    print(f"{leaves:,} leaves{'':25}{'median us':>10}{'99 %':>10}{'of limit':>12}")
    show("made", made, seconds(read, numbers))
    show("verified", verified, seconds(hashes, numbers))
    bare.close()
    measure_peer(min(leaves, 100_000), made, verified)


def measure_peer(leaves: int, made: list[float], verified: list[float]) -> None:
    programs = peer(PYMERKLE)
    if programs is None:
        return
    command: list[str | Path] = [programs / "python", "-c", PEER, str(leaves), "200"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    theirs = [float(word) for word in told]
    print(
        f"{PYMERKLE} in memory, {leaves:,} leaves: made {theirs[0] * 1e6:,.0f} us "
        f"({theirs[0] / statistics.median(made):.1f} x ours), verified {theirs[1] * 1e6:,.0f} us "
        f"({theirs[1] / statistics.median(verified):.1f} x ours)"
    )


def main() -> None:
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        path = Path(folder) / "log.db"
        root = build(path, leaves)
        measure(path, root, leaves)


if __name__ == "__main__":
    main()
