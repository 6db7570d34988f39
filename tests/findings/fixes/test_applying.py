import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.findings.fixes.applying import apply_edits, render_diff
from assay.findings.fixes.edit import Edit

TEXT = "one\ntwo é\r\nthree"


def edit(line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit(
        path="a", line=line, column=column, end_line=end_line, end_column=end_column, text=text
    )


APPLIED = {
    "nothing": ([], TEXT),
    "replace": ([edit(1, 1, 1, 4, "1")], "1\ntwo é\r\nthree"),
    "insert": ([edit(2, 5, 2, 5, "x")], "one\ntwo xé\r\nthree"),
    "behind-a-character": ([edit(2, 6, 2, 6, "x")], "one\ntwo éx\r\nthree"),
    "over-lines": ([edit(1, 2, 3, 3, "")], "oree"),
    "at-the-end": ([edit(3, 6, 3, 6, "!")], f"{TEXT}!"),
    "two": ([edit(3, 1, 3, 6, "3"), edit(1, 1, 1, 1, "0")], "0one\ntwo é\r\n3"),
    "beside": ([edit(1, 2, 1, 3, "N"), edit(1, 3, 1, 3, "!")], "oN!e\ntwo é\r\nthree"),
    "twice": ([edit(1, 1, 1, 1, "0"), edit(1, 1, 1, 1, "0")], f"0{TEXT}"),
}


@pytest.mark.parametrize(("edits", "expected"), APPLIED.values(), ids=APPLIED)
def test_applied(edits: list[Edit], expected: str) -> None:
    assert apply_edits(TEXT, edits) == expected


def test_behind_the_last_line() -> None:
    assert apply_edits("a\n", [edit(2, 1, 2, 1, "b\n")]) == "a\nb\n"
    assert apply_edits("", [edit(1, 1, 1, 1, "b\n")]) == "b\n"


REFUSED = {
    "overlap": ([edit(1, 1, 1, 3, ""), edit(1, 2, 1, 4, "")], "two edits of one place, at character 1"),
    "line": ([edit(4, 2, 4, 2, "")], "an edit outside of the text, at 4:2"),
    "column": ([edit(1, 6, 1, 6, "")], "an edit outside of the text, at 1:6"),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(edits: list[Edit], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        apply_edits(TEXT, edits)
    assert str(caught.value) == f"[malformed] {message}"


@given(st.text(alphabet="ab\n\r\x85", max_size=20), st.data())
def test_an_insertion_adds_and_changes_nothing(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    line = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[line - 1]) + 1))
    made = apply_edits(text, [edit(line, column, line, column, "<>")])
    assert made.replace("<>", "", 1) == text


def test_diff() -> None:
    assert render_diff("a/b.yml", "x\ny\n", "x\nz") == (
        "--- a/a/b.yml\n+++ b/a/b.yml\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n\\ No newline at end of file\n"
    )
    assert render_diff("a", "x\n", "x\n") == ""
