from dataclasses import replace

import pytest
from hypothesis import given

from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.finding import Finding, Location
from assay.findings.merge import merge_findings
from assay.findings.sarif import Examined, render_sarif
from assay.findings.sarifread import parse_own_sarif
from assay.findings.scanreport import ScanReport
from tests.findings.sarifrun import WAIVER
from tests.findings.test_merge import FINDINGS
from tests.findings.test_scanreport import REPORT

ABOUT = Examined(commit="0" * 40, waivers={WAIVER.finding: WAIVER})


def written(*reports: ScanReport) -> bytes:
    return render_canonical_json(render_sarif(reports, ABOUT))


@given(FINDINGS)
def test_round_trip(findings: tuple[Finding, ...]) -> None:
    """Identity, severity, places, what every tool said, fixes, gaps: nothing is lost."""
    report = replace(REPORT, findings=merge_findings(findings))
    (read,) = parse_own_sarif(written(report))
    assert read.as_json() == report.as_json()


def test_several_scanners_are_several_reports() -> None:
    other = replace(REPORT, scanner="workflows", findings=())
    assert [r.scanner for r in parse_own_sarif(written(REPORT, other))] == ["code", "workflows"]


def test_what_was_left_out_was_not_checked() -> None:
    findings = tuple(replace(REPORT.findings[0], identity=f"weakness/v1:{n}") for n in range(5))
    log = render_sarif([replace(REPORT, findings=findings, not_checked=())], ABOUT, max_results=2)
    (read,) = parse_own_sarif(render_canonical_json(log))
    assert len(read.findings) == 2
    assert read.not_checked == (lost(3),)


@pytest.mark.parametrize("path", ["\udcff.py", "a\u202eb.py", "a](b"])
def test_what_no_viewer_may_see_was_not_checked(path: str) -> None:
    odd = replace(REPORT.findings[0], locations=(Location(path=path, line=1),))
    (read,) = parse_own_sarif(written(replace(REPORT, findings=(odd,), not_checked=())))
    assert read.findings == ()
    assert read.not_checked == (lost(1),)


def lost(count: int) -> NotChecked:
    return NotChecked(
        what="findings",
        where="code",
        why=f"{count} things are not in the file, or cannot be read from it",
        remedy="ask for Assay's own report of the check",
    )


DIFFER = "[malformed] the standard members and assayFinding differ, at runs[0].results[0]"
CHANGES = {
    "level": (b'"level":"error"', b'"level":"note"', DIFFER),
    "identity": (b'"assayFindingId/v1":"weakness', b'"assayFindingId/v1":"weakXess', DIFFER),
    "line": (b'"startLine":3', b'"startLine":4', DIFFER),
    "version": (
        b'"version":"2.1.0"',
        b'"version":"2.0.0"',
        "[malformed] not SARIF 2.1.0, at version",
    ),
    "others": (b'"scanner":', b'"scan":', "[malformed] no scanner, at runs[0].properties.scanner"),
}


@pytest.mark.parametrize(("old", "new", "message"), CHANGES.values(), ids=CHANGES)
def test_refused(old: bytes, new: bytes, message: str) -> None:
    """Nobody who reads only the standard members may see another result."""
    data = written(REPORT)
    assert old in data
    parse_json(data.replace(old, new), max_bytes=10**7)
    with pytest.raises(MalformedError) as caught:
        parse_own_sarif(data.replace(old, new))
    assert str(caught.value) == message
