"""What is known about each mutant, kept as long as the files that it depends on are the same."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from mutants.loading import ROOT, path_of
from mutants.mutation import Mutant

_FAULTS: Final = ("expressions.py", "statements.py", "mutation.py")
KEPT: Final = ROOT / ".mutants" / "results.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one mutant fared, and the digest of what that depends on."""

    verdict: str
    by: str  # the test that failed
    digest: str

    @property
    def is_killed(self) -> bool:
        """Tell whether a test noticed."""
        return self.verdict in {"killed", "timeout"}


def name_of(mutant: Mutant) -> str:
    """Return the key of a mutant as one string."""
    return json.dumps(mutant.key)


def digest_of(mutant: Mutant, by: str, tests: Iterable[str]) -> str:
    """Return the digest of the module, the faults, and the tests that decided.

    Of a mutant that was killed that is the file of the test that failed; what survived may be
    killed by any test that changes.
    """
    files = [path_of(mutant.module), *(Path(__file__).with_name(name) for name in _FAULTS)]
    killer = ROOT / by.split("::", maxsplit=1)[0]
    files.extend([killer] if by and killer.is_file() else _files(tests))
    whole = hashlib.sha256()
    for file in sorted(set(files)):
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _files(tests: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for name in tests:
        path = ROOT / name.split("::")[0]
        found.extend(sorted(path.rglob("*.py")) if path.is_dir() else [path])
    return found


def load_results() -> dict[str, Result]:
    """Return what earlier runs found."""
    if not KEPT.is_file():
        return {}
    kept: dict[str, dict[str, str]] = json.loads(KEPT.read_bytes())
    return {name: Result(**value) for name, value in kept.items()}


def save_results(results: Mapping[str, Result]) -> None:
    """Keep what this run found."""
    KEPT.parent.mkdir(exist_ok=True)
    whole = {name: asdict(result) for name, result in sorted(results.items())}
    new = KEPT.with_suffix(".new")
    new.write_text(json.dumps(whole, indent=0))
    new.rename(KEPT)
