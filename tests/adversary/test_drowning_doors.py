"""Drowning: what decides is the signed verdict and the report, never the status of a program."""

import json

import pytest

from assay.cli.output import EXIT_STATUS
from assay.core.verdict import Verdict
from assay.scan.bandit import read_report
from assay.scan.scanner import Sources
from assay.system.process import Completed

SHOWN = Sources(paths=frozenset({"a.py"}), content=lambda _: b"one\ntwo\n")


@pytest.mark.parametrize("status", [0, 1])
def test_gate_by_exit_code_only(status: int) -> None:
    """A scanner that ends with 0, as with `--exit-zero`, has found what is in its report."""
    found = {
        "test_id": "B605",
        "test_name": "x",
        "filename": "./a.py",
        "issue_text": "text",
        "issue_severity": "HIGH",
        "issue_confidence": "HIGH",
        "issue_cwe": {},
        "line_number": 2,
        "line_range": [2],
        "col_offset": 0,
        "more_info": "https://docs.example/",
    }
    report = {"errors": [], "metrics": {"./a.py": {"loc": 2}}, "results": [found]}
    completed = Completed(status=status, output=json.dumps(report).encode(), errors=b"")
    assert [sighting.rule for sighting in read_report(completed, SHOWN).sightings] == [
        "bandit/B605"
    ]


def test_could_not_tell_ends_with_success() -> None:
    """Whoever looks at nothing but our own status is safe too."""
    assert EXIT_STATUS == {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 3}
