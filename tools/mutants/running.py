"""One run: the baseline, then each mutant in a fork, and the rest with all loaded anew."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Final, Self

import pytest
from coverage import Coverage

from mutants import server
from mutants.baseline import load_baseline, save_baseline
from mutants.judges import all_modules, load_seen, save_seen, slow_tests
from mutants.loading import ROOT, SOURCE, path_of
from mutants.mutation import Mutant
from mutants.results import Result, digest_of, name_of
from mutants.server import mirrored

RUNNING: Final = ROOT / ".mutants" / "running"
_OWNER: Final = RUNNING / "process"
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
    mutants: Sequence[Mutant], *, tests: tuple[str, ...], jobs: int, anew: bool
) -> dict[str, Result]:
    """Run the tests against `mutants`, and return what became of each by its name.

    Without `anew` what can only be seen with all loaded anew counts as not seen.

    What is known is in `RUNNING` as soon as it is, so that nothing is lost to an interruption.
    """
    load_heavy()
    _refuse_second_run()
    forget_run()
    RUNNING.mkdir(parents=True)
    _OWNER.write_text(str(os.getpid()))
    _in_workers(1, lambda _: _serve(mutants, tests, jobs))
    if not (RUNNING / "baseline.json").is_file():
        raise SystemExit("the tests cannot be collected; run them without a mutant")
    baseline = server.read_baseline(json.loads((RUNNING / "baseline.json").read_bytes()))
    found = load_run()
    rest = [m for m in mutants if anew and _needs_loading(m, found, baseline)]
    server.say(f"{len(rest)} mutants with all loaded anew")
    _in_workers(jobs, lambda at: _load_anew(rest[at::jobs], baseline, tests, at))
    if baseline.bad:
        server.say(f"failed without a mutant, and left out: {', '.join(baseline.bad)}")
    failed = {name.split("::", maxsplit=1)[0] for name in baseline.bad}
    judges = [file for file in tests if file not in failed]
    save_seen(judges, baseline.lines, (*baseline.slow, *slow_tests(tests, load_seen())))
    found = load_run()
    forget_run()
    return found


def load_heavy() -> None:
    """Import what no child shall have to; nothing of the code under test."""
    for name in _HEAVY:
        __import__(name)
    server.prepare_hypothesis()


def load_run() -> dict[str, Result]:
    """Return what the run that is going on, or was interrupted, has found."""
    found: dict[str, Result] = {}
    for file in [*sorted(RUNNING.glob("in-place-*")), *sorted(RUNNING.glob("loaded-*"))]:
        for line in file.read_text().splitlines():
            name, verdict, by, digest = json.loads(line)
            if verdict != server.BROKEN:
                found[name] = Result(verdict=verdict, by=by, digest=digest)
    return found


def _refuse_second_run() -> None:
    """Two runs would take each other's notes away."""
    if _OWNER.is_file() and Path(f"/proc/{_OWNER.read_text()}").is_dir():
        raise SystemExit(f"another run is going on, in process {_OWNER.read_text()}")


def forget_run() -> None:
    """Make room for another run."""
    rmtree(RUNNING, ignore_errors=True)


def _needs_loading(mutant: Mutant, found: Mapping[str, Result], baseline: server.Tests) -> bool:
    """Tell whether a mutant must be loaded with its module, to be seen by whoever ran meanwhile.

    Of a function that ran while modules were loaded, others may hold what it made: a value, or a
    function inside of it.
    """
    result = found.get(name_of(mutant))
    if not mutant.holder or result is None:
        return True
    early = baseline.while_collecting.get(str(path_of(mutant.module)), frozenset())
    body = range(mutant.holder + 1, mutant.last_line + 1)
    return result.verdict == server.SURVIVED and not early.isdisjoint(body)


class Control:
    """Whether a test passes alone where there is no fault; only then its failure says anything."""

    def __init__(self, run: Callable[[Sequence[str]], dict[str, object]]) -> None:
        self.run = run
        self.known: dict[str, bool] = {}

    def passes(self, name: str) -> bool:
        """Run the test as it is, once."""
        if name not in self.known:
            found = server.in_child(partial(self.run, (name,)), limit=LONGEST)
            self.known[name] = found is not None and found.get("verdict") == server.SURVIVED
        return self.known[name]


def decide(
    kill: Callable[[Sequence[str]], dict[str, object]], names: Sequence[str], control: Control
) -> dict[str, object]:
    """Run `kill` in a fork with `names`, less those that fail or hang without the fault too.

    Where no test runs the line there is nothing to run: it survives.
    """
    left = list(names)
    while left:
        found = server.in_child(partial(kill, tuple(left)), limit=LONGEST)
        if found is None:
            return {"verdict": server.TIMEOUT, "by": ""}
        by = str(found.get("by", ""))
        if by not in left or control.passes(by):
            return found
        left.remove(by)
    return {"verdict": server.SURVIVED, "by": ""}


def _serve(mutants: Sequence[Mutant], tests: tuple[str, ...], jobs: int) -> None:
    coverage = Coverage(data_file=None, source=[str(SOURCE / "assay")], branch=False)
    coverage.start()

    def task(run: server.Session, session: pytest.Session) -> None:
        run.find_functions(all_modules())
        answer = load_baseline(run.items)
        if answer is None:
            server.say(f"{len(run.items)} tests, without a mutant")
            find = partial(server.find_baseline, run, session, coverage)
            answer = server.in_child(find, limit=3600.0)
        coverage.stop()
        if not answer or "seconds" not in answer:
            return
        save_baseline(answer)
        (RUNNING / "baseline.json").write_text(json.dumps(answer))
        baseline = server.read_baseline(answer, run.items)
        inside = [m for m in mutants if m.holder]
        server.say(f"{len(inside)} mutants in functions")

        def work(at: int) -> None:
            with _Notes(f"in-place-{at}", len(inside) // jobs, tests) as notes:
                control = Control(partial(server.run_unchanged, run, session, tests=baseline))
                for mutant in inside[at::jobs]:
                    kill = partial(server.kill_in_place, run, session, mutant, tests=baseline)
                    notes.write(mutant, decide(kill, baseline.for_mutant(mutant), control))

        _in_workers(jobs, work)

    late = [f"--deselect={name}" for name in slow_tests(tests, load_seen())]
    pytest.main([*server.pytest_arguments(tests), *late], plugins=[server.Session(task)])


def _load_anew(
    mutants: Sequence[Mutant], baseline: server.Tests, tests: tuple[str, ...], worker: int
) -> None:
    """Try each with the tests of its mirrored file, which are quickly there, and then with all."""
    with _Notes(f"loaded-{worker}", len(mutants), tests) as notes:
        control = Control(partial(server.run_anew, tests=baseline))
        for mutant in mutants:
            names = baseline.for_mutant(mutant, anew=True)
            own = tuple(name for name in names if name.startswith(mirrored(mutant.module)))
            for chosen in (own, names):
                kill = partial(server.kill_anew, mutant, tests=baseline)
                if chosen and notes.write(mutant, decide(kill, chosen, control)) != server.SURVIVED:
                    break


class _Notes:
    """What one worker found, each as soon as it is known."""

    def __init__(self, name: str, expected: int, tests: tuple[str, ...]) -> None:
        self.out = (RUNNING / f"{name}.jsonl").open("a")
        self.expected, self.tests, self.written = expected, tests, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.out.close()

    def write(self, mutant: Mutant, found: dict[str, object]) -> str:
        """Write down what became of `mutant`."""
        verdict, by = str(found.get("verdict", server.BROKEN)), str(found.get("by", ""))
        digest = digest_of(mutant, by, self.tests)
        self.out.write(json.dumps([name_of(mutant), verdict, by, digest]) + "\n")
        self.out.flush()
        self.written += 1
        if self.written % 100 == 0:
            server.say(f"{self.written} of {self.expected}")
        return verdict


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
