from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assay.findings.finding import Finding, Severity
from assay.findings.fingerprint import Sighting, name_sightings
from assay.findings.fixes.edit import Edit, Fix
from assay.findings.merge import merge_findings
from assay.findings.place import Place
from tests.findings.test_fingerprint import SIGHTING

FIX = Fix(
    description="Pin it.",
    edits=(Edit(path="a.py", line=3, column=1, end_line=3, end_column=4, text="x"),),
)

SIGHTINGS = st.builds(
    replace,
    st.just(SIGHTING),
    rule=st.sampled_from(["bandit/B602", "ruff/S602", "semgrep/shell", "bandit/B307"]),
    path=st.sampled_from(["a.py", "./a.py", "b.py"]),
    line=st.integers(1, 3),
    severity=st.sampled_from(Severity),
    message=st.sampled_from(["Shell.", "A shell."]),
    place=st.builds(Place, st.sampled_from(["x", "y"]), st.just(""), st.integers(0, 1)),
    references=st.sampled_from([(), ("CWE-78",), ("https://b.example", "https://a.example")]),
    fixes=st.sampled_from([(), (FIX,)]),
)
FINDINGS = st.lists(SIGHTINGS, max_size=8).map(
    lambda sightings: tuple(f for s in sightings for f in name_sightings([s]))
)


@given(FINDINGS, FINDINGS, FINDINGS)
def test_merging_is_associative(
    one: tuple[Finding, ...], two: tuple[Finding, ...], three: tuple[Finding, ...]
) -> None:
    left = merge_findings((*merge_findings((*one, *two)), *three))
    right = merge_findings((*one, *merge_findings((*two, *three))))
    assert left == right == merge_findings((*one, *two, *three))


@given(FINDINGS, FINDINGS)
def test_merging_is_commutative(one: tuple[Finding, ...], other: tuple[Finding, ...]) -> None:
    assert merge_findings((*one, *other)) == merge_findings((*other, *one))


@given(FINDINGS)
def test_merging_is_idempotent(findings: tuple[Finding, ...]) -> None:
    merged = merge_findings(findings)
    assert merge_findings(merged) == merged == merge_findings((*findings, *merged))


@given(FINDINGS)
def test_nothing_observed_is_lost_or_made_up(findings: tuple[Finding, ...]) -> None:
    merged = merge_findings(findings)
    seen = {(f.identity, item) for f in findings for item in f.observations}
    kept = [(f.identity, item) for f in merged for item in f.observations]
    assert len(kept) == len(set(kept))
    assert set(kept) == seen
    places = {(f.identity, place) for f in findings for place in f.locations}
    assert {(f.identity, place) for f in merged for place in f.locations} == places


@given(FINDINGS)
def test_no_finding_spans_files_or_families(findings: tuple[Finding, ...]) -> None:
    for finding in merge_findings(findings):
        assert len({seen.location.path for seen in finding.observations}) == 1
        tests = {seen.rule for seen in finding.observations}
        assert tests == {"B307"} or "B307" not in tests


@given(FINDINGS)
def test_the_worst_that_anybody_said_is_shown(findings: tuple[Finding, ...]) -> None:
    for merged in merge_findings(findings):
        same = [f for f in findings if f.identity == merged.identity]
        assert merged.severity.rank == min(f.severity.rank for f in same)
        shown = {(f.rule, f.title, f.severity, f.message, f.remedy) for f in same}
        lead = (merged.rule, merged.title, merged.severity, merged.message, merged.remedy)
        assert lead in shown


def test_three_tools_at_one_place_are_one_finding() -> None:
    """bandit, ruff and semgrep name the same call by three rules and three texts."""

    def saw(rule: str, message: str, severity: Severity) -> tuple[Finding, ...]:
        sighting: Sighting = replace(
            SIGHTING,
            rule=rule,
            message=message,
            severity=severity,
            place=Place("subprocess.run(x, shell=True)", "f", 0),
            weaknesses=() if rule.startswith("ruff") else ("CWE-78",),
        )
        return name_sightings([sighting])

    (finding,) = merge_findings(
        (
            *saw("bandit/B602", "subprocess call with shell=True", Severity.HIGH),
            *saw("ruff/S602", "shell=True identified", Severity.UNKNOWN),
            *saw("semgrep/python.shell-true", "Found subprocess", Severity.MEDIUM),
        )
    )
    assert [seen.tool for seen in finding.observations] == ["bandit", "ruff", "semgrep"]
    assert (finding.severity, finding.rule) == (Severity.UNKNOWN, "ruff/S602")
