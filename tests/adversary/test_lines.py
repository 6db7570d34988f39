"""Every line of the list of known faults has a test, and every test fails without its check.

The table is `lines.toml`; `make mutants` and `make test-slow` take each check out.
"""

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from mutants.removals import Line, Proof, load_lines

ROOT = Path(__file__).resolve().parents[2]
LINES = load_lines()
PROOFS = {
    f"{number}-{place}-{proof.test.split('::')[1]}": proof
    for number, line in enumerate(LINES)
    for place, proof in enumerate(line.proofs)
}
SECTIONS = {"Verification": 19, "Drowning": 8, "Parsing": 18, "Time": 6, "Storage": 9}
# Found since, of the same kind: not in the list, and as many as there are.
FOUND_SINCE = {"VEX": 36, "Feeds": 11, "Reach": 5, "Upgrades": 13, "Messages": 11}


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", LINES, ids=[line.says for line in LINES])
def test_every_line_has_a_test_or_a_reason(line: Line) -> None:
    assert bool(line.proofs) != bool(line.absent)


def test_no_line_is_left_out() -> None:
    """The sections of the list, with the number of faults that each names, and what came since."""
    assert Counter(line.section for line in LINES) == SECTIONS | FOUND_SINCE
    assert len({line.says for line in LINES}) == len(LINES)


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_every_row_is_up_to_date(proof: Proof) -> None:
    """The test is there, and the piece of code is there once, and can be taken out."""
    file, _, function = proof.test.partition("::")
    assert function.split("[")[0] in functions(file)
    proof.without()


@pytest.mark.slow
def test_every_test_fails_without_its_check() -> None:
    """One process for all rows; it loads the code anew for each."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    found = subprocess.run(
        [sys.executable, "-m", "mutants.removals"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(answers) == len(PROOFS), found.stderr[-2000:]
    assert [answer for answer in answers if answer["fault"]] == []
