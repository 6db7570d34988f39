"""`assay csaf`, as a user runs it: the answers, what is printed, and the exit status."""

import json
from pathlib import Path

import pytest
from typer.testing import Result

from assay.cli.csaf import app
from tests.fakes.typed import run_typed
from tests.vuln.csaf.documents import changed, csaf, encoded

NAME = "example-2026-001.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path(NAME).write_bytes(encoded(csaf()))
    wrong = changed(csaf(), {"document.tracking.version": "2", "document.lang": None})
    Path("wrong.json").write_bytes(encoded(wrong))
    Path("open.json").write_bytes(encoded(changed(csaf(), {"document.lang": "vec"})))
    return tmp_path


def run(*words: str) -> Result:
    return run_typed(app, "csaf", *words)


@pytest.mark.usefixtures("folder")
def test_a_good_document() -> None:
    done = run("validate", NAME)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == f"PASSED {NAME} (csaf_security_advisory Example-2026-001)"
    assert [line.partition(":")[0].strip() for line in lines[1:]] == ["not checked"] * 3


@pytest.mark.usefixtures("folder")
def test_a_wrong_document() -> None:
    done = run("validate", NAME, "wrong.json")
    assert done.exit_code == 1
    assert "  failed: 6.1.16 Latest document version: version 2, where " in done.stdout
    assert "  warning: 6.2.12 Missing language: no lang, at document" in done.stdout


@pytest.mark.usefixtures("folder")
def test_what_could_not_be_told() -> None:
    assert run("validate", "open.json").exit_code == 3


@pytest.mark.usefixtures("folder")
def test_json() -> None:
    done = run("validate", "wrong.json", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["schema"], told["verdict"]) == (
        1,
        "assay.csaf-validate/v1",
        "FAILED",
    )
    assert told["documents"][0]["failures"][0]["test"] == "6.1.16"


@pytest.mark.usefixtures("folder")
def test_long_lists_are_cut_on_a_terminal() -> None:
    many = [f"P{number}" for number in range(10, 40)]
    document = changed(csaf(), {"vulnerabilities.0.product_status.known_affected": many})
    Path("many.json").write_bytes(encoded(document))
    lines = run("validate", "many.json").stdout.splitlines()
    assert len([line for line in lines if line.startswith("  failed: ")]) == 21
    assert "  failed: 10 more (--json lists all)" in lines


@pytest.mark.usefixtures("folder")
def test_verify_a_folder() -> None:
    Path("one").mkdir()
    Path("one", NAME).write_bytes(Path(NAME).read_bytes())
    done = run("verify", "one")
    assert done.exit_code == 3
    assert done.stdout.splitlines() == [
        (
            f"  not checked: digest, {NAME}: neither .sha256 nor .sha512 is beside it "
            "(fetch them too)"
        ),
        f"  not checked: signature, {NAME}: no .asc is beside it (fetch it too)",
        "UNKNOWN  1 document in one",
    ]
    Path("one", f"{NAME}.sha256").write_text("0" * 64)
    done = run("verify", "one", "--json")
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (1, "FAILED")


@pytest.mark.usefixtures("folder")
def test_names_from_documents_write_nothing_to_the_terminal() -> None:
    Path("evil.json").write_bytes(encoded(changed(csaf(), {"document.tracking.id": "a\x1b[2Jb"})))
    assert "\x1b" not in run("validate", "evil.json").stdout
