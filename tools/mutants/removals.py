"""Takes checks out, one at a time, and demands that the test named beside each fails.

The table is `tests/adversary/lines.toml`: every line of the list of known faults, with its tests,
and with the piece of code that each of them holds.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType
from typing import Final

from mutants import server
from mutants.loading import ROOT, SOURCE, load_instead
from mutants.running import load_heavy

TABLE: Final = ROOT / "tests" / "adversary" / "lines.toml"
_NOTHING_KNOWN: Final = server.Tests(seconds={}, lines={}, while_collecting={}, bad=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A test, and the piece of one file without which it must fail."""

    test: str
    file: str  # below src/assay
    old: str
    new: str
    apart: bool = False  # the test starts programs, which must see it too: run in a copy

    @property
    def path(self) -> Path:
        """The file."""
        return SOURCE / "assay" / self.file

    @property
    def module(self) -> str:
        """The module of the file."""
        return ".".join(self.path.relative_to(SOURCE).with_suffix("").parts)

    def source_without(self) -> str:
        """Return the text of the module without the check.

        Raises:
            ValueError: The piece is not there exactly once.
        """
        source = self.path.read_text()
        if source.count(self.old) != 1:
            raise ValueError(f"{self.old!r} is {source.count(self.old)} times in {self.file}")
        return source.replace(self.old, self.new)

    def without(self) -> CodeType:
        """Return the code of the module without the check."""
        return compile(self.source_without(), str(self.path), "exec", dont_inherit=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the list: what it says, who shows it, or why nobody can yet."""

    section: str
    says: str
    proofs: tuple[Proof, ...]
    absent: str


def load_lines() -> tuple[Line, ...]:
    """Return the lines of the table, in its order."""
    document = tomllib.loads(TABLE.read_text())
    return tuple(
        Line(
            section=item["section"],
            says=item["says"],
            proofs=tuple(Proof(**proof) for proof in item.get("proof", ())),
            absent=item.get("absent", ""),
        )
        for item in document["line"]
    )


def try_removal(proof: Proof) -> str:
    """Take the check out and run the test; return what is wrong, or nothing where it failed."""
    if proof.apart:
        return _try_apart(proof)
    found = server.in_child(partial(_run_without, proof), limit=300.0)
    if found is None:
        return "it takes too long"
    verdict, by = found.get("verdict"), str(found.get("by", ""))
    if verdict == server.KILLED and proof.test in {by, by.split("[", maxsplit=1)[0]}:
        return ""
    return f"{verdict} {by}".strip()


def _run_without(proof: Proof) -> dict[str, object]:
    load_instead(proof.module, proof.without())
    return server.run_anew((proof.test,), _NOTHING_KNOWN)


def _try_apart(proof: Proof) -> str:
    """Do the same in a copy of the tree, with a pytest of its own."""
    with TemporaryDirectory(prefix="removal-") as folder:
        copy = Path(folder)
        for part in ("src", "tests", "tools"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        (copy / proof.path.relative_to(ROOT)).write_text(proof.source_without())
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", proof.test)
        environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
        found = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False)
    return "" if found.returncode == 1 else f"pytest ended with {found.returncode}"


def main(arguments: Sequence[str]) -> int:
    """Try all rows, or those that have one of the arguments in their test; write JSON lines."""
    load_heavy()
    wrong = 0
    for line in load_lines():
        for proof in line.proofs:
            if arguments and not any(part in proof.test for part in arguments):
                continue
            fault = try_removal(proof)
            wrong += bool(fault)
            answer = {"test": proof.test, "file": proof.file, "old": proof.old, "fault": fault}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
