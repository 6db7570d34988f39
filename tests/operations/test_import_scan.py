"""`assay scan import`: reports of others are recorded as such, count against, and never for."""

import json
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.gates.reading import IMPORTED_TYPE
from assay.operations.checkreport import CheckReport
from assay.operations.import_scan import ScansImported, import_scans
from assay.operations.replay_verdict import replay_verdict
from tests.operations.run import check, clock, ledger, told
from tests.operations.site import Site
from tests.scan.imports.logs import location, log, result

RULE = "source.imported-scans"


def write(site: Site, *results: object, name: str = "report.sarif", **run: object) -> Path:
    path = site.folder / name
    path.write_text(json.dumps(log(*results, **run)))  # type: ignore[arg-type]  # fields by name
    return path


def imported(site: Site, *reports: Path, tool: str = "", hours: float = 0) -> ScansImported:
    return import_scans(
        site.top, reports, tool=tool, ran_by="the pipeline", clock=clock(hours=hours)
    )


def verdict_of(report: CheckReport, rule: str) -> Verdict:
    (judged,) = [one for one in report.gate.decision.rules if one.result.rule.id == rule]
    return judged.result.verdict


def test_report_is_recorded_with_where_it_comes_from(here: Site) -> None:
    invocation = {"executionSuccessful": True, "endTimeUtc": "2026-05-31T10:00:00.5Z"}
    place = location("/builds/shop/app.py", 2)
    report = write(here, result(locations=[place]), invocations=[invocation])
    done = imported(here, report)
    (one,) = done.scans
    source, found = one.scan.provenance, one.scan.report.findings
    assert (source.file, source.ran_by) == ("report.sarif", "the pipeline")
    assert source.ran_at == "2026-05-31T10:00:00Z"
    assert [str(f.locations[0].path) for f in found] == ["app.py"]
    assert done.not_checked == ()
    with ledger(here) as opened:
        (kept,) = opened.verified(
            subject=done.subject.digest, role="importer", predicate_type=IMPORTED_TYPE
        )
    assert kept.predicate().field("imported").field("digest").text() == str(source.digest)


def test_serious_finding_counts_and_no_clean_report_drowns_it_or_is_a_scan(here: Site) -> None:
    imported(here, write(here, result(level="error")))
    imported(here, write(here, name="again.sarif"), hours=1)
    imported(here, write(here, name="code.sarif", driver={"name": "code"}), hours=1)
    saved = here.folder / "verdict.json"
    report = check(here, hours=2, save_verdict=saved)
    assert report.verdict is Verdict.FAILED
    assert verdict_of(report, RULE) is Verdict.FAILED
    facts = {one.title for one in report.evidence if one.predicate_type == IMPORTED_TYPE}
    assert facts == {"scan: imported/tool", "scan: imported/code"}
    scans = {one.title for one in report.evidence if one.predicate_type != IMPORTED_TYPE}
    assert "scan: code" in scans  # our own; the other one is none
    assert replay_verdict(str(saved), here.top, clock=clock(hours=3)).verdict is Verdict.FAILED


def test_all_reports_or_none(here: Site) -> None:
    good, bad = write(here, result()), here.folder / "bad.json"
    bad.write_text("[]")
    with ledger(here) as opened:
        before = opened.store.size
    with pytest.raises(AssayError) as caught:
        imported(here, good, bad)
    assert told(caught.value, here).startswith(
        "[malformed] no report in a format that is known, at '{}/bad.json' (it can be of sarif, "
    )
    with ledger(here) as opened:
        assert opened.store.size == before


REFUSED = {
    "no such format": ("x", "[usage] no format 'x', at '{}/report.sarif' (one of sarif, bandit, "),
    "another format": ("gitleaks", "[malformed] no report of gitleaks, at '{}/report.sarif' ("),
}


@pytest.mark.parametrize(("tool", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(tool: str, message: str, here: Site) -> None:
    with pytest.raises(AssayError) as caught:
        imported(here, write(here), tool=tool)
    assert told(caught.value, here).startswith(message)


def test_no_report_is_refused(here: Site) -> None:
    with pytest.raises(AssayError) as caught:
        imported(here)
    assert str(caught.value) == "[usage] no report (name the files that the tools wrote)"


TIMES = {
    "none": (None, "when the tool ran: it does not say so"),
    "a time to come": ("2026-06-01T13:00:00Z", "when the tool ran: it says '2026-06-01T13:00:00Z'"),
    "a time without its zone": (
        "2026-05-31T10:00:00",
        "when the tool ran: it says '2026-05-31T10:00:00'",
    ),
}


@pytest.mark.parametrize(("ended", "why"), TIMES.values(), ids=TIMES)
def test_time_that_cannot_be_believed_is_not_checked(
    ended: str | None, why: str, here: Site
) -> None:
    invocation = {"executionSuccessful": True, "endTimeUtc": ended}
    done = imported(here, write(here, invocations=[invocation]))
    assert done.scans[0].scan.provenance.ran_at == ""
    assert [gap.why for gap in done.not_checked] == [why]
