"""Runs tests against mutants, each in a process of its own that is forked when all is loaded.

The parent collects the tests once. A first child runs them all under coverage: that says which
tests are good (the others are named, and left out), how long each takes, and which of them run
which line. Then there is one child for each mutant: it runs the tests of the mirrored file first,
then the others that run the line, from the shortest to the longest, and ends at the first failure.
"""

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Container, Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType, FunctionType
from typing import Final

import pytest
from coverage import Coverage

from mutants.loading import ROOT, live_functions, load_instead, patch_functions, path_of
from mutants.mutation import Mutant, compile_mutant

KILLED: Final = "killed"
TIMEOUT: Final = "timeout"
SURVIVED: Final = "survived"
BROKEN: Final = "broken"  # the machinery failed, which says nothing about the tests
TOO_LONG: Final = 4.0  # seconds: a test that starts programs, which would not see the mutant
ELSEWHERE: Final = 15.0  # seconds in all for tests outside the mirrored file, shortest first
FIXTURES: Final = 60.0  # seconds for all fixtures of a test
PATIENCE: Final = 8.0  # times as long as a test takes without the mutant, plus a second
MEMORY: Final = 4 * 2**30
# Tests that need a server of the session would start it for each mutant. What they show of the
# kernel their likes on SQLite show too.
_SERVERS: Final = ("postgres",)

Baseline = dict[str, dict[str, list[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """What the run without a mutant found out."""

    seconds: dict[str, float]  # of each good test, by its name
    lines: dict[str, dict[int, tuple[str, ...]]]  # file → line → the tests that run it
    while_collecting: dict[str, frozenset[int]]  # file → lines that run while tests are collected
    bad: tuple[str, ...]
    slow: tuple[str, ...] = ()  # too slow to be asked
    shared: Mapping[str, float] = field(default_factory=dict)  # for what it shares with others

    def for_mutant(self, mutant: Mutant, *, anew: bool = False) -> tuple[str, ...]:
        """Return the tests to run: those of the mirrored file first, then the shortest.

        Of what a module computes as it is loaded `anew`, no test runs the line: its own tests must
        notice, and whoever runs any of the module.
        """
        lines = self.lines.get(str(path_of(mutant.module)), {})
        mirror = mirrored(mutant.module)
        span = lines if anew else range(mutant.line, mutant.last_line + 1)
        names = {name for line in span for name in lines.get(line, ())}
        if anew:
            names |= {name for name in self.seconds if name.startswith(mirror)}
        own = sorted((n for n in names if n.startswith(mirror)), key=lambda n: self.seconds[n])
        rest = sorted(names - set(own), key=lambda n: (self._cost(n), self.seconds[n], n))
        spent = accumulate(self._cost(name) for name in rest)
        return (*own, *(name for name, s in zip(rest, spent, strict=True) if s <= ELSEWHERE))

    def _cost(self, name: str) -> float:
        """Return the seconds of a test, with the fixtures that others made where all were run."""
        return self.seconds[name] + self.shared.get(name, 0.0)


def mirrored(module: str) -> str:
    """Return the path of the test file that mirrors a module."""
    _, *packages, name = module.split(".")
    return "/".join(["tests", *packages, f"test_{name}.py"])


class Session:
    """The pytest plugin: holds the collected items, and what to do instead of running them."""

    def __init__(self, task: Callable[["Session", pytest.Session], None]) -> None:
        self.task = task
        self.items: dict[str, pytest.Item] = {}
        self.functions: dict[tuple[str, int], list[FunctionType]] = {}
        self.fixtures: dict[tuple[str, str], float] = {}  # shared ones, with the seconds they took
        self.call_limit = 0.0  # seconds for a test without its fixtures; 0 for no limit
        self.failed: list[str] = []
        self.on_failure: Callable[[str], None] = self.failed.append

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the task with the items that were collected."""
        self.items = {item.nodeid: item for item in session.items if not _needs_server(item)}
        self.task(self, session)
        return True

    def find_functions(self, modules: Iterable[str]) -> None:
        """Look for the functions in memory, once; some modules are only loaded when needed."""
        for module in modules:
            importlib.import_module(module)
        self.functions = live_functions()

    def named(self, name: str) -> list[pytest.Item]:
        """Return the item of this name, or those of a test with parameters."""
        if name in self.items:
            return [self.items[name]]
        return [item for found, item in self.items.items() if found.startswith(f"{name}[")]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """Measure what tests share: whoever runs alone has to make it."""
        began = time.perf_counter()
        made = yield
        if fixturedef.scope != "function":
            spent = time.perf_counter() - began
            self.fixtures[fixturedef.baseid, fixturedef.argname] = spent
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Give the test its own limit, now that its fixtures are there."""
        if self.call_limit:
            signal.setitimer(signal.ITIMER_REAL, self.call_limit)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Note a failure, without the work of describing it."""
        if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
            return None
        if item.get_closest_marker("xfail") is not None:
            return None
        self.on_failure(item.nodeid)
        return pytest.TestReport(
            item.nodeid, item.location, {}, "failed", None, "call"
        )  # fmt: skip


def _needs_server(item: pytest.Item) -> bool:
    names = (item.nodeid, *getattr(item, "fixturenames", ()))
    return any(server in name for server in _SERVERS for name in names)


def pytest_arguments(paths: Iterable[str]) -> list[str]:
    """Return how pytest is called: quietly, and with the limits that the tests always have."""
    return [
        "-q", "-o", "addopts=", "--strict-markers", "--disable-socket", "--allow-unix-socket",
        "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:xdist",
        "--capture=sys", "--assert=plain", "--tb=no", "--rootdir", str(ROOT), *paths,
    ]  # fmt: skip


def prepare_hypothesis() -> None:
    """Draw the same examples every time, and do not look for smaller ones."""
    from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415  # after the fork

    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")


def in_child(action: Callable[[], dict[str, object]], *, limit: float) -> dict[str, object] | None:
    """Run `action` in a fork, and return what it found; nothing where it took longer than `limit`.

    The child is a group of its own, so that whatever it started ends with it.
    """
    folder = Path(mkdtemp(prefix="mutants-"))
    child = os.fork()
    if child == 0:
        _be_child(action, folder)
    try:
        if not _ended(child, limit):
            os.kill(child, signal.SIGTERM)  # lets fixtures end what they started
            if not _ended(child, 5.0):
                return None
        answer = folder / "answer.json"
        if not answer.is_file():
            return {"broken": True}
        found: dict[str, object] = json.loads(answer.read_bytes())
        return found
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        _remove(folder)


def _be_child(action: Callable[[], dict[str, object]], folder: Path) -> None:
    status = 1
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, *(() if os.environ.get("MUTANTS_DEBUG") else (2,))):
            os.dup2(null, descriptor)
        os.environ["TMPDIR"] = str(folder)
        (folder / "answer.json.new").write_text(json.dumps(action()))
        (folder / "answer.json.new").rename(folder / "answer.json")
        status = 0
    finally:
        os._exit(status)


def _ended(child: int, limit: float) -> bool:
    until = time.monotonic() + limit
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > until:
            return False
        time.sleep(0.004)
    return True


def _remove(folder: Path) -> None:
    import shutil  # noqa: PLC0415  # beside its only use

    shutil.rmtree(folder, ignore_errors=True)


def use_folder(session: pytest.Session, folder: Path) -> None:
    """Let tests make their folders where this child may, apart from those of its siblings."""
    factory = session.config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001
    (folder / "tmp").mkdir()
    factory._basetemp = folder / "tmp"  # noqa: SLF001  # pytest has no public way


def find_baseline(run: Session, session: pytest.Session, coverage: Coverage) -> dict[str, object]:
    """Run all tests without a mutant, in this process."""
    use_folder(session, Path(os.environ["TMPDIR"]))
    seconds, processor = dict[str, float](), dict[str, float]()
    names = list(run.items)
    items = [run.items[name] for name in names]
    for item, after in zip(items, [*items[1:], None], strict=True):
        coverage.switch_context(item.nodeid)
        began, used = time.perf_counter(), _processor_seconds()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        seconds[item.nodeid] = time.perf_counter() - began
        processor[item.nodeid] = _processor_seconds() - used
    coverage.stop()
    data = coverage.get_data()
    files = {
        file: {str(line): contexts for line, contexts in data.contexts_by_lineno(file).items()}
        for file in data.measured_files()
    }
    shared = {item.nodeid: _shared_seconds(item, run.fixtures) for item in items}
    return {
        "seconds": seconds,
        "processor": processor,
        "files": files,
        "bad": run.failed,
        "shared": shared,
    }


def _processor_seconds() -> float:
    """Return what this process and the programs that it waited for have used of the processor."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _shared_seconds(item: pytest.Item, fixtures: Mapping[tuple[str, str], float]) -> float:
    """Return how long it takes to make what this test shares with others."""
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]  # noqa: SLF001  # no public way
    return sum(
        fixtures.get((found.baseid, found.argname), 0.0)
        for definitions in known.values()
        for found in definitions[-1:]
    )


def read_baseline(answer: dict[str, object], collected: Container[str] | None = None) -> Tests:
    """Take apart what `find_baseline` answered, as far as it is about tests that are at hand."""
    bad: list[str] = answer["bad"]  # type: ignore[assignment]  # our own JSON
    seconds: dict[str, float] = answer["seconds"]  # type: ignore[assignment]  # our own JSON
    files: dict[str, dict[str, list[str]]] = answer["files"]  # type: ignore[assignment]  # the same
    shared: dict[str, float] = answer.get("shared", {})  # type: ignore[assignment]  # the same
    # Of the processor: on a busy machine the clock would leave quick tests out, too.
    processor: dict[str, float] = answer.get("processor", seconds)  # type: ignore[assignment]  # the same
    slow = tuple(name for name, spent in processor.items() if spent >= TOO_LONG)
    good = {
        name: spent
        for name, spent in seconds.items()
        if name not in bad and name not in slow and (collected is None or name in collected)
    }
    return Tests(
        seconds=good,
        lines={
            file: {int(at): tuple(n for n in names if n in good) for at, names in lines.items()}
            for file, lines in files.items()
        },
        while_collecting={
            file: frozenset(int(at) for at, names in lines.items() if "" in names)
            for file, lines in files.items()
        },
        bad=tuple(bad),
        shared=shared,
        slow=slow,
    )


def kill_in_place(
    run: Session, session: pytest.Session, mutant: Mutant, names: Sequence[str], tests: Tests
) -> dict[str, object]:
    """Run `names` with the fault in the loaded function, in this process."""
    path = path_of(mutant.module)
    code = compile_mutant(mutant, path.read_text(), path)
    functions = run.functions.get((str(path), mutant.holder), [])
    patch_functions(functions, code, line=mutant.holder)
    use_folder(session, Path(os.environ["TMPDIR"]))
    return _until_failure(run, names, tests)


def run_unchanged(
    run: Session, session: pytest.Session, names: Sequence[str], tests: Tests
) -> dict[str, object]:
    """Run `names` as they are, in this process: the control for what `kill_in_place` says."""
    use_folder(session, Path(os.environ["TMPDIR"]))
    return _until_failure(run, names, tests)


def _until_failure(run: Session, names: Sequence[str], tests: Tests) -> dict[str, object]:
    """Run until a test fails or takes too long; say which."""
    limit_memory()
    current = ""

    class _Stop(BaseException):
        pass

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stop

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGTERM, stop)
    verdict = SURVIVED
    run.on_failure = run.failed.append
    items = [item for name in names for item in run.named(name)]
    for item, after in zip(items, [*items[1:], None], strict=True):
        current = item.nodeid
        run.call_limit = 2.0 + PATIENCE * tests.seconds.get(current, 1.0)
        signal.setitimer(signal.ITIMER_REAL, FIXTURES)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        except _Stop:
            verdict = TIMEOUT
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if run.failed or verdict == TIMEOUT:
            verdict = verdict if verdict == TIMEOUT else KILLED
            _end_fixtures(item.session)
            break
    return {"verdict": verdict, "by": "" if verdict == SURVIVED else current}


def _end_fixtures(session: pytest.Session) -> None:
    """Let fixtures end what they started, servers among it; what goes wrong there is no matter."""
    signal.setitimer(signal.ITIMER_REAL, 5.0)
    with suppress(BaseException):
        session._setupstate.teardown_exact(None)  # noqa: SLF001  # pytest has no public way
    signal.setitimer(signal.ITIMER_REAL, 0)


def limit_memory() -> None:
    """Let a mutant that eats memory fail, and not the machine."""
    import resource  # noqa: PLC0415  # in a child only

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def kill_anew(mutant: Mutant, names: Sequence[str], tests: Tests) -> dict[str, object]:
    """Load everything with the fault in its module, and run `names`, in this process.

    That the tests cannot even be collected is a failure too: somebody would see it.
    """
    limit_memory()  # a constant of the module may be the size of something
    path = path_of(mutant.module)
    load_instead(mutant.module, compile_mutant(mutant, path.read_text(), path))
    return run_anew(names, tests)


def run_anew(names: Sequence[str], tests: Tests) -> dict[str, object]:
    """Collect the files of `names` and run them until one fails, in this process."""
    answer: dict[str, object] = {"verdict": KILLED, "by": "collection"}

    def task(run: Session, session: pytest.Session) -> None:
        use_folder(session, Path(os.environ["TMPDIR"]))
        if session.testsfailed == 0:
            answer.update(_until_failure(run, names, tests))

    files = list(dict.fromkeys(name.split("::")[0] for name in names))
    pytest.main(pytest_arguments(files), plugins=[Session(task)])
    return answer


def say(text: str) -> None:
    """Tell how far the run is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
