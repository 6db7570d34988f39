"""The report for people at a terminal or in a log."""

from hypothesis import given, settings

from assay.reports.text import render_text
from tests.reports import factory
from tests.reports.hostile import HOSTILE

REFUSED = """\
FAILED   2 of 4 enforced rules refuse this commit, and 1 could not tell.
         shop at c0c0c0c0c0c0 on main, gate source
         Looked at 1 component, 12 Python files

FAILED   Title of leaks  source.leaks
         → Solution of leaks.
         • critical Title of leak  [k.env:3]
           → Remedy of leak.

FAILED   Title of code  source.code
         → Solution of code.
         • high Title of flaw  [app/a.py:3]
           → Remedy of flaw.
         • not checked: file bandit: syntax error  [f0.py, f1.py, f2.py]
           → make it valid Python

UNKNOWN  Title of history  source.history
         → Solution of history.
         • the clone is shallow  [history]
           → Fetch it.

Findings: 1 critical, 1 high, 1 low
         • low Title of minor  [c.py:3]

Advice   Title of signed  source.signed, FAILED
         → Solution of signed.
         • unsigned  [HEAD]
           → Sign.

Not checked: 3 open, 1 accepted
         • file: bandit: syntax error  [f0.py, f1.py, f2.py]
           → make it valid Python
         • file: excluded  [old.py]
           Accepted: until 2027-01-01T00:00:00Z: it is old

SSDF 1.1: 1 met, 1 not met, 40 unknown of 42 tasks; see assay status
Recorded as entry 7 of the log, from 1 statement. Replay it:
  assay replay 7 --repository /src/shop

FAILED   2 of 4 enforced rules refuse this commit, and 1 could not tell.
First    critical Title of leak  [k.env:3]
         → Remedy of leak.
         Then 5 more reasons, above.
"""


def test_the_refusal() -> None:
    assert render_text(factory.refused()).decode() == REFUSED


def test_a_pass_with_a_waiver() -> None:
    text = render_text(factory.passed()).decode()
    verdict = "PASSED   The one enforced rule holds for this commit, with 1 accepted exception."
    assert text.splitlines()[0] == verdict
    assert text.splitlines()[-1] == verdict
    assert "Waived   Title of code  source.code, FAILED\n" in text
    assert "Accepted: we replace it in May, until 2026-07-01T00:00:00Z\n" in text


def test_eighty_unread_files_are_one_line() -> None:
    text = render_text(factory.unknown()).decode()
    places = "[src/part0.py, src/part1.py, src/part2.py and 77 more; the JSON report has all]"
    assert text.count(places) == 2  # as a reason, and under "Not checked"
    assert text.splitlines()[-3:] == [
        "First    not checked: file bandit: syntax error  [src/part0.py]",
        "         → make it valid Python",
        "         Then 79 more reasons, above.",
    ]


def test_a_gate_that_could_not_read_its_evidence() -> None:
    text = render_text(factory.blind()).decode()
    assert "UNKNOWN  What the gate could not read\n         • statement: cannot be read" in text
    assert text.splitlines()[-1] == "         → Record it again."


def test_a_rule_whose_remedy_is_its_solution_says_it_once() -> None:
    reason = factory.reason("w", "h", "Solution of r.")
    text = render_text(factory.report(factory.rule("r", factory.FAILED, reason))).decode()
    rule, _, end = text.partition("\nSSDF")
    assert rule.count("Solution of r.") == 1
    assert end.count("Solution of r.") == 1


def test_it_stays_short() -> None:
    text = render_text(factory.huge(3000)).decode()
    assert "         • and 2,993 more; the JSON report has all\n" in text
    assert "         • and 397 more; the JSON report has all\n" in text
    assert len(text.splitlines()) < 100


def test_a_commit_on_no_branch_that_nobody_looked_at() -> None:
    text = render_text(factory.untouched()).decode()
    assert text.startswith(
        "UNKNOWN  No rule is enforced at this gate; unknown is never yes.\n"
        "         shop at c0c0c0c0c0c0, gate source\n"
        "         Looked at nothing\n"
    )


LINES = len(render_text(factory.hostile("plain")).decode().splitlines())


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE)
def test_no_text_from_outside_controls_a_terminal_or_makes_a_line(text: str) -> None:
    rendered = render_text(factory.hostile(text)).decode()
    lines = rendered.split("\n")
    assert len(lines) == LINES + 1
    assert all(line.isprintable() and line == line.rstrip() for line in lines)


def test_what_had_no_evidence_is_said_once_with_what_to_do() -> None:
    text = render_text(factory.report(factory.blank("one"), factory.blank("two"))).decode()
    assert (
        """
Advice   2 rules had no evidence to judge  UNKNOWN
         • Title of one  [source.one]
         • Title of two  [source.two]
           → Ask the forge.
"""
        in text
    )
    assert text.count("Ask the forge.") == 1
