"""The wheel shows each task once, by its state, and nothing from outside can break out of it."""

import xml.etree.ElementTree as ET  # what is parsed is our own output

from assay.core.verdict import Verdict
from assay.reports.wheel import Segment, render_wheel


def segment(
    task: str,
    state: Verdict,
    *,
    title: str = "title",
    passed: int = 0,
    failed: int = 0,
    part: int = 0,
) -> Segment:
    return Segment(
        group=task[:2],
        id=task,
        title=title,
        state=state,
        wanted=2,
        passed=passed,
        failed=failed,
        in_part=part,
    )


def test_each_task_is_one_segment_of_its_state() -> None:
    root = ET.fromstring(
        render_wheel(
            (
                segment("PO.1.1", Verdict.PASSED, passed=2),
                segment("PO.1.2", Verdict.FAILED, passed=1, failed=1),
                segment("PS.1.1", Verdict.UNKNOWN, passed=1, part=1),
                segment("PS.2.1", Verdict.UNKNOWN),
            )
        )
    )
    groups = [g for g in root.iter("g") if g.get("class") == "segment"]
    names = [g.findtext("title") for g in groups]
    assert names == [
        "PO.1.1 title: met. Kinds of evidence: 2 wanted, 2 passed",
        "PO.1.2 title: not met. Kinds of evidence: 2 wanted, 1 passed, 1 failed",
        "PS.1.1 title: unknown. Kinds of evidence: 2 wanted, 1 passed, 1 seen in part",
        "PS.2.1 title: unknown. Kinds of evidence: 2 wanted, none seen",
    ]
    classes = [[path.get("class") for path in g.iter("path")] for g in groups]
    assert classes == [["met"], ["notmet"], ["unknown", "partly"], ["unknown"]]
    assert [t.text for t in root.iter("text")] == ["✓", "✗", "PO", "PS", "1", "of 4 tasks met"]
    assert root.get("aria-label") == "1 of 4 tasks met; the table below has every task"


def test_what_was_seen_fills_a_segment_from_the_inside() -> None:
    assert segment("PO.1.1", Verdict.UNKNOWN).share == 0
    assert segment("PO.1.1", Verdict.UNKNOWN, part=1).share == 0.25
    assert segment("PO.1.1", Verdict.UNKNOWN, passed=1).share == 0.5
    assert segment("PO.1.1", Verdict.UNKNOWN, passed=1, part=1).share == 0.75
    nothing = Segment(group="PO", id="PO.1", title="t", state=Verdict.UNKNOWN, wanted=0)
    assert nothing.share == 0


def test_a_title_cannot_break_out() -> None:
    hostile = '</title><script>alert("x")</script>'
    root = ET.fromstring(
        render_wheel((segment("PO.1.1", Verdict.PASSED, title=hostile, passed=2),))
    )
    assert [g.findtext("title") for g in root.iter("g")] == [
        f"PO.1.1 {hostile}: met. Kinds of evidence: 2 wanted, 2 passed"
    ]
    assert list(root.iter("script")) == []


def test_no_task_at_all_still_draws() -> None:
    assert "of 0 tasks met" in render_wheel(())
