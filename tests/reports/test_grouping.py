"""What shares a remedy is one step; nothing is lost on the way."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.finding import Location, Observation, Severity
from assay.findings.reach import Level, Scope, Sight, make_reach
from assay.policy.metadata import Effect
from assay.reports.grouping import (
    FindingGroup,
    Point,
    Step,
    advised,
    blocking_gaps,
    by_identity,
    first_step,
    group_blank,
    group_findings,
    group_gaps,
    group_reasons,
)
from tests.reports import factory
from tests.reports.factory import FAILED, blank, finding, gap, reason, report, rule


def point(what: str, *places: str, severity: str = "") -> Point:
    return Point(severity=severity, what=what, places=places)


def test_one_remedy_is_one_step_and_one_reason_one_point() -> None:
    judged = rule(
        "r",
        FAILED,
        reason("x", "b.py:10", "Mend."),
        reason("x", "b.py:9", "Mend."),
        reason("y", "a.py", "Mend."),
        reason("x", "c.py", "Burn."),
    )
    assert group_reasons(judged, {}) == (
        Step(remedy="Mend.", points=(point("x", "b.py:9", "b.py:10"), point("y", "a.py"))),
        Step(remedy="Burn.", points=(point("x", "c.py"),)),
    )


def test_the_worst_findings_come_first_and_what_is_no_finding_last() -> None:
    low, unrated = finding("low", Severity.LOW), finding("unrated", Severity.UNKNOWN)
    judged = rule("r", FAILED, reason("blind"), factory.against(low), factory.against(unrated))
    steps = group_reasons(judged, by_identity((low, unrated)))
    assert [step.points for step in steps] == [
        (point("Title of unrated", "app/a.py:3", severity="unknown"),),
        (point("Title of low", "app/a.py:3", severity="low"),),
        (point("blind", "a.py"),),
    ]


def test_how_near_a_finding_is_stands_behind_it_and_decides_among_equals() -> None:
    far, near = finding("far", Severity.HIGH), finding("near", Severity.HIGH)
    sight = Sight(level=Level.CALLED, scope=Scope.TESTS, path="t.py", what="calls it")
    seen = make_reach(Level.DECLARED, (sight,), (), ())
    nothing = make_reach(Level.DECLARED, (), ("no file",), ())
    place = Location(path="lock")
    far, near = (
        replace(
            one,
            observations=(
                Observation(tool="osv", rule="CVE-1", message="m", location=place, reach=(reach,)),
            ),
        )
        for one, reach in ((far, nothing), (near, seen))
    )
    judged = rule("r", FAILED, factory.against(far), factory.against(near))
    steps = group_reasons(judged, by_identity((far, near)))
    told = [point.what for step in steps for point in step.points]
    assert told == ["Title of near (called in tests)", "Title of far"]
    titles = {group.title for group in group_findings((far, near))}
    assert titles == {"Title of near (called in tests)", "Title of far"}


def test_a_title_that_begins_like_another_severity_is_kept() -> None:
    found = finding("x", Severity.HIGH, text="low tide")
    [step] = group_reasons(rule("r", FAILED, factory.against(found)), by_identity((found,)))
    assert step.points == (point("low tide", "app/a.py:3", severity="high"),)


def test_open_gaps_come_before_accepted_ones_and_are_never_mixed() -> None:
    gaps = (gap("a", accepted="for now"), gap("b"), gap("c", accepted="for ever"), gap("d"))
    why, remedy = "file: bandit: syntax error", "make it valid Python"
    assert group_gaps(gaps) == (
        Step(remedy=remedy, points=(point(why, "b", "d"),)),
        Step(remedy=remedy, accepted="for now", points=(point(why, "a"),)),
        Step(remedy=remedy, accepted="for ever", points=(point(why, "c"),)),
    )


GAPS = st.lists(
    st.builds(
        NotChecked,
        **dict.fromkeys(("what", "where", "why", "remedy", "accepted"), st.sampled_from("ab")),
    )
)


@given(GAPS)
def test_no_gap_is_lost(gaps: list[NotChecked]) -> None:
    steps = group_gaps(gaps)
    assert sum(step.count for step in steps) == len(gaps)
    assert len({(step.remedy, step.accepted) for step in steps}) == len(steps)


def test_equal_findings_are_one_group() -> None:
    one, two = finding("x", path="b.py", line=10), finding("x", path="b.py", line=9)
    other = finding("x", Severity.LOW, path="b.py", line=9)
    assert group_findings((one, two, other)) == (
        FindingGroup(
            severity=Severity.HIGH,
            title="Title of x",
            rule="bandit/x",
            remedy="Remedy of x.",
            references=one.references,
            places=("b.py:9", "b.py:10"),
        ),
        FindingGroup(
            severity=Severity.LOW,
            title="Title of x",
            rule="bandit/x",
            remedy="Remedy of x.",
            references=one.references,
            places=("b.py:9",),
        ),
    )


def test_numbers_of_any_length_can_be_sorted() -> None:
    places = ("9" * 5000, "10", "9", "a" + "0" * 30, "")
    reasons = (reason("x", place, "Mend.") for place in places)
    [step] = group_reasons(rule("r", FAILED, *reasons), {})
    assert step.points[0].places[:3] == ("", "9", "10")
    assert step.count == 5


def test_the_first_step_is_that_against_the_worst_of_the_worst_rule() -> None:
    step = first_step(factory.refused())
    assert step is not None
    assert (step.what, step.where, step.remedy, step.others) == (
        "critical Title of leak",
        "k.env:3",
        "Remedy of leak.",
        5,
    )


def test_without_a_refusal_the_first_step_is_what_the_gate_could_not_read() -> None:
    report = factory.blind()
    [gaps] = blocking_gaps(report)
    step = first_step(report)
    assert step is not None
    assert (step.what, step.remedy, step.others) == (
        "statement: cannot be read",
        "Record it again.",
        0,
    )
    assert gaps.remedy == step.remedy


def test_a_pass_leaves_nothing_to_do_first() -> None:
    assert first_step(factory.passed()) is None
    assert blocking_gaps(factory.passed()) == ()
    assert first_step(factory.report()) is None


def test_gaps_block_by_themselves_only_where_no_rule_speaks_of_them() -> None:
    assert blocking_gaps(factory.unknown()) == ()
    accepted = gap("x", accepted="for now")
    report = factory.report(rule("r", Verdict.PASSED), not_checked=(accepted, gap("y")), blind=True)
    assert [step.points[0].places for step in blocking_gaps(report)] == [("y",)]


def test_rules_without_evidence_are_one_step_where_they_only_advise() -> None:
    judged = rule("judged", Verdict.UNKNOWN, reason("a", "source.judged"), effect=Effect.ADVISE)
    waived = blank("waived", effect=Effect.ENFORCE, waived=True)
    enforced = blank("enforced", effect=Effect.ENFORCE)
    of = report(blank("one"), blank("two"), judged, waived, enforced)
    assert group_blank(of) == (
        Step(
            remedy="Ask the forge.",
            points=(point("Title of one", "source.one"), point("Title of two", "source.two")),
        ),
    )
    assert advised(of) == (judged, waived)
    assert group_blank(report(judged)) == ()
