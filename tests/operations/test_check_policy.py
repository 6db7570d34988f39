"""Rules of one's own are loaded as a check loads them, and their tests are run."""

from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.operations.check_policy import check_policy
from assay.policy.tester import CaseOutcome
from tests.policy.packs import rule

TESTS = """\
package tests.own

test_one := {"rule": "source.sample", "given": {"items": []}, "verdict": "VERDICT"}
"""


def write(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir()
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.rego").write_bytes(data)
    return folder


def test_rules_whose_tests_hold(tmp_path: Path) -> None:
    folder = write(tmp_path / "p", a=rule(), a_test=TESTS.replace("VERDICT", "PASSED"))
    checked = check_policy(folder)
    assert checked.verdict is Verdict.PASSED
    assert checked.as_json() == {
        "verdict": "PASSED",
        "rules": ["source.sample"],
        "tests": [{"name": "tests.own.test_one", "complaint": ""}],
        "notChecked": [],
    }


def test_a_test_that_does_not_hold(tmp_path: Path) -> None:
    folder = write(tmp_path / "p", a=rule(), a_test=TESTS.replace("VERDICT", "FAILED"))
    checked = check_policy(folder)
    assert checked.verdict is Verdict.FAILED
    assert checked.tests == (
        CaseOutcome(name="tests.own.test_one", complaint="PASSED, where FAILED is expected"),
    )


def test_a_test_file_that_holds_no_test(tmp_path: Path) -> None:
    folder = write(tmp_path / "p", a=rule(), a_test="package tests.own\n\nx := 1\n")
    assert check_policy(folder).tests == (
        CaseOutcome(name="tests.own", complaint="it holds no test"),
    )


def test_no_tests_is_no_answer(tmp_path: Path) -> None:
    """The tests of the default rules do not stand in for those of one's own."""
    checked = check_policy(write(tmp_path / "p", a=rule()))
    assert (checked.verdict, checked.tests) == (Verdict.UNKNOWN, ())


REFUSED = {
    "no rules": ({}, "[usage] no rules (*.rego) in this folder, at FOLDER"),
    "not a rule": (
        {"a": "package rules.source.x\n"},
        "[malformed] no '# METADATA' on the first line, at own/a.rego:1",
    ),
}


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(files: dict[str, str], message: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "p", **files)
    with pytest.raises(AssayError) as caught:
        check_policy(folder)
    assert str(caught.value) == message.replace("FOLDER", str(folder))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Once it was a folder without rules; whoever mistypes a path needs to hear of the path."""
    for path in (tmp_path / "nope", tmp_path / "file"):
        (tmp_path / "file").write_text("")
        with pytest.raises(AssayError) as caught:
            check_policy(path)
        assert (
            str(caught.value)
            == f"[usage] not a folder, at {path} (name the folder with your rules)"
        )
