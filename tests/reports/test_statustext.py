"""`assay status` for people."""

import io
import re

import pytest
from hypothesis import given, settings

from assay.reports.lines import text_lines
from assay.reports.statustext import print_status, put_status
from tests.fakes.trust import COMMIT
from tests.reports import factory
from tests.reports.hostile import HOSTILE
from tests.reports.terminal import run_on_terminal

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_the_brief_status(capsys: pytest.CaptureFixture[str]) -> None:
    print_status(factory.status(), brief=True, gaps=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        f"SSDF 1.1 for {COMMIT}: 1 met, 1 not met, 40 unknown of 42 tasks",
        "  met: PO.1.1 (3 of 3)",
        "  not met: PO.1.2 (1 of 3)",
        "  unknown, seen in part: PO.1.3 (1 of 3)",
        "  not checked: statement, statement 3: seen (make it valid Python)",
    ]
    assert lines[5] == "What to do next:"
    assert lines[6].startswith("  1. PO.1.2 ")
    assert lines[7].startswith("     → ")
    assert lines[8].startswith("  2. ")
    assert len(lines) == 10


def test_the_whole_status_has_every_task_and_every_kind_of_evidence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_status(factory.status(), brief=False, gaps=0)
    out = capsys.readouterr().out
    lines = out.splitlines()
    tasks = factory.CATALOGUE.tasks
    assert sum(line.startswith(("met ", "not met ", "unknown ")) for line in lines) == len(tasks)
    for task in tasks:
        assert f"{task.id:<8}{task.title}\n" in out
        for wanted in task.evidence:
            assert f" {wanted.type}: " in out
    first = tasks[0].evidence[0].type
    assert f"         met      {first}: seen, seen 5 h ago\n" in out
    part = tasks[2].evidence[0].type
    assert f"         in part  {part}: seen, seen 5 h ago\n" in out
    assert "What to do next" not in out
    assert all(line == line.rstrip() for line in lines)


def test_a_terminal_gets_wrapped_lines() -> None:
    code = "from assay.reports.statustext import print_status\nfrom tests.reports import factory\n"
    code += "print_status(factory.status(), brief=False, gaps=3)"
    shown = run_on_terminal(code, columns=60)
    assert max(map(len, COLOUR.sub("", shown).split("\n"))) <= 60


@settings(deadline=None)
@given(HOSTILE)
def test_no_text_from_outside_controls_a_terminal(text: str) -> None:
    into = io.StringIO()
    put_status(text_lines(into), factory.status(text=text), brief=False, gaps=3)
    shown = into.getvalue()
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert len(shown.split("\n")) == PLAIN_LINES


def _count_lines() -> int:
    into = io.StringIO()
    put_status(text_lines(into), factory.status(), brief=False, gaps=3)
    return len(into.getvalue().split("\n"))


PLAIN_LINES = _count_lines()
