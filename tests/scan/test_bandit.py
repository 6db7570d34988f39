"""The program itself is run: what is asserted is how this version really behaves."""

import json
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import pytest

from assay.core.digest import parse_digest
from assay.core.errors import MalformedError
from assay.findings.finding import Kind, Severity
from assay.scan.bandit import SCANNER, is_python_file, read_report
from assay.scan.scanner import Sources
from assay.system.process import Completed
from tests.scan.folder import not_checked, said, scan

SHELL = "import os\n\ndef run(name: str) -> None:\n    os.system('ls ' + name)\n"
FOUND = {"bandit/B605": [4]}
REMEDY = f"make it valid Python {python_version()}, or delete it"


def test_takes_python_only() -> None:
    assert is_python_file("src/shop/cart.py")
    assert not is_python_file("src/shop/cart.pyc")
    assert not is_python_file("py")


def test_finding(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {"src/cart.py": SHELL})
    (finding,) = report.findings
    assert finding.kind is Kind.WEAKNESS
    assert finding.rule == "bandit/B605"
    assert finding.title == "A shell runs text that may come from outside"
    assert finding.severity is Severity.HIGH
    assert finding.message == (
        "Starting a process with a shell, possible injection detected, security issue. "
        "(high confidence)"
    )
    assert finding.remedy.startswith("Pass a list of arguments")
    page = f"en/{version('bandit')}/plugins/b605_start_process_with_a_shell.html"
    assert finding.references == ("CWE-78", f"https://bandit.readthedocs.io/{page}")
    assert [(place.path, place.line) for place in finding.locations] == [("src/cart.py", 4)]


def test_report_names_the_tool_and_its_inputs(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {"a.py": "x = 1\n"})
    assert (report.tool, report.version) == ("bandit", version("bandit"))
    assert report.inputs["python"] == python_version()
    assert parse_digest(report.inputs["rules"]).algorithm == "sha256"
    assert parse_digest(report.inputs["options"]).algorithm == "sha256"


def test_counts(tmp_path: Path) -> None:
    files = {"a.py": "x = 1\n\n# no code\ny = 2\n", "b/c.py": SHELL, "d.txt": SHELL}
    report = scan(SCANNER, tmp_path, files)
    assert dict(report.examined) == {"files": 2, "lines": 5, "suppressed_in_source": 0}


def test_no_python(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {"README.md": ""})
    assert dict(report.examined) == {"files": 0, "lines": 0, "suppressed_in_source": 0}
    assert (report.findings, report.not_checked) == ((), ())


CONFIGURATION = {
    ".bandit": "[bandit]\nskips: B605\nexclude: /\n",
    "pyproject.toml": '[tool.bandit]\nskips = ["B605"]\n',
    "setup.cfg": "[bandit]\nskips: B605\n",
    "tox.ini": "[bandit]\nskips: B605\n",
    "bandit.yaml": "skips: [B605]\n",
    "sitecustomize.py": "raise SystemExit(0)\n",
    "bandit/__init__.py": "raise SystemExit(0)\n",
    "json.py": "raise SystemExit(0)\n",
}


@pytest.mark.parametrize(("path", "text"), CONFIGURATION.items(), ids=CONFIGURATION)
def test_nothing_in_the_repository_configures_it(tmp_path: Path, path: str, text: str) -> None:
    assert said(scan(SCANNER, tmp_path, {"a.py": SHELL, path: text})) == FOUND


@pytest.mark.parametrize("path", ["CVSS.py", ".tox/a.py", "x/.eggs/a.py", "a.egg/b.py", ".git.py"])
def test_no_file_is_left_out_by_its_name(tmp_path: Path, path: str) -> None:
    assert said(scan(SCANNER, tmp_path, {path: SHELL})) == FOUND


NOTED = {
    "id": ("  # nosec B605", "suppressed in the source: nosec B605"),
    "name": ("  # nosec: start_process_with_a_shell", "suppressed in the source: nosec B605"),
    "several": ("  # nosec B101, B605 # why", "suppressed in the source: nosec B605"),
    "bare": ("  # nosec", ""),
    "another": ("  # nosec B101", ""),
    "longer-id": ("  # nosec B6055", ""),
}


@pytest.mark.parametrize(("comment", "note"), NOTED.values(), ids=NOTED)
def test_comment_takes_nothing_away(tmp_path: Path, comment: str, note: str) -> None:
    plain = scan(SCANNER, tmp_path / "plain", {"a.py": SHELL})
    noted = scan(
        SCANNER, tmp_path / "noted", {"a.py": SHELL.replace("name)\n", f"name){comment}\n")}
    )
    assert [f.locations[0].note for f in noted.findings] == [note]
    assert noted.examined["suppressed_in_source"] == bool(note)
    assert [f.identity for f in plain.findings] == [f.identity for f in noted.findings]


def test_comment_inside_a_long_statement_is_noted(tmp_path: Path) -> None:
    text = SHELL.replace("system(", "system(\n        ").replace(
        " + name)", "  # nosec B605\n        + name\n    )"
    )
    (finding,) = scan(SCANNER, tmp_path, {"a.py": text}).findings
    assert finding.locations[0].note == "suppressed in the source: nosec B605"


INVALID = {
    "syntax": ("def f(:\n", "bandit: syntax error while parsing AST from file"),
    "python-2": ('print "x"\n', "bandit: syntax error while parsing AST from file"),
    "nul": ("a = 1\0\n", "bandit: syntax error while parsing AST from file"),
    "encoding": ("# coding: nonsense\n", "bandit: syntax error while parsing AST from file"),
    "not-utf-8": (b"x = '\xff'\n", "bandit: syntax error while parsing AST from file"),
    "depth": (f"x = {'+'.join(['1'] * 5_000)}\n", "bandit: exception while scanning file"),
}


@pytest.mark.parametrize(("text", "why"), INVALID.values(), ids=INVALID)
def test_unreadable_file_is_not_checked_and_hides_no_other(
    tmp_path: Path, text: str | bytes, why: str
) -> None:
    report = scan(SCANNER, tmp_path, {"a.py": SHELL, "odd.py": text})
    assert not_checked(report) == {"odd.py": why}
    assert [item.remedy for item in report.not_checked] == [REMEDY]
    assert said(report) == FOUND
    assert report.examined["files"] == 1


def test_lines_are_those_of_the_compiler(tmp_path: Path) -> None:
    """A form feed and U+2028 end no line of Python, though they end one of `str.splitlines`."""
    text = "x = '\u2028'\n\x0c\n" + SHELL
    report = scan(SCANNER, tmp_path, {"a.py": text})
    assert said(report) == {"bandit/B605": [6]}
    assert report.findings[0].identity == identity_of_shell(tmp_path / "again")


def identity_of_shell(root: Path) -> str:
    (finding,) = scan(SCANNER, root, {"a.py": SHELL}).findings
    return finding.identity


def test_identity_outlives_moves_and_indentation(tmp_path: Path) -> None:
    text = f"x = 1\n\n\n{SHELL}".replace("    os.system(", "    if name:\n        os.system(")
    (finding,) = scan(SCANNER, tmp_path, {"a.py": text}).findings
    assert finding.locations[0].line == 8
    assert finding.identity == identity_of_shell(tmp_path / "again")


def test_equal_statements_are_counted(tmp_path: Path) -> None:
    twice = scan(SCANNER, tmp_path / "twice", {"a.py": SHELL + SHELL.splitlines()[-1] + "\n"})
    first, second = (f.identity for f in twice.findings)
    assert first == identity_of_shell(tmp_path / "once")
    assert first != second


def password(value: str) -> str:
    """Return code with what looks like a password in it, three times."""
    quoted = '"' + value + '"'
    return (
        f"secret_password = {quoted}\n"
        f"def login(password={quoted}):\n    connect(password={quoted})\n"
    )


def test_what_may_be_a_password_is_in_no_message_and_no_identity(tmp_path: Path) -> None:
    one = scan(SCANNER, tmp_path / "one", {"a.py": password("Tr0ub4dor")})
    two = scan(SCANNER, tmp_path / "two", {"a.py": password('correct \\" horse')})
    assert sorted(said(one)) == ["bandit/B105", "bandit/B106", "bandit/B107"]
    assert "Tr0ub4dor" not in json.dumps(one.as_json())
    assert one.findings == two.findings


def finding(**changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "test_id": "B999",
        "test_name": "brand_new",
        "filename": "./a.py",
        "issue_text": "Odd\u202e text",
        "issue_severity": "HIGH",
        "issue_confidence": "LOW",
        "issue_cwe": {},
        "line_number": 2,
        "line_range": [2],
        "col_offset": 0,
        "more_info": "https://bandit.readthedocs.io/x",
    }
    return made | changes


def answer(*results: object, log: str = "", **changes: object) -> Completed:
    report = {"errors": [], "metrics": {"./a.py": {"loc": 2}}, "results": results, **changes}
    return Completed(status=1, output=json.dumps(report).encode(), errors=log.encode())


SOURCES = Sources(paths=frozenset({"a.py"}), content=lambda _: b"one\ntwo\n")


def test_test_that_we_do_not_know_still_says_what_to_do() -> None:
    (sighting,) = read_report(answer(finding()), SOURCES).sightings
    assert sighting.title == "Brand new"
    assert sighting.remedy == (
        "Do what the test's documentation says: https://bandit.readthedocs.io/x"
    )
    assert sighting.message == "Odd\\u202e text (low confidence)"
    assert sighting.weaknesses == ()  # no CWE is named
    assert (sighting.rated, sighting.column) == ("HIGH", 1)
    assert sighting.references == ("https://bandit.readthedocs.io/x",)


def test_severity_that_we_do_not_know_is_unknown() -> None:
    (sighting,) = read_report(answer(finding(issue_severity="UNDEFINED")), SOURCES).sightings
    assert sighting.severity is Severity.UNKNOWN


def test_lines_outside_the_file_are_no_text() -> None:
    found = finding(line_number=9, line_range=[0, 7])
    (sighting,) = read_report(answer(found), SOURCES).sightings
    assert (sighting.line, sighting.place.text) == (9, "")


def test_lines_count_from_one() -> None:
    (sighting,) = read_report(answer(finding(line_number=0)), SOURCES).sightings
    assert (sighting.line, sighting.place.text) == (1, "one")


def test_file_without_metrics_is_not_checked() -> None:
    (item,) = read_report(answer(metrics={}), SOURCES).not_checked
    assert (item.where, item.why) == ("a.py", "bandit did not report on it")


def test_test_that_crashed_is_not_checked() -> None:
    log = "[tester]\tERROR\tBandit internal error running: weak_key on file ./a.py at line 3: x\n"
    (item,) = read_report(answer(log=log + log), SOURCES).not_checked
    assert (item.where, item.why) == ("a.py", "bandit's test weak_key crashed on it")


def test_other_error_in_the_log_is_not_checked() -> None:
    log = "[utils]\tERROR\tsomething new went wrong\n[main]\tWARNING\tnothing\n"
    (item,) = read_report(answer(log=log), SOURCES).not_checked
    assert (item.where, item.why) == ("all files", "bandit: something new went wrong")


MALFORMED = {
    "not-json": (b"no", "not strict JSON: Expecting value: line 1 column 1 (char 0)", ""),
    "no-metrics": (b'{"errors": [], "results": []}', "no metrics", "metrics"),
    "no-errors": (b'{"metrics": {}, "results": []}', "no errors", "errors"),
    "no-results": (b'{"metrics": {}, "errors": []}', "no results", "results"),
    "another-file": (
        answer(finding(filename="./b.py")).output,
        "a finding in 'b.py', which it was not shown",
        "results[0]",
    ),
}


@pytest.mark.parametrize(("output", "what", "where"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(output: bytes, what: str, where: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_report(Completed(status=1, output=output, errors=b""), SOURCES)
    assert (caught.value.what, caught.value.where) == (what, where)
