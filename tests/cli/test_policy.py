"""`assay policy test`, as a user runs it: one answer on stdout, and its exit status."""

import subprocess
from pathlib import Path

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from tests.operations.site import ASSAY
from tests.policy.packs import rule

TEST = 'test_one := {"rule": "source.sample", "given": {"items": []}, "verdict": "%s"}\n'
ANSWERS = {
    "PASSED": (0, "PASSED: 1 rule (source.sample), 1 test\n"),
    "FAILED": (
        1,
        (
            "FAILED: tests.own.test_one: PASSED, where FAILED is expected\n"
            "FAILED: 1 rule (source.sample), 1 test\n"
        ),
    ),
}


def policy_test(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (ASSAY, "policy", "test", folder, *options), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("expected", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_the_answer_of_the_tests(expected: str, answer: tuple[int, str], tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_bytes(rule())
    (tmp_path / "a_test.rego").write_text("package tests.own\n\n" + TEST % expected)
    done = policy_test(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (*answer, "")


def test_without_tests_nobody_can_tell(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_bytes(rule())
    done = policy_test(tmp_path, "--json")
    document = JsonValue(parse_json(done.stdout.encode(), max_bytes=2**20))
    assert (done.returncode, document.field("verdict").text()) == (3, "UNKNOWN")
