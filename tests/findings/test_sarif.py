from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding, Kind, Location, Severity
from assay.findings.sarif import (
    MAX_NOTIFICATIONS,
    MAX_RESULTS,
    MAX_RUNS,
)
from tests.findings.sarifrun import (
    COMMIT,
    CWE_78,
    GAP,
    hash_of,
    notifications,
    only_rule,
    only_run,
    sarif,
    succeeded,
)
from tests.findings.test_finding import FINDING
from tests.findings.test_scanreport import REPORT


def test_rule() -> None:
    finding = replace(FINDING, references=("CWE-78", "https://example.org/x#y"))
    assert only_rule(finding).value == {
        "id": "bandit/B602",
        "name": "BanditB602",
        "shortDescription": {"text": "A shell runs text"},
        "fullDescription": {"text": "A shell runs text. Use a list."},
        "help": {
            "text": "Use a list. CWE-78 https://example.org/x#y",
            "markdown": (
                "**A shell runs text**\n\nUse a list.\n\n* CWE-78\n* <https://example.org/x#y>"
            ),
        },
        "properties": {
            "tags": ["security", "external/cwe/cwe-078"],
            "precision": "high",
            "security-severity": "8.0",
        },
        "helpUri": "https://example.org/x#y",
        "relationships": [{"target": CWE_78, "kinds": ["relevant"]}],
    }


def test_run_says_what_ran_on_what() -> None:
    (run,) = sarif([REPORT], repository_uri="https://example.org/shop").field("runs").items()
    driver = run.field("tool").field("driver")
    assert driver.field("name").text() == "Assay code"
    assert driver.field("fullName").text() == "bandit 1.9.4, run by Assay"
    assert run.field("automationDetails").field("id").text() == "assay/code/"
    assert run.field("versionControlProvenance").value == [
        {
            "repositoryUri": "https://example.org/shop",
            "revisionId": COMMIT,
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]
    own = run.field("properties")
    assert own.field("commit").text() == COMMIT
    assert own.field("examined").value == {"files": 2}
    assert own.field("inputs").value == {"options": "sha256:0"}


def test_branch_is_named_where_it_is_known() -> None:
    (run,) = sarif([REPORT], repository_uri="https://e.org/x", branch="main").field("runs").items()
    (provenance,) = run.field("versionControlProvenance").items()
    assert provenance.field("branch").text() == "main"


def test_weaknesses_are_taxa_of_one_taxonomy() -> None:
    """Sections 3.14.8, 3.19.27: results and rules refer to the taxonomy of the run by index."""
    injection = replace(FINDING, identity="weakness/v1:1", references=("CWE-89", "CWE-0078"))
    plain = replace(FINDING, identity="weakness/v1:2", references=())
    run = only_run(replace(REPORT, findings=(FINDING, injection, plain)))
    (taxonomy,) = run.field("taxonomies").items()
    assert [taxon.field("id").text() for taxon in taxonomy.field("taxa").items()] == [
        "CWE-78",
        "CWE-89",
    ]
    told = [
        [taxon.field("id").text() for taxon in result.optional_items("taxa")]
        for result in run.field("results").items()
    ]
    assert told == [["CWE-78"], ["CWE-89", "CWE-78"], []]


def test_no_weakness_no_taxonomy() -> None:
    run = only_run(replace(REPORT, findings=(replace(FINDING, references=()),)))
    assert run.optional("taxonomies") is None
    assert run.field("tool").field("driver").optional("supportedTaxonomies") is None


def test_too_many_scanners_are_named() -> None:
    reports = [replace(REPORT, scanner=f"s{n:02}", not_checked=()) for n in range(MAX_RUNS + 2)]
    runs = sarif(reports).field("runs").items()
    assert len(runs) == MAX_RUNS
    assert notifications(runs[-1]) == [
        ("left-out", "error", "No run in this file, for it has 20: s20, s21.")
    ]
    assert [succeeded(run) for run in runs] == [True] * (MAX_RUNS - 1) + [False]


def test_repository_that_nobody_knows_is_left_out() -> None:
    assert only_run(REPORT).optional("versionControlProvenance") is None


def test_one_run_for_each_scanner_in_order() -> None:
    runs = sarif([REPORT, replace(REPORT, scanner="workflows")]).field("runs").items()
    names = [run.field("automationDetails").field("id").text() for run in runs]
    assert names == ["assay/code/", "assay/workflows/"]


def test_reports_of_one_scanner_are_one_run_that_drowns_nothing() -> None:
    """A service takes one run of a name; what the earlier report saw must be in it."""
    other = replace(FINDING, identity="weakness/v1:1")
    later = replace(
        REPORT,
        observed_at=REPORT.observed_at + timedelta(days=1),
        version="2.0",
        findings=(other, FINDING),
        not_checked=(),
    )
    for pair in ((REPORT, later), (later, REPORT)):
        run = only_run(*pair)
        marks = sorted(hash_of(result) for result in run.field("results").items())
        assert marks == ["weakness/v1:0", "weakness/v1:1"]
        assert not succeeded(run)
        assert run.field("tool").field("driver").field("version").text() == "2.0"


def test_no_report() -> None:
    assert sarif([]).field("runs").items() == ()


def test_rule_has_the_score_of_its_worst_finding() -> None:
    low = replace(FINDING, identity="weakness/v1:1", severity=Severity.LOW)
    run = only_run(replace(REPORT, findings=(low, FINDING)))
    (rule,) = run.field("tool").field("driver").field("rules").items()
    assert rule.field("properties").field("security-severity").text() == "8.0"


def test_gap_is_a_notification_and_no_success() -> None:
    run = only_run(replace(REPORT, findings=(), not_checked=(GAP,)))
    assert notifications(run) == [
        ("not-checked", "error", "Not checked: file b.py: it is odd. Mend it.")
    ]
    assert not succeeded(run)


def test_accepted_gap_is_a_note_and_a_success() -> None:
    accepted = replace(GAP, accepted="generated, until 2026-06-30")
    run = only_run(replace(REPORT, not_checked=(accepted,)))
    assert notifications(run) == [
        (
            "not-checked",
            "note",
            "Not checked: file b.py: it is odd. Mend it. Accepted: generated, until 2026-06-30",
        )
    ]
    assert succeeded(run)
    assert not succeeded(only_run(replace(REPORT, not_checked=(accepted, GAP))))


def test_everything_checked_is_a_success_without_notifications() -> None:
    run = only_run(replace(REPORT, not_checked=()))
    assert succeeded(run)
    assert notifications(run) == []


def test_too_many_gaps_are_counted() -> None:
    gaps = tuple(replace(GAP, where=f"{n}.py") for n in range(MAX_NOTIFICATIONS + 3))
    told = notifications(only_run(replace(REPORT, not_checked=gaps)))
    assert len(told) == MAX_NOTIFICATIONS + 1
    assert told[-1] == ("left-out", "error", "3 more things were not checked.")


def test_too_many_results_leave_out_the_mildest_and_say_so() -> None:
    severities = (Severity.LOW, Severity.HIGH)
    findings = tuple(
        replace(FINDING, identity=f"weakness/v1:{severity}{n}", severity=severity)
        for n in range(MAX_RESULTS // 2 + 2)
        for severity in severities
    )
    run = only_run(replace(REPORT, findings=findings, not_checked=()))
    levels = [result.field("level").text() for result in run.field("results").items()]
    assert len(levels) == MAX_RESULTS
    assert levels.count("error") == MAX_RESULTS // 2 + 2
    assert notifications(run) == [
        (
            "left-out",
            "warning",
            "4 more findings are not in this file; the report of Assay has them all.",
        )
    ]
    assert succeeded(run)


ANY = st.text(st.characters(codec=None), max_size=20)


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Finding,
        identity=ANY.map(lambda text: "weakness:" + ascii(text)),
        kind=st.sampled_from(Kind),
        rule=st.sampled_from(["a/b", "c"]),
        title=ANY,
        severity=st.sampled_from(Severity),
        message=ANY,
        remedy=ANY.map(lambda text: text + "!"),
        locations=st.lists(
            st.builds(
                Location,
                path=ANY.filter(lambda t: not t.startswith("/")),
                line=st.integers(-5, 2**31),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        references=st.lists(ANY, max_size=3).map(tuple),
    ),
    st.builds(NotChecked, what=ANY, where=ANY, why=ANY, remedy=ANY, accepted=ANY),
)
def test_whatever_was_found_is_sarif(finding: Finding, gap: NotChecked) -> None:
    sarif([replace(REPORT, findings=(finding,), not_checked=(gap,))])


def test_examined_may_be_any_mapping() -> None:
    run = only_run(replace(REPORT, examined=MappingProxyType({})))
    assert run.field("properties").field("examined").value == {}
