"""The wheel shows each task once, by its state, and nothing from outside can break out of it."""

import xml.etree.ElementTree as ET  # what is parsed is our own output

from assay.core.verdict import Verdict
from assay.reports.wheel import Segment, render_wheel

SVG = "{http://www.w3.org/2000/svg}"


def segment(task: str, state: Verdict, seen: int = 0, title: str = "title") -> Segment:
    return Segment(group=task[:2], id=task, title=title, state=state, seen=seen, wanted=2)


def test_each_task_is_one_segment_of_its_state() -> None:
    root = ET.fromstring(
        render_wheel(
            (
                segment("PO.1.1", Verdict.PASSED, 2),
                segment("PO.1.2", Verdict.FAILED, 1),
                segment("PS.1.1", Verdict.UNKNOWN, 1),
                segment("PS.2.1", Verdict.UNKNOWN, 0),
            )
        )
    )
    groups = [g for g in root.iter("g") if g.get("class") == "segment"]
    names = [g.findtext("title") for g in groups]
    assert names == [
        "PO.1.1 title: met, 2 of 2 evidence",
        "PO.1.2 title: not met, 1 of 2 evidence",
        "PS.1.1 title: unknown, 1 of 2 evidence",
        "PS.2.1 title: unknown, 0 of 2 evidence",
    ]
    classes = [[path.get("class") for path in g.iter("path")] for g in groups]
    assert classes == [["met"], ["notmet"], ["unknown", "partly"], ["unknown"]]
    assert [t.text for t in root.iter("text")] == ["PO", "PS", "1", "of 4 tasks met"]


def test_a_title_cannot_break_out() -> None:
    hostile = '</title><script>alert("x")</script>'
    root = ET.fromstring(render_wheel((segment("PO.1.1", Verdict.PASSED, 2, hostile),)))
    assert [g.findtext("title") for g in root.iter("g")] == [
        f"PO.1.1 {hostile}: met, 2 of 2 evidence"
    ]
    assert list(root.iter("script")) == []


def test_no_task_at_all_still_draws() -> None:
    assert "of 0 tasks met" in render_wheel(())
