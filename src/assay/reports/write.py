"""Choosing a format, and writing it to a file or to stdout."""

import sys
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.operations.checkreport import CheckReport
from assay.reports.jsontext import render_json
from assay.system.files import save_file

FORMATS: Final = ("text", "json", "sarif", "html", "markdown", "codequality")
_ENDINGS: Final = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".sarif": "sarif",
    ".md": "markdown",
    ".txt": "text",
    ".codequality": "codequality",
}


def report_format(name: str, formats: tuple[str, ...] = FORMATS) -> str:
    """Return the one of `formats` that a word or a file's ending means.

    Raises:
        UsageError: None.
    """
    found = _ENDINGS.get(name.lower(), name)
    if found not in formats:
        known = ", ".join((*formats, *(end for end in _ENDINGS if _ENDINGS[end] in formats)))
        raise UsageError(f"unknown report format {name!r}", hint=f"one of: {known}")
    return found


def render_report(report: CheckReport, kind: str) -> bytes:
    """Return the report in the format `kind`."""
    match kind:
        case "html":
            from assay.reports.html import render_html  # noqa: PLC0415  # Jinja only where used

            return render_html(report)
        case "sarif":
            from assay.reports.sarif import render_check  # noqa: PLC0415  # only where used

            return render_check(report)
        case "codequality":
            from assay.findings.codequality import (  # noqa: PLC0415  # only where used
                render_code_quality,
            )

            return render_json(render_code_quality(report.reports, waivers=report.set_aside))
        case "json":
            from assay.reports.jsonreport import check_json  # noqa: PLC0415  # only where used

            return render_json(check_json(report))
        case "markdown":
            from assay.reports.markdown import render_markdown  # noqa: PLC0415  # only where used

            return render_markdown(report)
        case _:
            from assay.reports.text import render_text  # noqa: PLC0415  # Rich only where used

            return render_text(report)


def write_report(report: CheckReport, kind: str, target: Path) -> None:
    """Write the report in the format `kind` to `target`.

    Raises:
        UnavailableError: It cannot be written.
    """
    save_file(target, render_report(report, kind))


def print_report(report: CheckReport, kind: str) -> None:
    """Print the report on stdout; text in colour where stdout is a terminal."""
    if kind == "text":
        from assay.reports.text import print_text  # noqa: PLC0415  # Rich only where used

        print_text(report)
        return
    sys.stdout.buffer.write(render_report(report, kind))
    sys.stdout.flush()
