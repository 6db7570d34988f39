"""The HTML report of a check: what stands in the way and what to do, readable at a glance."""

from assay.operations.checkreport import CheckReport
from assay.reports.htmlview import page_view
from assay.reports.page import render_page


def render_html(report: CheckReport) -> bytes:
    """Return the page."""
    return render_page("check.html.j2", page_view(report), styles=("check.css",))
