"""One run: the baseline, then each mutant in a fork, and the rest with all loaded anew."""

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from coverage import Coverage

from mutants import server
from mutants.loading import SOURCE, path_of
from mutants.mutation import Mutant
from mutants.results import Result, digest_of, name_of

LONGEST: Final = 300.0  # seconds for all tests of one mutant
# Imported before anything is forked, so that no child has to; none imports the code under test.
_HEAVY: Final = (
    "hypothesis.strategies",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "yaml",
    "sqlite3",
    "asyncio",
)


def run_mutants(
    mutants: Sequence[Mutant], *, tests: tuple[str, ...], jobs: int
) -> dict[str, Result]:
    """Run the tests against `mutants`, and return what became of each by its name."""
    for name in _HEAVY:
        __import__(name)
    server.prepare_hypothesis()
    with TemporaryDirectory(prefix="mutants-run-") as folder:
        first = Path(folder)
        _in_workers(1, lambda _: _serve(mutants, tests, jobs, first))
        if not (first / "baseline.json").is_file():
            raise SystemExit("the tests cannot be collected; run them without a mutant")
        baseline = server.read_baseline(json.loads((first / "baseline.json").read_bytes()))
        verdicts = _verdicts(first)
        rest = [m for m in mutants if _needs_loading(m, verdicts, baseline)]
        server.say(f"{len(rest)} mutants with all loaded anew")
        _in_workers(jobs, lambda at: _load_anew(rest, at, jobs, baseline, first))
        verdicts = _verdicts(first)
    if baseline.bad:
        server.say(f"failed without a mutant, and left out: {', '.join(baseline.bad)}")
    return {
        name_of(m): Result(verdict=verdict, by=by, digest=digest_of(m, by, tests))
        for m in mutants
        for verdict, by in [verdicts.get(name_of(m), (server.BROKEN, ""))]
        if verdict != server.BROKEN
    }


def _needs_loading(
    mutant: Mutant, verdicts: dict[str, tuple[str, str]], baseline: server.Tests
) -> bool:
    """Tell whether a mutant must be loaded with its module, to be seen by whoever ran meanwhile."""
    verdict = verdicts.get(name_of(mutant), (server.BROKEN, ""))[0]
    if not mutant.holder or verdict == server.BROKEN:
        return True
    early = baseline.while_collecting.get(str(path_of(mutant.module)), frozenset())
    return verdict == server.SURVIVED and mutant.line in early


def _serve(mutants: Sequence[Mutant], tests: tuple[str, ...], jobs: int, folder: Path) -> None:
    coverage = Coverage(data_file=None, source=[str(SOURCE / "assay")], branch=False)
    coverage.start()

    def task(run: server.Session, session: pytest.Session) -> None:
        server.say(f"{len(run.items)} tests, without a mutant")
        answer = server.in_child(lambda: server.find_baseline(run, session, coverage), limit=3600.0)
        coverage.stop()
        if not answer or "seconds" not in answer:
            return
        (folder / "baseline.json").write_text(json.dumps(answer))
        baseline = server.read_baseline(answer)
        inside = [m for m in mutants if m.holder]
        server.say(f"{len(inside)} mutants in functions")
        _in_workers(
            jobs, lambda at: _in_place(run, session, inside[at::jobs], baseline, folder, at)
        )

    pytest.main(server.pytest_arguments(tests), plugins=[server.Session(task)])


def _in_place(
    run: server.Session, session: pytest.Session, mutants: Sequence[Mutant],
    baseline: server.Tests, folder: Path, worker: int,
) -> None:  # fmt: skip
    with (folder / f"in-place-{worker}.jsonl").open("a") as out:
        for number, mutant in enumerate(mutants):
            names = baseline.for_mutant(mutant)
            action = partial(server.kill_in_place, run, session, mutant, names, baseline)
            _note(out.write, mutant, names, action)
            out.flush()
            if number % 50 == 49:
                server.say(f"{number + 1} of {len(mutants)}")


def _load_anew(
    mutants: Sequence[Mutant], worker: int, jobs: int, baseline: server.Tests, folder: Path
) -> None:
    with (folder / f"loaded-{worker}.jsonl").open("a") as out:
        for number, mutant in enumerate(mutants[worker::jobs]):
            names = baseline.for_mutant(mutant)
            action = partial(server.kill_anew, mutant, names, baseline)
            _note(out.write, mutant, names, action)
            out.flush()
            if number % 50 == 49:
                server.say(f"{number + 1} of {len(mutants[worker::jobs])}")


def _note(
    write: Callable[[str], object], mutant: Mutant, names: Sequence[str],
    action: Callable[[], dict[str, object]],
) -> None:  # fmt: skip
    """Run `action` in a fork and write down what it found."""
    if not names:
        found: dict[str, object] | None = {"verdict": server.SURVIVED, "by": ""}
    else:
        found = server.in_child(action, limit=LONGEST)
    if found is None:
        found = {"verdict": server.TIMEOUT, "by": names[0]}
    write(json.dumps([name_of(mutant), found.get("verdict", server.BROKEN), found.get("by", "")]))
    write("\n")


def _verdicts(folder: Path) -> dict[str, tuple[str, str]]:
    """Return what was written down; what was loaded anew counts more."""
    found: dict[str, tuple[str, str]] = {}
    for file in [*sorted(folder.glob("in-place-*")), *sorted(folder.glob("loaded-*"))]:
        for line in file.read_text().splitlines():
            name, verdict, by = json.loads(line)
            found[name] = (verdict, by)
    return found


def _in_workers(jobs: int, work: Callable[[int], None]) -> None:
    """Do `work` in so many forks at once, and wait for them."""
    children = []
    for at in range(jobs):
        child = os.fork()
        if child == 0:
            try:
                work(at)
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
