"""What others scanned, as rules read it: by tool, apart from what our own collectors saw.

* All imports of a tool count together: nothing that one of them found gets lost in another.
* What somebody accepted is listed as accepted, and does not count, as with our own scans.
* `age_hours` is there where every one of them tells when the tool ran, and is that of the oldest.
  The time of an import is no such time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from assay.core.clock import parse_time
from assay.findings.waiver import SetAside
from assay.gates.joining import join_reports
from assay.gates.reading import Evidence
from assay.gates.waivers import without_waived
from assay.scan.imports.predicate import PREFIX, ImportedScan


def join_imports(
    evidence: Iterable[Evidence], waivers: Mapping[str, SetAside], *, at: datetime
) -> dict[str, object]:
    """Return the union of what was imported of each tool; the order of `evidence` is no matter."""
    tools: dict[str, list[tuple[ImportedScan, tuple[str, ...]]]] = {}
    for item in sorted(evidence, key=lambda e: str(e.statement)):
        if item.imported is not None:
            name = item.imported.report.scanner.removeprefix(PREFIX)
            tools.setdefault(name, []).append((item.imported, item.signed_by))
    return {
        name: {
            **join_reports([without_waived(scan.report, waivers) for scan, _ in found], at=at),
            **_age([scan.provenance.ran_at for scan, _ in found], at),
            "statements": len(found),
            "signed_by": sorted({signer for _, signers in found for signer in signers}),
        }
        for name, found in sorted(tools.items())
    }


def _age(times: list[str], at: datetime) -> dict[str, object]:
    if not all(times):
        return {}
    oldest = min(parse_time(time) for time in times)
    return {"age_hours": max(0, (at - oldest) // timedelta(hours=1))}
