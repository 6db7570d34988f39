"""Checking one commit again: what takes the place of what, and that a red is not run away."""

from dataclasses import replace
from typing import Final

from assay.core.digest import Digest
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement
from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.findings.finding import Finding, Kind, Location, Severity, identity_of
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.findings.scanreport import ScanReport
from assay.gates.reading import SUPERSESSION_TYPE, read_replacements
from assay.operations.checkreport import CheckReport
from assay.operations.collect import commit_subject
from assay.operations.list_log import list_log
from assay.operations.manage_advisories import import_advisories
from assay.operations.material import POLICY_TYPE
from assay.source.repository import open_repository
from tests.operations.run import AT, HOUR, check, clock, ledger, recorder
from tests.operations.site import Site, write_advisories

RED: Final = Finding(
    identity=identity_of(Kind.SECRET, "red"),
    kind=Kind.SECRET,
    rule="assay/example",
    title="A token",
    severity=Severity.CRITICAL,
    message="A token stands here.",
    remedy="Revoke it.",
    locations=(Location(path="app.py", line=1),),
)


def scan_of(report: CheckReport, scanner: str) -> ScanReport:
    return next(one for one in report.reports if one.scanner == scanner)


def record_scan(site: Site, scan: ScanReport, *, hours: float) -> Digest:
    """Record the report of a scanner as `assay check` does; return the statement's digest."""
    subject = commit_subject(open_repository(site.top), "shop")
    statement = Statement(subjects=(subject,), predicate_type=SCAN_TYPE, predicate=scan.as_json())
    with recorder(site, hours=hours) as opened:
        [receipt] = opened.record((statement,), role="collector")
    return receipt.digest


def replaced(site: Site, *, hours: float) -> dict[str, set[str]]:
    """Return the reasons of all supersessions about HEAD, and what each of them takes away."""
    subject = Digest("gitCommit", site.repo.head)
    found: dict[str, set[str]] = {}
    with ledger(site, hours=hours) as opened:
        for verified in opened.verified(
            subject=subject, role="collector", predicate_type=SUPERSESSION_TYPE
        ):
            for item in read_replacements(verified):
                found.setdefault(item.reason, set()).add(item.statement)
    return found


def test_an_equal_run_takes_the_place_of_the_one_before(here: Site) -> None:
    report = check(here, hours=1)
    assert report.verdict is Verdict.PASSED
    [(reason, gone)] = replaced(here, hours=1).items()
    assert reason == "observed again with equal inputs, and no finding is lost"
    assert len(gone) == 8  # repository facts, four scans, components, vulnerabilities, reviews
    assert len(report.evidence) == 17  # all of it is still there, and the supersession


def test_re_run_until_green_does_not_remove_the_red(here: Site) -> None:
    """A scan with a finding, then runs with equal inputs and without: it counts for ever."""
    green = scan_of(check(here, hours=1), "secrets")
    red = record_scan(here, replace(green, findings=(RED,), observed_at=AT + 2 * HOUR), hours=2)
    for hours in (3, 4, 5):
        report = check(here, hours=hours)
        assert report.verdict is Verdict.FAILED
        assert RED.identity in {reason.finding for _, reason in report.gate.decision.reasons}
        assert report.findings == ()  # this run itself was green
    assert str(red) not in set().union(*replaced(here, hours=5).values())


def test_a_run_with_other_inputs_takes_the_place_of_a_red(here: Site) -> None:
    """As after newer rules: the reason names the input."""
    green = scan_of(check(here, hours=1), "secrets")
    inputs = dict(green.inputs) | {"rules": "sha256:" + "00" * 32}
    older = replace(green, findings=(RED,), inputs=inputs, observed_at=AT + 2 * HOUR)
    red = record_scan(here, older, hours=2)
    assert check(here, hours=3).verdict is Verdict.PASSED
    assert replaced(here, hours=3)["observed again with other inputs: rules"] == {str(red)}


def test_newer_advisories_supersede_with_a_reason(here: Site) -> None:
    import_advisories(
        write_advisories(here.folder / "newer", package="leftpad-py"), clock=clock(hours=1)
    )
    report = check(here, hours=2)
    assert report.verdict is Verdict.FAILED
    assert [finding.kind for finding in report.findings] == [Kind.VULNERABILITY]
    reasons = replaced(here, hours=2)
    [advisories] = [reason for reason in reasons if "advisor" in reason or "PyPI" in reason]
    assert advisories.startswith("observed again with other inputs: ")
    assert len(reasons[advisories]) == 1
    import_advisories(
        write_advisories(here.folder / "newest", package="leftpad-py", fixed="0.9"),
        clock=clock(hours=3),
    )
    assert check(here, hours=4).verdict is Verdict.PASSED


def test_a_secret_beside_the_commit_that_was_removed(here: Site) -> None:
    """Another working tree is another input: once it is clean again, so is the verdict."""
    here.repo.write("notes.txt", "not committed\n")
    check(here, hours=1)
    (here.top / "notes.txt").unlink()
    assert check(here, hours=2).verdict is Verdict.PASSED
    assert any("workingTree" in reason for reason in replaced(here, hours=2))


def test_policy_and_trust_root_are_recorded_once(here: Site) -> None:
    for hours in (1, 2):
        check(here, hours=hours)
    listed = [entry.predicate_type for entry in list_log(here.top, clock=clock(hours=3))]
    assert (listed.count(POLICY_TYPE), listed.count(TRUST_ROOT_TYPE)) == (1, 1)


def test_another_commit_has_evidence_of_its_own(here: Site) -> None:
    green = scan_of(check(here, hours=1), "secrets")
    record_scan(here, replace(green, findings=(RED,), observed_at=AT + 2 * HOUR), hours=2)
    here.repo.commit("Another")
    report = check(here, hours=3)
    assert report.verdict is Verdict.PASSED
    assert len(report.evidence) == 8
