"""The SARIF of a check: what its scanners found in the commit, for code scanning services."""

import gzip
from collections.abc import Iterable
from typing import Final

from assay.findings.sarif import MAX_RESULTS, Examined, render_sarif
from assay.findings.scanreport import ScanReport
from assay.operations.checkreport import CheckReport
from assay.reports.jsontext import render_json

MAX_UPLOAD_BYTES: Final = 10 * 2**20  # of the file, compressed: GitHub refuses a larger one
_FEWEST: Final = 100  # results of a run that are kept whatever the file weighs
_FETCHED: Final = ("https://", "http://", "ssh://", "git://")  # what a service can make a link of


def render_check(report: CheckReport) -> bytes:
    """Return the SARIF log of `report`, within the limits of an upload."""
    uri = report.gate.resource_uri
    about = Examined(
        commit=report.commit,
        repository_uri=uri if uri.startswith(_FETCHED) else "",
        branch=report.branch,
        waivers=report.set_aside,
    )
    return render_sarif_file(report.reports, about)


def render_sarif_file(
    reports: Iterable[ScanReport], about: Examined, *, max_bytes: int = MAX_UPLOAD_BYTES
) -> bytes:
    """Return the log of `reports` as JSON that has at most `max_bytes` when it is compressed.

    Where it would have more, every run keeps half as many of its worst results, and says so.
    """
    known, results = tuple(reports), MAX_RESULTS
    while True:
        data = render_json(render_sarif(known, about, max_results=results))
        if results <= _FEWEST or len(gzip.compress(data, mtime=0)) <= max_bytes:
            return data
        results //= 2
