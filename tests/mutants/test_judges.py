"""Which tests are asked about a fault, and when their answer counts."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from mutants import server
from mutants.judges import PACKAGES, choose_judges, digest_of_file, list_tests, slow_tests
from mutants.loading import path_of
from mutants.mutation import Mutant
from mutants.running import Control, decide

TRUST = "tests/signing/test_trust.py"
SUCCESSION = path_of("assay.signing.succession")
RUNS = "src/assay/signing/succession.py"


def seen(*runs: str, digest: str = "", slow: Sequence[str] = ()) -> dict[str, dict[str, object]]:
    return {TRUST: {"digest": digest or digest_of_file(TRUST), "runs": [*runs], "slow": [*slow]}}


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ({}, [TRUST]),
        (seen(RUNS), [TRUST]),
        (seen("src/assay/signing/trust.py"), []),
        (seen(), []),
        (seen(digest="of an older file"), [TRUST]),
    ],
)
def test_who_ran_the_module_or_is_not_known_is_asked(
    known: dict[str, dict[str, object]], asked: list[str]
) -> None:
    assert choose_judges([TRUST], [SUCCESSION], known) == asked


def test_slow_tests_are_left_out_while_their_file_is_the_same() -> None:
    late = f"{TRUST}::test_a"
    assert slow_tests([TRUST], seen(slow=[late])) == [late]
    assert slow_tests([TRUST], seen(slow=[late], digest="of an older file")) == []
    assert slow_tests([TRUST], {}) == []


def test_folders_files_and_single_tests_may_be_named() -> None:
    found = list_tests(["tests/mutants", TRUST, f"{TRUST}::test_a"])
    assert found[-2:] == [TRUST, f"{TRUST}::test_a"]
    assert "tests/mutants/test_judges.py" in found


@pytest.mark.parametrize("package", PACKAGES)
def test_the_folders_are_there(package: str) -> None:
    assert all(list_tests([folder]) for folder in PACKAGES[package])
    assert any(Path(path_of(package)).parent.rglob("*.py"))


def control(*passing: str) -> Control:
    """Return one that says which tests pass without the fault."""

    def run(names: Sequence[str]) -> dict[str, object]:
        [name] = names
        return {"verdict": "survived" if name in passing else "killed", "by": name}

    return Control(run)


def kill_with(
    *failing: str, verdict: str = "killed"
) -> Callable[[Sequence[str]], dict[str, object]]:
    """Return what runs tests with the fault, of which these fail."""

    def kill(names: Sequence[str]) -> dict[str, object]:
        by = next((name for name in names if name in failing), "")
        return {"verdict": verdict if by else "survived", "by": by}

    return kill


@pytest.mark.parametrize("verdict", ["killed", "timeout"])
def test_only_a_test_that_passes_without_the_fault_kills(verdict: str) -> None:
    kill = kill_with("shaky", "sound", verdict=verdict)
    found = decide(kill, ["fine", "shaky", "sound"], control("fine", "sound"))
    assert found == {"verdict": verdict, "by": "sound"}
    found = decide(kill, ["fine", "shaky"], control("fine", "sound"))
    assert found == {"verdict": "survived", "by": ""}


def test_without_tests_it_survives() -> None:
    assert decide(kill_with(), [], control()) == {"verdict": "survived", "by": ""}


def test_that_nothing_can_be_collected_kills() -> None:
    """It is no test, so there is nothing to try without the fault."""

    def kill(names: Sequence[str]) -> dict[str, object]:
        return {"verdict": "killed", "by": "collection"}

    assert decide(kill, ["a"], control()) == {"verdict": "killed", "by": "collection"}


CRC = "assay.signing.services.crc32c"
OWN, OTHER = "tests/signing/services/test_crc32c.py::test_own", "tests/cli/test_a.py::test_other"
LONG = "tests/cli/test_a.py::test_long"
FOUND = server.Tests(
    seconds={OWN: 2.0, OTHER: 1.0, LONG: 3.0},
    lines={str(path_of(CRC)): {20: (LONG, OTHER)}},
    while_collecting={str(path_of(CRC)): frozenset({9, 10, 11})},
    bad=(),
)


def mutant_at(line: int) -> Mutant:
    return Mutant(
        module=CRC, function="f", kind="", before="", after="", occurrence=0, line=line,
        last_line=line, place=(0, 0), holder=8,
    )  # fmt: skip


def test_who_runs_the_line_is_asked_the_shortest_first() -> None:
    assert FOUND.for_mutant(mutant_at(20)) == (OTHER, LONG)
    assert FOUND.for_mutant(mutant_at(21)) == ()


def test_of_what_runs_while_a_module_is_loaded_its_own_tests_are_asked_first() -> None:
    """No test runs the line, for it has run already; whoever uses the module may notice."""
    assert FOUND.for_mutant(mutant_at(10)) == ()
    assert FOUND.for_mutant(mutant_at(10), anew=True) == (OWN, OTHER, LONG)


def test_a_busy_machine_makes_no_test_slow() -> None:
    """What counts is the processor's time, that of programs which the test started included."""
    answer: dict[str, object] = {
        "seconds": {OWN: 9.0, OTHER: 9.0},
        "processor": {OWN: 1.0, OTHER: 4.0},
        "files": {},
        "bad": [],
    }
    found = server.read_baseline(answer)
    assert (found.seconds, found.slow) == ({OWN: 9.0}, (OTHER,))
