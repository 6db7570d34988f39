"""The report about a kit: choosing a format, and writing it to a file or to stdout."""

import sys
from pathlib import Path
from typing import Final

from assay.operations.verify_kit import KitVerified
from assay.reports.jsontext import render_json
from assay.reports.write import report_format
from assay.system.files import save_file

AUDIT_FORMATS: Final = ("text", "json", "html")


def audit_format(name: str) -> str:
    """Return the format that a word or a file's ending means.

    Raises:
        UsageError: None.
    """
    return report_format(name, AUDIT_FORMATS)


def render_audit(found: KitVerified, kind: str) -> bytes:
    """Return the report about a kit in the format `kind`."""
    match kind:
        case "html":
            from assay.reports.audithtml import (  # noqa: PLC0415  # Jinja only where used
                render_audit_html,
            )

            return render_audit_html(found)
        case "json":
            return render_json({"schema": "assay.audit-verify/v1"} | found.as_json())
        case _:
            from assay.reports.audittext import (  # noqa: PLC0415  # Rich only where used
                render_audit_text,
            )

            return render_audit_text(found)


def write_audit(found: KitVerified, kind: str, target: Path) -> None:
    """Write the report about a kit in the format `kind` to `target`.

    Raises:
        UnavailableError: It cannot be written.
    """
    save_file(target, render_audit(found, kind))


def print_audit(found: KitVerified, kind: str) -> None:
    """Print the report about a kit on stdout; text in colour where stdout is a terminal."""
    if kind == "text":
        from assay.reports import audittext  # noqa: PLC0415  # Rich only where used

        audittext.print_audit(found)
        return
    sys.stdout.buffer.write(render_audit(found, kind))
    sys.stdout.flush()
