"""checkov by what it was seen to print; and the program itself, where it is installed."""

import json
from pathlib import Path
from typing import Final

import pytest

from assay.findings.finding import Severity
from assay.scan.checkov import SCANNER, is_infrastructure_file
from assay.system.process import find_program
from tests.scan.folder import not_checked, said, scan
from tests.scan.standins import instead, program_that

BUCKET: Final = 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n  acl    = "public-read"\n}\n'
FILES: Final = {"infra/main.tf": BUCKET, "readme.md": "# x\n"}


def check(**more: object) -> dict[str, object]:
    return {
        "check_id": "CKV_AWS_20",
        "check_name": "S3 Bucket has an ACL defined which allows public READ access.",
        "check_result": {"result": "FAILED"},
        "file_path": "/infra/main.tf",
        "repo_file_path": "/infra/main.tf",
        "file_line_range": [1, 4],
        "resource": "aws_s3_bucket.b",
        "guideline": "https://docs.example/s3-1",
        "severity": None,
        **more,
    }


def report(framework: str = "terraform", **results: object) -> dict[str, object]:
    lists: dict[str, object] = {
        "passed_checks": [],
        "failed_checks": [],
        "skipped_checks": [],
        "parsing_errors": [],
    }
    return {
        "check_type": framework,
        "results": {**lists, **results},
        "summary": {"failed": 1, "checkov_version": "3.2.1"},
    }


@pytest.mark.parametrize("listed", [False, True])
def test_what_checkov_says(listed: bool, tmp_path: Path) -> None:  # noqa: FBT001  # both forms
    told = report(failed_checks=[check()])
    program = program_that(tmp_path, prints=json.dumps([told] if listed else told), status=1)
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    assert said(found) == {"checkov/CKV_AWS_20": [1]}
    (finding,) = found.findings
    assert finding.severity is Severity.MEDIUM
    assert finding.remedy == "Read https://docs.example/s3-1"
    assert finding.message.endswith("access.: aws_s3_bucket.b")
    assert (found.examined["files"], found.not_checked) == (1, ())


def test_of_nothing_it_prints_the_counts_alone(tmp_path: Path) -> None:
    told = {"passed": 0, "failed": 0, "skipped": 0, "checkov_version": "3.2.1"}
    program = program_that(tmp_path, prints=json.dumps(told))
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    assert (found.findings, found.not_checked) == ((), ())


def test_comment_is_noted_and_takes_nothing_away(tmp_path: Path) -> None:
    skipped = check(check_result={"result": "SKIPPED", "suppress_comment": "a public site"})
    program = program_that(tmp_path, prints=json.dumps(report(skipped_checks=[skipped])))
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    note = "suppressed in the source: checkov:skip: a public site"
    assert found.findings[0].locations[0].note == note


def test_file_that_it_cannot_parse_is_not_checked(tmp_path: Path) -> None:
    program = program_that(tmp_path, prints=json.dumps(report(parsing_errors=["/infra/main.tf"])))
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    assert not_checked(found) == {"/infra/main.tf": "checkov cannot read it"}


BROKEN = {
    "status": (report(), 2, "it ended with status 2: exit status 2"),
    "secrets": (
        report("secrets", failed_checks=[check()]),
        1,
        "its answer cannot be read: it looked for secrets, which it was not asked for",
    ),
}


@pytest.mark.parametrize(("printed", "status", "why"), BROKEN.values(), ids=BROKEN)
def test_broken_program_is_not_clean(
    printed: dict[str, object], status: int, why: str, tmp_path: Path
) -> None:
    program = program_that(tmp_path, prints=json.dumps(printed), status=status)
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    assert not_checked(found) == {"checkov": f"checkov: {why}, so 1 file was not looked at"}


def test_files_that_it_takes() -> None:
    taken = ("main.tf", "a/values.yaml", "t.json", "Dockerfile", "x/Dockerfile.web")
    assert all(map(is_infrastructure_file, taken))
    assert not any(map(is_infrastructure_file, ("a.py", "readme.md", "tf")))


@pytest.mark.skipif(not find_program("checkov"), reason="checkov: not installed")
def test_program_itself(tmp_path: Path) -> None:
    found = scan(SCANNER, tmp_path, FILES)
    assert "checkov/CKV_AWS_20" in said(found)
    assert found.not_checked == ()
