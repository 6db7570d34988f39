import json
from pathlib import Path

import pytest

from assay.findings.finding import Severity
from assay.scan.ruff import SCANNER
from tests.scan.folder import not_checked, said, scan
from tests.scan.standins import instead, program_that

BAD = "import os\n\n\ndef f(name: str) -> None:\n    os.system('ls ' + name)\n"


def test_what_ruff_says(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {"a.py": BAD, "b.py": "X = 1\n", "c.txt": BAD})
    assert said(report) == {"ruff/S605": [5]}
    (finding,) = report.findings
    assert finding.severity is Severity.HIGH
    assert finding.references == ("https://docs.astral.sh/ruff/rules/start-process-with-a-shell",)
    assert (report.examined["files"], report.not_checked) == (2, ())


def test_neither_names_nor_comments_nor_configuration_take_anything_away(tmp_path: Path) -> None:
    files = {
        "build/a.py": BAD,
        "venv/lib/site-packages/b.py": BAD.replace("name)", "name)  # noqa: S605"),
        "ruff.toml": "exclude = ['*.py']\n",
        ".gitignore": "*\n",
    }
    assert said(scan(SCANNER, tmp_path, files)) == {"ruff/S605": [5, 5]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"def f(:\n", "ruff: Expected a parameter or the end of the parameter list"),
        (b"x = '\xff'\n", "ruff: stream did not contain valid UTF-8"),
    ],
    ids=["syntax", "encoding"],
)
def test_file_that_cannot_be_read_is_not_checked(text: bytes, why: str, tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {"a.py": text, "b.py": BAD})
    assert not_checked(report) == {"a.py": why}
    assert (said(report), report.examined["files"]) == ({"ruff/S605": [5]}, 1)


def test_password_is_not_told(tmp_path: Path) -> None:
    secret = "sword" + "fish"
    report = scan(SCANNER, tmp_path, {"a.py": f"password = '{secret}'\n"})
    assert said(report) == {"ruff/S105": [1]}
    assert secret not in str([finding.as_json() for finding in report.findings])


def test_file_of_which_the_log_says_nothing_is_not_checked(tmp_path: Path) -> None:
    silent = instead(SCANNER, program_that(tmp_path, prints="[]"))
    report = scan(silent, tmp_path / "files", {"a.py": BAD})
    assert not_checked(report) == {"a.py": "ruff did not say that it read it"}


def test_finding_without_a_rule_is_no_finding(tmp_path: Path) -> None:
    item = {"code": None, "filename": "a.py", "message": "odd \x1b[31m", "location": {"row": 1}}
    log = "[x][ruff::diagnostics][DEBUG] Checking: /view/a.py\n"
    program = program_that(tmp_path, prints=json.dumps([item]), status=1, complains=log)
    report = scan(instead(SCANNER, program), tmp_path / "files", {"a.py": BAD})
    assert not_checked(report) == {"a.py": "ruff: odd \\x1b[31m"}
    assert report.findings == ()
