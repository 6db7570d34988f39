"""The HTML report of an audit: does the kit hold, what was proven, and what nobody checked."""

from assay.operations.verify_kit import KitVerified
from assay.reports.auditview import audit_view
from assay.reports.page import render_page


def render_audit_html(found: KitVerified) -> bytes:
    """Return the page."""
    return render_page("audit.html.j2", audit_view(found), styles=("check.css", "audit.css"))
