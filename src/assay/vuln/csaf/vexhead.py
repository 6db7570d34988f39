"""The part of a CSAF document that we write which is about the document itself."""

from datetime import datetime
from typing import Final
from urllib.parse import quote

from assay.core.errors import MalformedError
from assay.vuln.csaf.urls import url_parts
from assay.vuln.csaf.vexlosses import ROLES
from assay.vuln.csaf.vexread import VERSION
from assay.vuln.vex.statement import VexDocument
from assay.vuln.vex.targets import exact_time

MAX_REVISIONS: Final = 1000  # each is an entry of the history, which may have no gap


def release_times(document: VexDocument) -> tuple[datetime, datetime]:
    """Return when the document was first released, and last."""
    times = [one.dated_at for one in document.statements if one.dated_at is not None]
    first = document.issued_at or min(times, default=None)
    if first is None:
        raise MalformedError("neither the document nor a statement says when")
    return first, max([document.updated_at or first, first, *times])


def about_document(
    document: VexDocument, *, identifier: str, first: datetime, last: datetime
) -> dict[str, object]:
    """Return the object `document`."""
    role = document.role if document.role in ROLES else "other"
    tracking: dict[str, object] = {
        "current_release_date": exact_time(last),
        "id": identifier,
        "initial_release_date": exact_time(first),
        "revision_history": _history(max(document.version, 1), first, last),
        "status": "final",
        "version": str(max(document.version, 1)),
    }
    if document.tooling:
        tracking["generator"] = {"engine": {"name": document.tooling}}
    return {
        "category": "csaf_vex",
        "csaf_version": VERSION,
        "publisher": {
            "category": role,
            "name": document.author or "unknown",
            "namespace": _namespace(document),
        },
        "title": f"VEX document {identifier}",
        "tracking": tracking,
    }


def _history(version: int, first: datetime, last: datetime) -> list[dict[str, object]]:
    """Return an entry for each version; of those between nobody knows more than the first date."""
    if version > MAX_REVISIONS:
        raise MalformedError(f"version {version}, where {MAX_REVISIONS} revisions are written")
    return [
        {
            "date": exact_time(last if number == version else first),
            "number": str(number),
            "summary": "First version." if number == 1 else "The statements were revised.",
        }
        for number in range(1, version + 1)
    ]


def _namespace(document: VexDocument) -> str:
    """Return the namespace of the publisher: the origin of the document's id, or a name of ours."""
    parts = url_parts(document.id) if document.id.startswith(("https://", "http://")) else None
    if parts is not None and parts.netloc and parts.netloc.isascii():
        return f"{parts.scheme}://{quote(parts.netloc, safe=':.-')}"
    return f"urn:assay:publisher:{quote(document.author or 'unknown', safe='')}"
