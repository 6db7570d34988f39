"""The report about SBOMs that disagree: Markdown, a page, and what neither lets in."""

import json
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.operations.compare_sboms import ComparedSboms
from assay.reports import comparison
from assay.reports.comparison import (
    SHOWN,
    comparison_view,
    render_comparison_markdown,
    write_comparison,
)
from assay.sbom.disagreement import Comparison, Disagreement

A, B = "syft.json", "trivy.json"
HOSTILE = "<script>alert(1)</script>[x](https://x.example)\u202e"


def compared(*found: Disagreement, verdict: Verdict = Verdict.FAILED) -> ComparedSboms:
    return ComparedSboms(
        comparison=Comparison(documents=(A, B), agreed=7, disagreements=found),
        verdict=verdict,
        not_checked=(NotChecked(what="file", where="x", why="odd", remedy="look"),),
    )


ABSENT = Disagreement(kind="absent", package="left-pad", said=((A, ("pkg:npm/left-pad@1",)),))
VERSION = Disagreement(
    kind="version",
    package="a",
    said=((A, ("pkg:npm/a@1", "pkg:npm/a@2")), (B, ("pkg:npm/a@3",))),
)


def test_markdown() -> None:
    text = render_comparison_markdown(compared(ABSENT, VERSION)).decode()
    assert text == (
        "# FAILED: The documents contradict each other.\n"
        "\n"
        "7 components are alike in all.\n"
        "\n"
        "- `syft.json`: 10 listed, 1 alone, 0 missing\n"
        "- `trivy.json`: 8 listed, 0 alone, 1 missing\n"
        "\n"
        "## Not in all (1)\n"
        "\n"
        "Some list the package and others do not.\n"
        "\n"
        "- `left-pad`: `syft.json` `pkg:npm/left-pad@1`\n"
        "\n"
        "## Another version (1)\n"
        "\n"
        "All list the package, and not at the same versions.\n"
        "\n"
        "- `a`: `syft.json` `pkg:npm/a@1` `pkg:npm/a@2`; `trivy.json` `pkg:npm/a@3`\n"
        "\n"
        "## Not checked (1)\n"
        "\n"
        "- file, x: odd \\(look\\)\n"
    )


def test_a_page_says_the_same(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    write_comparison(compared(ABSENT, VERSION), target)
    page = target.read_text()
    for text in ("contradict each other", "<td>10</td><td>1</td><td>0</td>", "left-pad", "odd"):
        assert text in page


def test_text_from_outside_is_text(tmp_path: Path) -> None:
    hostile = Disagreement(kind="form", package=HOSTILE, said=((A, (HOSTILE,)),))
    for ending in (".html", ".md"):
        target = tmp_path / f"a{ending}"
        write_comparison(compared(hostile), target)
        text = target.read_text()
        assert "\u202e" not in text
        # In Markdown it is code, in which nothing means anything.
        assert ("<script>" in text) is (ending == ".md")
        assert ("- `<script>" in text) is (ending == ".md")


def test_json_has_all(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_comparison(compared(ABSENT), target)
    assert json.loads(target.read_bytes())["agreed"] == 7


def test_long_lists_say_what_they_leave_out(tmp_path: Path) -> None:
    many = [
        Disagreement(kind="form", package=f"p{i}", said=((A, ("x",)),)) for i in range(SHOWN + 3)
    ]
    assert (
        "- and 3 more; the JSON report has all\n"
        in render_comparison_markdown(compared(*many)).decode()
    )
    write_comparison(compared(*many), tmp_path / "a.html")
    assert "and 3 more" in (tmp_path / "a.html").read_text()


def test_the_truth_has_words_of_its_own() -> None:
    found = ComparedSboms(
        comparison=Comparison(documents=("artifact", "sbom"), agreed=1, disagreements=()),
        verdict=Verdict.PASSED,
        is_truth=True,
        not_checked=(),
    )
    assert comparison_view(found)["sentence"] == "The document lists what is in the artifact."


def test_another_ending_is_refused_before_the_work() -> None:
    with pytest.raises(UsageError) as caught:
        comparison.check_ending(Path("a.pdf"))
    assert str(caught.value) == "[usage] '.pdf' tells no format (one of: .html .json .md)"
