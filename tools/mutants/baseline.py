"""The run without a mutant, kept while nothing changed: several runs need it, and it takes long."""

import hashlib
import json
from collections.abc import Iterable
from typing import Final

from mutants.loading import ROOT

KEPT: Final = ROOT / ".mutants" / "baseline.json"


def load_baseline(tests: Iterable[str]) -> dict[str, object] | None:
    """Return what the last run without a mutant found, if of this tree and of all `tests`."""
    if not KEPT.is_file():
        return None
    kept: dict[str, object] = json.loads(KEPT.read_bytes())
    seconds = kept.get("seconds")
    known = isinstance(seconds, dict) and seconds.keys() >= set(tests)
    return kept if known and kept.get("tree") == tree_digest() else None


def save_baseline(answer: dict[str, object]) -> None:
    """Keep it."""
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({**answer, "tree": tree_digest()}))


def tree_digest() -> str:
    """Return the digest of the source and of the tests, and of where they are."""
    whole = hashlib.sha256(f"{ROOT}\n".encode())
    for folder in ("src", "tests"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                whole.update(f"{file.relative_to(ROOT)}\n".encode())
                whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
