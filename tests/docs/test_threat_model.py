"""The threat model names real tests, and every test of the adversary is named by it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = (ROOT / "docs" / "threat-model.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", DOCUMENT)))
ROW = re.compile(r"^\| ([A-Z]\d+) \|(.*)\|$", re.MULTILINE)
THREATS = [found for found in ROW.findall(DOCUMENT) if not found[0].startswith("A")]


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("file", "function"), NAMED)
def test_every_test_that_is_named_exists(file: str, function: str) -> None:
    assert (ROOT / file).is_file()
    assert not function or function in functions(ROOT / file)


ADVERSARY = sorted(path.name for path in (ROOT / "tests" / "adversary").glob("test_*.py"))


@pytest.mark.parametrize("name", ADVERSARY)
def test_every_test_of_the_adversary_is_named(name: str) -> None:
    """A file that is named covers all that is in it; else each of its functions is named."""
    file = f"tests/adversary/{name}"
    if (file, "") not in NAMED:
        named = {function for found, function in NAMED if found == file}
        assert functions(ROOT / file) == named


@pytest.mark.parametrize(("threat", "row"), THREATS)
def test_every_threat_has_a_mitigation_and_a_test(threat: str, row: str) -> None:
    what, mitigation, shown = (cell.strip() for cell in row.split(" | "))
    assert what, threat
    assert mitigation, threat
    assert "`tests/" in shown, threat


def test_no_id_is_used_twice() -> None:
    ids = [found for found, _ in ROW.findall(DOCUMENT)]
    assert len(ids) == len(set(ids))
    assert THREATS
