"""The program itself is run: what is asserted is how this version really behaves."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.findings.finding import Kind, Severity
from assay.findings.scanreport import ScanReport
from assay.scan.scanner import Sources
from assay.scan.zizmor import SCANNER, is_workflow_file, read_report
from assay.system.process import Completed
from tests.scan.folder import not_checked, said, scan

CI = ".github/workflows/ci.yml"
GOOD = """\
name: ci
on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065
"""
BAD = GOOD.replace("a26af69be951a213d495a4c3e4e4022e16d87065", "v5")
UNREADABLE = "zizmor could not read it as a workflow, an action or update settings"


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        ".github/workflows/ci.yaml",
        "action.yml",
        "tools/greet/action.yaml",
        ".github/dependabot.yml",
        ".github/dependabot.yaml",
    ],
)
def test_takes(path: str) -> None:
    assert is_workflow_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "ci.yml",
        ".github/workflows/ci.yml.txt",
        ".github/workflows/sub/ci.yml",  # GitHub does not run it
        "examples/shop/.github/workflows/ci.yml",
        ".github/workflows/",
        "transaction.yml",
        "dependabot.yml",
        ".github/zizmor.yml",
        ".github/workflows/ci.yml\n",
    ],
)
def test_leaves(path: str) -> None:
    assert not is_workflow_file(path)


def test_finding(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {CI: BAD})
    (finding,) = report.findings
    assert finding.kind is Kind.MISCONFIGURATION
    assert finding.rule == "zizmor/unpinned-uses"
    assert finding.title == "An action can change under its tag"
    assert finding.severity is Severity.HIGH
    assert finding.message == (
        "action is not pinned to a hash (required by blanket policy) (high confidence)"
    )
    assert finding.remedy.startswith("Name the action by its full commit")
    assert finding.references == ("https://docs.zizmor.sh/audits/#unpinned-uses",)
    assert [(place.path, place.line) for place in finding.locations] == [(CI, 8)]


def test_report_names_the_tool_and_its_inputs(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {CI: GOOD})
    assert (report.tool, report.version) == ("zizmor", version("zizmor"))
    assert report.inputs["options"].startswith("sha256:")
    assert report.inputs["online_audits"] == "not run"


def test_counts(tmp_path: Path) -> None:
    files = {
        CI: GOOD + "      - uses: actions/setup-go@v5\n      - uses: ./tools/greet\n",
        "tools/greet/action.yml": "name: x\ndescription: x\nruns: {using: node24, main: x.js}\n",
        ".github/dependabot.yml": "version: 2\nupdates: []\n",
        "README.md": "",
    }
    assert dict(scan(SCANNER, tmp_path, files).examined) == {
        "workflows": 1,
        "actions": 1,
        "update_settings": 1,
        "uses": 2,
        "pinned": 1,
        "suppressed_in_source": 0,
    }


def test_no_workflow(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {"README.md": ""})
    assert set(report.examined.values()) == {0}
    assert set(SCANNER.nouns) < set(report.examined)
    assert (report.findings, report.not_checked) == ((), ())


def test_comment_is_noted_and_takes_nothing_away(tmp_path: Path) -> None:
    plain = scan(SCANNER, tmp_path / "plain", {CI: BAD})
    text = BAD.replace("@v5", "@v5 # zizmor: ignore[artipacked, unpinned-uses]")
    noted = scan(SCANNER, tmp_path / "noted", {CI: text})
    (finding,) = noted.findings
    assert finding.locations[0].note == "suppressed in the source: zizmor: ignore[unpinned-uses]"
    assert noted.examined["suppressed_in_source"] == 1
    assert [f.identity for f in plain.findings] == [finding.identity]


def test_comment_about_another_audit_is_no_note(tmp_path: Path) -> None:
    text = BAD.replace("@v5", "@v5 # zizmor: ignore[artipacked]")
    report = scan(SCANNER, tmp_path, {CI: text})
    assert [f.locations[0].note for f in report.findings] == [""]


def test_configuration_in_the_repository_is_not_read(tmp_path: Path) -> None:
    config = "rules:\n  unpinned-uses:\n    disable: true\n"
    files = dict.fromkeys(("zizmor.yml", ".github/zizmor.yml", ".github/zizmor.yaml"), config)
    report = scan(SCANNER, tmp_path, {CI: BAD, ".gitignore": "*.yml\n", **files})
    assert said(report) == {"zizmor/unpinned-uses": [8]}


INVALID = {
    "not-yaml": "on: [push\njobs:\n",
    "empty": "",
    "no-jobs": "on: push\n",
    "two-documents": GOOD + "---\n" + GOOD,
    "wrong-type": GOOD.replace("ubuntu-24.04", "3"),
}


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_unreadable_file_is_not_checked_and_hides_no_other(tmp_path: Path, text: str) -> None:
    odd = ".github/workflows/odd.yml"
    report = scan(SCANNER, tmp_path, {odd: text, CI: BAD})
    assert not_checked(report) == {odd: UNREADABLE}
    assert said(report) == {"zizmor/unpinned-uses": [8]}
    assert report.examined["workflows"] == 1


GIVES_UP = {
    "not-utf-8": (b"\xff\xfe\x00", "stream did not contain valid UTF-8"),
    "malformed-uses": (BAD.replace("actions/setup-python@v5", '"@@"'), "untagged enum Job"),
}


@pytest.mark.parametrize(("text", "why"), GIVES_UP.values(), ids=GIVES_UP)
def test_file_on_which_zizmor_gives_up_hides_no_other(
    tmp_path: Path, text: str | bytes, why: str
) -> None:
    odd = ".github/workflows/odd.yml"
    report = scan(SCANNER, tmp_path, {odd: text, CI: BAD})
    (item,) = report.not_checked
    assert item.where == odd
    assert item.why.startswith("zizmor cannot read it: ")
    assert why in item.why
    assert "backtrace" not in item.why
    assert said(report) == {"zizmor/unpinned-uses": [8]}


def test_only_unreadable_files(tmp_path: Path) -> None:
    report = scan(SCANNER, tmp_path, {CI: "on: [push\njobs:\n"})
    assert not_checked(report) == {CI: UNREADABLE}
    assert report.examined["workflows"] == 0


def test_expression_that_is_not_understood_is_not_checked(tmp_path: Path) -> None:
    step = "      - run: echo ${{ github.event.issue.title | foo( }}\n"
    report = scan(SCANNER, tmp_path, {CI: GOOD + step})
    assert list(not_checked(report)) == [CI]
    assert not_checked(report)[CI].startswith("zizmor understood only part of it: couldn't parse")


@pytest.mark.parametrize("text", ["collect_inputs:", "one or more inputs contains YAML anchors"])
def test_file_cannot_make_a_warning_look_harmless(tmp_path: Path, text: str) -> None:
    step = f"      - run: echo ${{{{ github.event.issue.title | '{text}' foo( }}}}\n"
    report = scan(SCANNER, tmp_path, {CI: GOOD + step})
    assert list(not_checked(report)) == [CI]


def test_anchors_are_resolved_and_each_place_is_reported_once(tmp_path: Path) -> None:
    text = BAD.replace("- uses", "- &step\n        uses") + "      - *step\n"
    report = scan(SCANNER, tmp_path, {CI: text})
    assert said(report) == {"zizmor/unpinned-uses": [9]}
    assert report.not_checked == ()
    assert report.examined["uses"] == 1


def identities(report: ScanReport) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, set()).add(finding.identity)
    return found


RISKY = GOOD.replace("permissions: {}\n", "") + (
    "      - run: echo ${{ github.head_ref }}\n      - run: echo ${{ github.head_ref }}\n"
)


def test_identity_outlives_edits_elsewhere(tmp_path: Path) -> None:
    before = scan(SCANNER, tmp_path / "before", {CI: RISKY})
    edited = RISKY.replace("name: ci", "# A comment\n\nname: ci-and-more").replace(
        "    steps:\n", "    timeout-minutes: 5\n    steps:\n      - run: make\n"
    )
    after = scan(SCANNER, tmp_path / "after", {CI: edited})
    assert identities(before) == identities(after)
    assert {len(found) for found in identities(before).values()} == {1, 2}


def test_identity_is_of_one_file(tmp_path: Path) -> None:
    other = ".github/workflows/other.yml"
    report = scan(SCANNER, tmp_path, {CI: BAD, other: BAD})
    assert len(identities(report)["zizmor/unpinned-uses"]) == 2


def test_what_one_line_has_twice_is_one_finding(tmp_path: Path) -> None:
    step = "      - run: echo ${{ github.head_ref }} ${{ github.head_ref }}\n"
    report = scan(SCANNER, tmp_path, {CI: GOOD + step})
    (finding,) = (f for f in report.findings if f.rule == "zizmor/template-injection")
    assert len(finding.observations) == 2
    assert finding.identity not in {f.identity for f in report.findings if f is not finding}


def finding(**changes: object) -> dict[str, object]:
    """Return a finding as the program writes it, with `changes` at its dotted paths."""
    place = {
        "symbolic": {
            "key": {"Local": {"verbatim_path": f"./{CI}"}},
            "annotation": "here",
            "route": {"route": []},
            "kind": "Primary",
        },
        "concrete": {
            "location": {
                "start_point": {"row": 0, "column": 0},
                "offset_span": {"start": 0, "end": 8},
            },
            "feature": "name: ci",
            "comments": [],
        },
    }
    made: dict[str, object] = {
        "ident": "brand-new",
        "url": "https://docs.zizmor.sh/audits/#brand-new",
        "determinations": {"confidence": "High", "severity": "High"},
        "locations": [place],
    }
    return made | changes


def answer(output: object, *, status: int = 14, log: str = "") -> Completed:
    done = f" INFO audit: zizmor: 🌈 completed ./{CI}\n"
    return Completed(
        status=status, output=json.dumps(output).encode(), errors=(log + done).encode()
    )


SOURCES = Sources(paths=frozenset({CI}), content=lambda _: GOOD.encode())


def test_audit_that_we_do_not_know_still_says_what_to_do() -> None:
    (sighting,) = read_report(answer([finding()]), SOURCES).sightings
    assert sighting.title == "Brand new"
    assert sighting.remedy == (
        "Do what the audit's documentation says: https://docs.zizmor.sh/audits/#brand-new"
    )


def test_severity_that_we_do_not_know_is_unknown() -> None:
    rated = {"confidence": "High", "severity": "Catastrophic"}
    (sighting,) = read_report(answer([finding(determinations=rated)]), SOURCES).sightings
    assert sighting.severity is Severity.UNKNOWN


def test_warning_without_a_file_is_not_checked() -> None:
    log = " WARN audit: zizmor: something new went wrong\n"
    (item,) = read_report(answer([], log=log), SOURCES).not_checked
    assert (item.where, item.why) == (
        "all workflows",
        "zizmor understood only part of it: audit: zizmor: something new went wrong",
    )


MALFORMED = {
    "not-json": (b"no", "not strict JSON: Expecting value: line 1 column 1 (char 0)", ""),
    "no-list": (b"{}", "dict where an array is needed", ""),
    "no-audit": (b"[{}]", "no ident", "[0].ident"),
    "no-primary": (
        json.dumps([finding(locations=[])]).encode(),
        "a finding without a primary location",
        "",
    ),
}


@pytest.mark.parametrize(("output", "what", "where"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(output: bytes, what: str, where: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_report(Completed(status=14, output=output, errors=b""), SOURCES)
    assert (caught.value.what, caught.value.where) == (what, where)


def test_finding_in_a_file_that_was_not_shown_is_refused() -> None:
    with pytest.raises(MalformedError, match="which it was not shown"):
        read_report(answer([finding()]), Sources(paths=frozenset(), content=lambda _: b""))
