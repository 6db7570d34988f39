"""Which test files judge a module: all that were seen to run it, wherever they are.

A module is often tested through what is built on it (succession through `tests/operations`), so the
mirrored file is not enough, and all files for every module take too long to collect. What each file
runs is found in each baseline and kept, and so are its tests that are too slow to be asked. A file
that is new, or changed since, is looked at anew.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from mutants.loading import ROOT, SOURCE

KEPT: Final = ROOT / ".mutants" / "judges.json"
# Packages, with the folders whose tests may run them.
PACKAGES: Final[dict[str, tuple[str, ...]]] = {
    "assay.core": ("tests/core", "tests/adversary"),
    "assay.signing": ("tests/signing", "tests/evidence", "tests/operations", "tests/adversary"),
    "assay.evidence": (
        "tests/evidence", "tests/operations", "tests/adversary", "tests/conformance",
        "tests/interop",
    ),
    "assay.findings": ("tests/findings", "tests/vuln", "tests/operations", "tests/adversary"),
    "assay.vuln": ("tests/vuln", "tests/operations", "tests/adversary"),
    "assay.gates": ("tests/gates", "tests/operations", "tests/adversary"),
    "assay.operations": ("tests/operations", "tests/adversary"),
}  # fmt: skip
KERNEL: Final = ("assay.core", "assay.signing", "assay.evidence")  # what is run unasked

Seen = Mapping[str, Mapping[str, object]]
"""Test file → the digest that it had, the files of the source that it ran, its slow tests."""


def choose_judges(candidates: Iterable[str], sources: Iterable[Path], seen: Seen) -> list[str]:
    """Return the files among `candidates` that run one of `sources`, or of which nobody knows."""
    wanted = {str(source.relative_to(ROOT)) for source in sources}
    return [file for file in candidates if _may_run(file, wanted, seen.get(file))]


def _may_run(file: str, wanted: set[str], known: Mapping[str, object] | None) -> bool:
    if known is None or known["digest"] != digest_of_file(file):
        return True
    ran = known["runs"]
    return isinstance(ran, list) and not wanted.isdisjoint(ran)


def all_modules() -> list[str]:
    """Return the modules of all packages."""
    files = [
        file
        for package in PACKAGES
        for file in sorted(SOURCE.joinpath(*package.split(".")).rglob("*.py"))
        if file.stem != "__init__"
    ]
    return [".".join(file.relative_to(SOURCE).with_suffix("").parts) for file in files]


def list_tests(folders: Iterable[str]) -> list[str]:
    """Return the test files in `folders`, and those of `folders` that are files or single tests."""
    found: list[str] = []
    for name in folders:
        path = ROOT / name
        inside = sorted(path.rglob("test_*.py")) if path.is_dir() else []
        found.extend(str(file.relative_to(ROOT)) for file in inside)
        found.extend([] if path.is_dir() else [name])
    return found


def digest_of_file(file: str) -> str:
    """Return the digest of a test file."""
    return hashlib.sha256((ROOT / file.split("::", maxsplit=1)[0]).read_bytes()).hexdigest()


def load_seen() -> Seen:
    """Return what earlier baselines saw."""
    if not KEPT.is_file():
        return {}
    kept: dict[str, dict[str, object]] = json.loads(KEPT.read_bytes())
    return kept


def slow_tests(files: Iterable[str], seen: Seen) -> list[str]:
    """Return the tests in `files` that were too slow to be asked, and are the same now."""
    found: list[str] = []
    for file in files:
        known = seen.get(file)
        if known is not None and known["digest"] == digest_of_file(file):
            slow = known["slow"]
            found.extend(slow if isinstance(slow, list) else ())
    return found


def save_seen(
    files: Iterable[str], lines: Mapping[str, Mapping[int, Iterable[str]]], slow: Iterable[str]
) -> None:
    """Keep which of the test `files` ran which source; `lines` is that of the baseline."""
    runs: dict[str, set[str]] = {file: set() for file in files if "::" not in file}
    for source, tests in lines.items():
        for file in {name.split("::")[0] for names in tests.values() for name in names}:
            if file in runs:
                runs[file].add(str(Path(source).relative_to(ROOT)))
    kept = dict(load_seen())
    for file, ran in runs.items():
        late = [name for name in slow if name.startswith(f"{file}::")]
        kept[file] = {"digest": digest_of_file(file), "runs": sorted(ran), "slow": late}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1))
