import pytest

from assay.core.notchecked import NotChecked
from assay.findings.fixes.applying import apply_edits
from assay.findings.fixes.workflows import LeftAlone, PlannedFix
from assay.operations.fix_files import FixedFile, FixReport
from assay.reports.fixtext import print_fixes
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
