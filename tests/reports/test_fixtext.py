from dataclasses import replace

import pytest

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.fixes.applying import apply_edits
from assay.findings.fixes.workflows import LeftAlone, PlannedFix
from assay.findings.severity import Severity
from assay.operations.fix_report import FixedFile, FixReport
from assay.reports.fixtext import print_fixes
from assay.vuln.remedy.plan import Mended, Plan, Unfixed, Upgrade
from assay.vuln.remedy.steps import Step
from tests.findings.test_merge import FIX

BEFORE = "a\nb\nabcd\n"
FILE = FixedFile(
    path="a.py",
    before=BEFORE,
    after=apply_edits(BEFORE, FIX.edits),
    fixes=(PlannedFix(rule="r", path="a.py", line=3, fix=FIX),),
)
LEFT = LeftAlone(rule="zizmor/unpinned-uses", path="ci.yml", line=7, why="it is not known")
GAP = NotChecked(what="file", where="odd.yml", why="it is not UTF-8", remedy="save it as UTF-8")


def test_planned(capsys: pytest.CaptureFixture[str]) -> None:
    print_fixes(FixReport(files=(FILE,), left=(LEFT,), not_checked=(GAP,), written=False))
    assert capsys.readouterr().out.splitlines() == [
        "--- a/a.py",
        "+++ b/a.py",
        "@@ -1,3 +1,3 @@",
        " a",
        " b",
        "-abcd",
        "+xd",
        "",
        "1 edit to make in 1 file.",
        "Left alone: 1",
        "  • ci.yml:7  zizmor/unpinned-uses: it is not known",
        "Not looked at: 1 file",
        "  • file, odd.yml: it is not UTF-8 (save it as UTF-8)",
        "Next: assay fix --write",
    ]


def test_written(capsys: pytest.CaptureFixture[str]) -> None:
    print_fixes(FixReport(files=(FILE,), left=(), not_checked=(), written=True))
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "1 edit made in 1 file.",
        "Next: git diff, commit, assay check",
    ]


def test_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    print_fixes(FixReport(files=(), left=(), not_checked=(), written=False))
    assert capsys.readouterr().out == "0 edits to make in 0 files.\n"


MENDED = Mended(
    vulnerability="CVE-2026-1",
    aliases=(),
    severity=Severity.HIGH,
    priority="Act",
    urgency=3,
    exploited=True,
)
UPGRADE = Upgrade(
    path="a/requirements.txt",
    place="shop",
    ecosystem="PyPI",
    package="shop",
    old="1.0",
    new="2.0",
    step=Step.MAJOR,
    direct=True,
    mends=(MENDED,),
    verdict=Verdict.PASSED,
)
NOT_MADE = replace(
    UPGRADE,
    package="till",
    mends=(),
    because="shop",
    left=("CVE-2026-2",),
    notes=("it needs Python >=3.9",),
    verdict=Verdict.UNKNOWN,
    why_not="the file has no door",
    command="uv lock --upgrade-package till==2.0",
)
UNFIXED = Unfixed(
    path="uv.lock",
    place="desk",
    ecosystem="PyPI",
    package="desk",
    version="1.0",
    has=(MENDED,),
    why="till 1.0 asks for desk <2",
    hint="take it out",
)


def test_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(upgrades=(UPGRADE, NOT_MADE), unfixed=(UNFIXED,), not_checked=(GAP,))
    print_fixes(FixReport(files=(), left=(), not_checked=(), written=False, plan=plan))
    assert capsys.readouterr().out.splitlines() == [
        "1 edit to make in 0 files.",
        "Upgrades: 2",
        (
            "  • shop 1.0 → 2.0 (major step), a/requirements.txt:"
            " mends CVE-2026-1 (high, Act, known to be exploited)"
        ),
        "  • till 1.0 → 2.0 (major step), a/requirements.txt: shop needs it",
        "    still has CVE-2026-2",
        "    it needs Python >=3.9",
        "    not edited: the file has no door",
        "      uv lock --upgrade-package till==2.0",
        "Not mended: 1 package",
        (
            "  • desk 1.0, uv.lock: CVE-2026-1 (high, Act, known to be exploited):"
            " till 1.0 asks for desk <2"
        ),
        "    take it out",
        "  • not checked: file, odd.yml: it is not UTF-8 (save it as UTF-8)",
    ]
