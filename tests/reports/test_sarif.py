import gzip
import hashlib
from dataclasses import replace

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.finding import Severity
from assay.findings.sarif import Examined
from assay.reports.sarif import render_check, render_sarif_file
from tests.findings.sarifrun import COMMIT, VALIDATOR, notifications
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT
from tests.reports import factory


def test_file_too_large_for_an_upload_keeps_the_worst() -> None:
    findings = tuple(
        replace(
            FINDING,
            identity=f"weakness/v1:{n:032x}",
            severity=Severity.HIGH if n % 10 == 0 else Severity.LOW,
            message=hashlib.sha256(b"%d" % n).hexdigest() * 4,
        )
        for n in range(1_000)
    )
    report = replace(REPORT, findings=findings, not_checked=())
    data = render_sarif_file([report], Examined(commit=COMMIT), max_bytes=60_000)
    assert len(gzip.compress(data)) <= 60_000
    (run,) = JsonValue(parse_json(data, max_bytes=50_000_000)).field("runs").items()
    VALIDATOR.validate(parse_json(data, max_bytes=50_000_000))
    kept = run.field("results").items()
    assert 100 <= len(kept) < 1_000
    assert [r.field("level").text() for r in kept[:100]] == ["error"] * 100
    ((name, _, text),) = notifications(run)
    assert (name, text.split()[0]) == ("left-out", str(1_000 - len(kept)))


def test_a_check_names_its_branch_and_repository() -> None:
    log = parse_json(render_check(factory.refused()), max_bytes=10**7)
    (run,) = JsonValue(log).field("runs").items()
    (provenance,) = run.field("versionControlProvenance").items()
    assert provenance.field("revisionId").text() == factory.refused().commit
    assert provenance.field("branch").text() == factory.refused().branch
