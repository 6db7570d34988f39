"""Parsing: names and texts of a repository that try to be more than text in a report.

The repository is real and is really checked: its folder, branch, author, product name, file names
and lines are all hostile.
"""

import os
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt

from assay.core.errors import UsageError
from assay.core.strictjson import parse_json
from assay.operations.check_source import check_source
from assay.operations.checkreport import CheckReport
from assay.operations.initialise import initialise
from assay.reports.write import FORMATS, render_report, report_format
from tests.fakes.gitrepo import GitRepo
from tests.reports import factory
from tests.reports.page import Page

SCREEN = "\x1b[2J\x1b]0;PASSED\x07\x9b31m"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
MARKDOWN = "[x](https://evil.example) @org #1 | `y` ![z](https://evil.example/z.png)"
BACKWARDS = "\u202egnp.exe\u2066"
PRODUCT = "sh\\u001b[31mop \\u202e\\u009b <b> `x` @org"
SETTINGS = f"""
[product]
name = "{PRODUCT}"
[[exclude]]
paths = ["old/**"]
reason = "<i>old</i> \\u001b[31m @org | `z`"
until = 2999-01-01
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CheckReport]:
    folder = tmp_path_factory.mktemp("reports")
    repo = GitRepo(folder / os.fsdecode(b"shop \xe9 $(id) \x1b[31m<b>"))
    weak = "import hashlib\nhashlib.md5(b'')\n"
    files = {
        f"a{SCREEN.replace('/', '')}.py": weak,
        f"b{MARKUP.replace('/', '')}.py": weak,
        f"c{MARKDOWN.replace('/', '')}.py": weak,
        f"d{BACKWARDS}.py": weak,
        "e\nf.py": "def (",
        "g|h.py": weak,
        "old/x.py": weak,
        "requirements.txt": f"{MARKUP}==1\n{MARKDOWN}\n{BACKWARDS}==2\n",
        ".github/workflows/<b>.yml": f"on: {MARKUP}\n",
        "assay.toml": SETTINGS,
    }
    repo.commit(f"{MARKUP}{SCREEN}", files=files, author=(f"Eve {SCREEN}{BACKWARDS}", "<x@y.z"))
    repo.git("symbolic-ref", "HEAD", b"refs/heads/\xe9<b>|`c`@org\xe2\x80\xae")
    repo.git("commit", "-q", "--allow-empty", "-m", MARKDOWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(folder / "home"))
        initialise(repo.top)
        yield check_source(repo.top, workers=1, progress=lambda _: None, save_verdict=None)


def test_the_hostile_texts_are_in_the_report(report: CheckReport) -> None:
    """Without this, the tests below would show nothing."""
    shown = render_report(report, "json").decode()
    for text in (
        "a\\\\x1b[2J",
        "<script>",
        "evil.example",
        "gnp.exe",
        "e\\\\x0af.py",
        "<i>old</i>",
    ):
        assert text in shown


@pytest.mark.parametrize("kind", FORMATS)
def test_terminal_escape_sequences_in_names(report: CheckReport, kind: str) -> None:
    shown = render_report(report, kind).decode()
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_terminal_escape_sequences_in_names_survive_no_json(report: CheckReport) -> None:
    """As a value they are still there; as bytes for a terminal they are not."""
    document = parse_json(render_report(report, "json"), max_bytes=10**8)
    assert isinstance(document, dict)
    assert document["branch"] == "\\udce9<b>|`c`@org\u202e"


def test_html_injection_in_reports(report: CheckReport) -> None:
    page = Page(render_report(report, "html"))
    ours = Page(render_report(factory.refused(), "html"))
    assert {name for name, _ in page.tags} <= {name for name, _ in ours.tags}
    known = {(name, key) for name, attributes in ours.tags for key, _ in attributes}
    found = {(name, key) for name, attributes in page.tags for key, _ in attributes}
    assert found - known <= {("details", "open")}
    assert "<b>|`c`@org" in page.text


def test_markup_injection_in_a_job_summary(report: CheckReport) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(render_report(report, "markdown").decode())
    inside = {child.type for token in tokens for child in token.children or []}
    blocks = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    ours = {"strong_open", "strong_close", "em_open", "em_close", "softbreak"}
    assert inside <= {"text", "code_inline", *ours}
    assert blocks == {"heading", "inline", "paragraph", "bullet_list", "list_item"}
    words = [c.content for t in tokens for c in t.children or [] if c.type == "text"]
    assert not any(mark in word for word in words for mark in ("@", "://", "#1"))


def test_xss_through_a_findings_text() -> None:
    text = f"{MARKUP}</td></table></main></style></title>"
    page = Page(render_report(factory.hostile(text), "html"))
    assert page.skeleton == Page(render_report(factory.hostile("plain"), "html")).skeleton
    assert text in page.text


def test_a_command_to_copy_runs_nothing_of_a_folders_name(report: CheckReport) -> None:
    """The folder's name has a command substitution, and bytes that cannot be typed."""
    shown = render_report(report, "text").decode()
    assert f"  assay replay {report.logged.index} --repository .\n" in shown
    typed = render_report(factory.report(path="/src/$(id) `id`"), "text").decode()
    assert "  assay replay 7 --repository '/src/$(id) `id`'\n" in typed


def test_csv_injection_in_reports() -> None:
    """A cell that begins with `=` runs in a spreadsheet: there is no format with cells."""
    with pytest.raises(UsageError):
        report_format(".csv")
    assert not {"csv", "tsv", "xlsx"} & set(FORMATS)
