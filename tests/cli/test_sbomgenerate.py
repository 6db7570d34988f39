"""`assay sbom generate`, as a user runs it."""

import json
from pathlib import Path

import pytest
from typer.testing import Result

from assay.cli.sbom import app
from assay.core.errors import AssayError
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.formats.writer import FORMATS
from tests.fakes.typed import run_typed
from tests.sbom.test_survey import MIXED


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shop"
    for path, data in {**MIXED, "broken.jar": b"x"}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o755)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")


def run(*words: str) -> Result:
    return run_typed(app, "sbom", "generate", *words)


def test_the_document_goes_to_standard_output() -> None:
    result = run()
    assert result.exit_code == 0
    assert json.loads(result.stdout)["metadata"]["component"]["name"] == "shop"
    assert result.stderr == ""


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_can_be_read_again(form: str) -> None:
    result = run("--format", form)
    found = parse_sbom(result.stdout_bytes)
    assert sorted(part.purl for part in found.components if part.purl) == [
        "pkg:apk/alpine/musl@1.2?arch=x86_64&distro=alpine-3.19",
        "pkg:golang/example.com/a/v2@v2.0.1",
        "pkg:golang/example.com/fork@v1.0.1",
        "pkg:golang/example.com/shop@v1.2.0",
        "pkg:golang/stdlib@1.22.1",
        "pkg:npm/a@1.0.0",
        "pkg:pypi/b@1",
    ]


def test_who_makes_it_and_when_in_the_life_of_the_software() -> None:
    said = parse_sbom(run("--organisation", "Shop Inc", "--phase", "build").stdout_bytes)
    assert (said.organisations, said.phases) == (("Shop Inc",), ("build",))
    assert parse_sbom(run().stdout_bytes).phases == ("pre-build", "post-build")


NOTE = "Java archive, broken.jar: no sound zip archive: File is not a zip file"


def test_into_a_file_it_says_what_it_could_not_tell() -> None:
    result = run("--output", "../sbom.json")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == "../sbom.json: 8 components of shop"
    assert second.startswith(f"  not checked: {NOTE} (")


def test_into_a_file_for_machines() -> None:
    document = json.loads(run("--output", "../sbom.json", "--json").stdout)
    assert document["schema"] == "assay.sbom-generate/v1"
    assert [gap["where"] for gap in document["notChecked"]] == ["broken.jar"]


REFUSED = {
    "absent": (("none",), "[usage] no such folder or file, at none (an image is oci:…, docker-archive:…, registry:…)"),
    "layout": (("oci:.",), "[usage] no such file, at oci-layout"),
    "archive": (("docker-archive:broken.jar",), "[malformed] the archive breaks off, at broken.jar.byte 0"),
    "reference": (
        ("registry:alpine",),
        "[usage] no name of an image, at alpine (HOST/NAME:TAG or HOST/NAME@sha256:…, such as docker.io/library/alpine:3.20)",
    ),
    "phase": (
        ("--phase", "later"),
        "[usage] 'later' is no phase, at --phase (there are design, pre-build, build, post-build, operations, discovery, decommission)",
    ),
    "organisation": (("--organisation", " "), "[usage] a name is empty, at --organisation"),
    "platform": ((".", "--platform", "linux/amd64"), "[usage] only an image has platforms (leave out --platform)"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert isinstance(result.exception, AssayError)
    assert str(result.exception) == message
