"""checkov by what it was seen to print; and the program itself, where it is installed."""

import json
from pathlib import Path
from typing import Final

import pytest

from assay.findings.finding import Severity
from assay.scan.checkov import SCANNER, is_infrastructure_file
from tests.scan.folder import not_checked, said, scan
from tests.scan.peers import put_in_path
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
    program = program_that(
        tmp_path, prints=json.dumps(report(parsing_errors=["/view/infra/main.tf"]))
    )
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    assert not_checked(found) == {"infra/main.tf": "checkov cannot read it"}
    assert found.examined["files"] == 0


def test_what_it_counts_and_does_not_list_is_not_checked(tmp_path: Path) -> None:
    told = report()
    told["summary"] = {"failed": 0, "skipped": 2, "parsing_errors": 1}
    program = program_that(tmp_path, prints=json.dumps(told))
    found = scan(instead(SCANNER, program), tmp_path / "files", FILES)
    assert [gap.why for gap in found.not_checked] == [
        "it counts more parsing errors than it lists: 1",
        "it counts more skipped checks than it lists: 2",
    ]


def test_yaml_that_is_none_is_not_checked(tmp_path: Path) -> None:
    named = check(file_path="/named.yaml")
    program = program_that(tmp_path, prints=json.dumps(report(failed_checks=[named])))
    files = {
        "bad.yaml": "a: [",
        "good.yml": "a: 1\n---\nb: !Ref c\n",
        "named.yaml": "a: [",
        "chart/Chart.yaml": "name: a\n",
        "chart/templates/a.yaml": "{{ if .x }}\na: [",
        "templates/b.yaml": "a: [",
        "infra/main.tf": BUCKET,
    }
    found = scan(instead(SCANNER, program), tmp_path / "files", files)
    assert not_checked(found) == {
        "bad.yaml": "it is not YAML",
        "chart/templates/a.yaml": "a Helm template that checkov did not render",
        "templates/b.yaml": "it is not YAML",
    }


def test_instructions_of_a_dockerfile_are_told_apart_by_their_place(tmp_path: Path) -> None:
    both = [
        check(
            file_path="/Dockerfile",
            repo_file_path="/Dockerfile",
            resource="/Dockerfile.FROM",
            file_line_range=[line, line],
        )
        for line in (1, 2)
    ]
    program = program_that(
        tmp_path, prints=json.dumps(report("dockerfile", failed_checks=both)), status=1
    )
    found = scan(instead(SCANNER, program), tmp_path / "files", {"Dockerfile": "FROM a\nFROM b\n"})
    assert said(found) == {"checkov/CKV_AWS_20": [1, 2]}


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


BROKEN_FILES: Final = {
    "infra/bad.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = \n',
    "bad.json": '{"Resources": {',
    "bad.yaml": "a: [\n",
}


@pytest.mark.slow
def test_program_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_path("checkov", monkeypatch)
    skipped = BUCKET.replace("{\n", "{\n  #checkov:skip=CKV_AWS_20:a public site\n", 1)
    found = scan(SCANNER, tmp_path, FILES | BROKEN_FILES | {"infra/skipped.tf": skipped})
    assert said(found)["checkov/CKV_AWS_20"] == [1, 1]
    assert not_checked(found) == {
        "bad.json": "checkov cannot read it",
        "bad.yaml": "it is not YAML",
        "infra/bad.tf": "checkov cannot read it",
    }
    assert dict(found.examined) == {"files": 2, "suppressed_in_source": 1}
