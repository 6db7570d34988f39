"""Two scanners that see one problem: one finding, with what both of them said."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.findings.finding import Finding
from assay.findings.identity import SCHEME, rekey
from assay.findings.merge import merge_findings
from assay.scan import bandit, ruff
from assay.system.process import find_program

AT = datetime(2026, 1, 1, tzinfo=UTC)
CODE = """\
import hashlib
import subprocess


def first(name, data):
    subprocess.run(
        "ls " + name,
        shell=True,
    )
    return eval(data)


def second(name):
    subprocess.run("ls " + name, shell=True)
    return hashlib.md5(name)


class Third:
    def second(self, name):
        subprocess.run("ls " + name, shell=True)
        subprocess.run("ls " + name, shell=True)
"""
needs_ruff = pytest.mark.skipif(find_program("ruff") is None, reason="needs ruff")


def found(folder: Path, text: str) -> tuple[Finding, ...]:
    """Return what both say of a file, made into one."""
    folder.mkdir()
    (folder / "a.py").write_text(text)
    reports = [one.SCANNER.run(folder, ("a.py",), at=AT) for one in (bandit, ruff)]
    assert [report.not_checked for report in reports] == [(), ()]
    return merge_findings(finding for report in reports for finding in report.findings)


def tools_of(finding: Finding) -> list[str]:
    return sorted({seen.tool for seen in finding.observations})


@needs_ruff
def test_one_problem_is_one_finding_of_two_tools(tmp_path: Path) -> None:
    merged = found(tmp_path / "a", CODE)
    shells = [f for f in merged if f.rule.endswith("602")]
    assert len(shells) == 4  # each call stays one, though two have the same text in one method
    rest = [f for f in merged if f.rule in {"bandit/B307", "bandit/B324"}]
    for finding in (*shells, *rest):
        assert tools_of(finding) == ["bandit", "ruff"], finding.rule
    assert len(rest) == 2


@needs_ruff
def test_identities_outlive_edits_around_them(tmp_path: Path) -> None:
    """Blank lines, comments, a wrapped call and a function moved down change nothing."""
    before = {f.identity for f in found(tmp_path / "a", CODE)}
    head, first, rest = CODE.partition("def first")
    first_body, cut, others = rest.partition("\n\n\ndef second")
    moved = f"# Moved.\n{head}def second{others}\n\ndef first{first_body}\n"
    assert cut
    assert first
    edited = moved.replace("    return hashlib", "\n    # weak\n    return hashlib").replace(
        '    subprocess.run("ls " + name, shell=True)\n    return',
        '    subprocess.run(\n        "ls " + name, shell=True)\n    return',
    )
    assert edited != moved
    assert {f.identity for f in found(tmp_path / "b", edited)} == before


@needs_ruff
def test_every_observation_tells_its_identity(tmp_path: Path) -> None:
    merged = found(tmp_path / "a", CODE)
    for finding in merged:
        for seen in finding.observations:
            assert SCHEME.identity(finding.kind, seen) == finding.identity
    assert rekey(merged, SCHEME) == merged
