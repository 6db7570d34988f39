"""Which format a word or a file's ending means, and that each of them can be written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from assay.core.errors import UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.reports.write import (
    FORMATS,
    print_report,
    render_report,
    report_format,
    write_report,
)
from tests.findings.sarifshape import SHAPE
from tests.reports import factory
from tests.reports.hostile import HOSTILE

VALIDATOR = Draft202012Validator(SHAPE)

NAMES = {
    "text": "text",
    "json": "json",
    "sarif": "sarif",
    "html": "html",
    "markdown": "markdown",
    ".htm": "html",
    ".HTML": "html",
    ".md": "markdown",
    ".txt": "text",
}


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_a_word_or_an_ending_means_a_format(name: str, kind: str) -> None:
    assert report_format(name) == kind


@pytest.mark.parametrize("name", ["", "pdf", ".csv", "html\x1b"])
def test_other_words_are_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        report_format(name)
    assert str(caught.value) == (
        f"[usage] unknown report format {name!r} (one of: text, json, sarif, html, "
        "markdown, codequality, .html, .htm, .json, .sarif, .md, .txt, .codequality)"
    )


STARTS = {
    "text": b"FAILED   2 of 4",
    "codequality": b'[{"check_name":',
    "json": b'{"branch":"main"',
    "sarif": b'{"$schema":',
    "html": b"<!doctype html>\n<html",
    "markdown": "# ❌ FAILED: shop\n".encode(),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_is_written_the_same_every_time(kind: str, tmp_path: Path) -> None:
    report = factory.refused()
    write_report(report, kind, tmp_path / "report")
    written = (tmp_path / "report").read_bytes()
    assert written.startswith(STARTS[kind])
    assert written == render_report(report, kind)
    assert written.endswith(b"\n")


def as_path(text: str) -> str:
    """Return what Python makes of a path in a commit, which is never absolute, of these bytes."""
    return "d/" + text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE.map(as_path))
def test_sarif_is_one_strict_document_of_printable_text(text: str) -> None:
    shown = render_report(factory.hostile(text), "sarif")
    assert shown.decode().removesuffix("\n").isprintable()
    document = parse_json(shown, max_bytes=10**7)
    assert list(VALIDATOR.iter_errors(document)) == []
    [run] = JsonValue(document).field("runs").items()
    [result] = run.field("results").items()
    assert result.field("level").text() == "error"


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_printed_is_what_is_written(
    kind: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    report = factory.unknown()
    print_report(report, kind)
    assert capsysbinary.readouterr().out == render_report(report, kind)
