"""What the verifiable index adds to an append, in batches of 1,000, against what it may cost.

Two kinds of entries: each about a subject of its own, which is the worst there is, and four about
each subject, as in a check of a commit. The pages are those of a log in SQLite, synced to the disk.

Run `python -m bench.index [ENTRIES]`: how many there are already when the measurement begins.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from assay.core.digest import Digest
from assay.evidence.index.trie import Index, IndexedEntry, keys_of, type_key
from assay.evidence.storage.connecting import connect
from assay.evidence.storage.indexpages import StoredPages
from assay.evidence.storage.schema import prepare_schema

LIMIT: Final = 80.0  # µs for each statement: a quarter of what 3,000 per second leave
BATCH: Final = 1_000
KINDS: Final = 7


def grow(index: Index, pages: StoredPages, start: int, count: int, share: int) -> float:
    """Add entries, `share` of them about each subject, and return the seconds that it took."""
    made = []
    for number in range(start, start + count):
        name = hashlib.sha1(b"%d %d" % (share, number // share), usedforsecurity=False).hexdigest()
        kind = f"urn:example:predicate:{number % KINDS}:v1"
        leaf = hashlib.sha256(b"%d" % number).digest()
        entry = IndexedEntry(number=number, leaf=leaf, type_key=type_key(kind))
        made.append((keys_of((Digest("gitCommit", name),), kind), entry))
    begin = time.perf_counter()
    for keys, entry in made:
        index.add(keys, entry)
    pages.put(index.seal())
    return time.perf_counter() - begin


def main() -> None:
    there = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        database = connect(Path(folder) / "log.db", origin="bench.example/log", create=True)
        prepare_schema(database, create=True)
        pages = StoredPages(database)
        index = Index(pages)
        for start in range(0, there, 50_000):
            with database.transaction():
                grow(index, pages, start, min(50_000, there - start), 1)
        print(f"{there:,} entries, each about a subject of its own; then batches of {BATCH:,}")
        for share in (1, 4):
            begin = time.perf_counter()
            inside = 0.0
            for batch in range(10):
                with database.transaction():
                    inside += grow(index, pages, there + batch * BATCH, BATCH, share)
            each = (time.perf_counter() - begin) / (10 * BATCH) * 1e6
            told = (
                f"{share} about each subject: {each:6.1f} µs, of which {inside / BATCH * 1e5:5.1f}"
            )
            print(f"{told} before the commit; {each / LIMIT:4.2f} of the limit of {LIMIT:.0f} µs")
            there += 10 * BATCH
        database.close()


if __name__ == "__main__":
    main()
