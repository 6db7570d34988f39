"""SARIF 2.1.0 by the sections of its specification that each reading rests on."""

from collections.abc import Mapping

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Kind, Severity
from assay.scan.imports.sarif import read_sarif
from tests.scan.imports.logs import location, log, result, told

RULE = {
    "id": "R1",
    "name": "NoSuchThing",
    "shortDescription": {"text": "A thing"},
    "help": {"text": "Mend it."},
    "helpUri": "https://tool.example/r1",
    "properties": {"tags": ["security", "external/cwe/cwe-079"], "precision": "high"},
    "messageStrings": {"default": {"text": "{0} is not {1}, {2}"}},
}


def test_a_result() -> None:
    run = told(log(result(), driver={"rules": [RULE]}))
    (claim,) = run.claims
    assert (run.tool, run.version, run.results) == ("Tool", "1.2", 1)
    assert (claim.rule, claim.title, claim.message) == ("R1", "A thing", "It is so.")
    assert (claim.kind, claim.severity, claim.rated) == (
        Kind.WEAKNESS,
        Severity.MEDIUM,
        "warning",
    )
    assert (claim.weaknesses, claim.remedy) == (("CWE-79",), "Mend it.")
    assert claim.references == ("https://tool.example/r1",)
    assert (claim.spot.paths, claim.spot.line, claim.spot.column) == (("src/a.py",), 3, 5)
    assert run.not_checked == ()


SEVERITIES: dict[str, tuple[dict[str, object], dict[str, object], Severity]] = {
    "by default": ({}, {}, Severity.MEDIUM),
    "of the result": (
        {"level": "error"},
        {"defaultConfiguration": {"level": "note"}},
        Severity.HIGH,
    ),
    "of the rule": ({}, {"defaultConfiguration": {"level": "note"}}, Severity.LOW),
    "none": ({"level": "none"}, {}, Severity.INFO),
    "a word that nobody knows": ({"level": "odd"}, {}, Severity.UNKNOWN),
    "a score": ({"level": "note"}, {"properties": {"security-severity": "9.8"}}, Severity.CRITICAL),
    "a score as a number": ({}, {"properties": {"security-severity": 4.0}}, Severity.MEDIUM),
    "a score of nothing": ({}, {"properties": {"security-severity": "0.0"}}, Severity.INFO),
    "a score that is none": ({}, {"properties": {"security-severity": "11"}}, Severity.UNKNOWN),
    "not a number": ({}, {"properties": {"security-severity": "NaN"}}, Severity.UNKNOWN),
    "no score": ({}, {"properties": {"security-severity": "high"}}, Severity.MEDIUM),
}


@pytest.mark.parametrize(("own", "rule", "severity"), SEVERITIES.values(), ids=SEVERITIES)
def test_severity(own: dict[str, object], rule: dict[str, object], severity: Severity) -> None:
    (claim,) = told(log(result(**own), driver={"rules": [{"id": "R1", **rule}]})).claims
    assert claim.severity is severity


def test_level_that_the_run_was_configured_with() -> None:
    override = {"descriptor": {"index": 0}, "configuration": {"level": "error"}}
    invocation = {"executionSuccessful": True, "ruleConfigurationOverrides": [override]}
    (claim,) = told(log(result(), driver={"rules": [RULE]}, invocations=[invocation])).claims
    assert claim.severity is Severity.HIGH


RULES: dict[str, dict[str, object]] = {
    "by id": {"ruleId": "X2"},
    "by index": {"ruleId": "", "ruleIndex": 1},
    "by a part of an id": {"ruleId": "X2/sub/part"},
    "by reference": {"ruleId": None, "rule": {"id": "X2", "index": 1}},
    "of an extension by its index": {
        "ruleId": None,
        "rule": {"index": 0, "toolComponent": {"index": 0}},
    },
    "of an extension by its name": {
        "ruleId": None,
        "rule": {"index": 0, "toolComponent": {"name": "More"}},
    },
}


@pytest.mark.parametrize("named", RULES.values(), ids=RULES)
def test_rule_is_found(named: dict[str, object]) -> None:
    rules = [{"id": "X1", "name": "other"}, {"id": "X2", "name": "meant"}]
    more = [{"name": "More", "rules": [{"id": "X3", "name": "meant"}]}]
    (claim,) = told(log(result(**named), driver={"rules": rules}, tool={"extensions": more})).claims
    assert claim.title == "meant"


@pytest.mark.parametrize("index", [-1, 7])
def test_rule_that_is_not_there_keeps_its_id(index: int) -> None:
    (claim,) = told(log(result(ruleIndex=index), driver={"rules": []})).claims
    assert (claim.rule, claim.title) == ("R1", "It is so.")


def test_message_by_its_id_with_arguments() -> None:
    message = {"id": "default", "arguments": ["one", "two"]}
    (claim,) = told(log(result(message=message), driver={"rules": [RULE]})).claims
    assert claim.message == "one is not two, {2}"


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "pass"},
        {"kind": "notApplicable"},
        {"kind": "informational"},
        {"baselineState": "absent"},
    ],
    ids=["passed", "not-applicable", "informational", "gone"],
)
def test_what_is_no_finding(more: dict[str, object]) -> None:
    run = told(log(result(**more)))
    assert (run.claims, run.results, run.not_checked) == ((), 1, ())


def test_what_the_tool_left_open_is_not_checked() -> None:
    run = told(log(result(kind="open")))
    assert run.claims == ()
    (gap,) = run.not_checked
    assert (gap.where, gap.why) == ("R1", "the tool could not tell: It is so.")


NOTES: dict[str, tuple[dict[str, object], str]] = {
    "suppressed": (
        {"suppressions": [{"kind": "inSource", "justification": "a test"}]},
        "suppressed inSource: a test",
    ),
    "rejected": ({"suppressions": [{"kind": "external", "status": "rejected"}]}, ""),
    "under review": ({"suppressions": [{"kind": "external", "status": "underReview"}]}, ""),
    "review": ({"kind": "review"}, "to be reviewed"),
    "baseline": ({"baselineState": "unchanged"}, "since the baseline: unchanged"),
}


@pytest.mark.parametrize(("more", "note"), NOTES.values(), ids=NOTES)
def test_note(more: dict[str, object], note: str) -> None:
    run = told(log(result(**more)))
    assert [claim.note for claim in run.claims] == [note]
    assert run.suppressed == (1 if note.startswith("suppressed") else 0)


def test_each_location_is_a_place() -> None:
    run = told(log(result(locations=[location(line=1), location("b.py", line=2)])))
    assert [(c.spot.paths[0], c.spot.line) for c in run.claims] == [("src/a.py", 1), ("b.py", 2)]


def test_steps_and_related_places_are_told() -> None:
    flow = {"threadFlows": [{"locations": [{"location": location("in.py", 1)}]}]}
    (claim,) = told(log(result(codeFlows=[flow], relatedLocations=[location("out.py", 9)]))).claims
    assert claim.message == "It is so. Related: in.py:1, out.py:9."


PLACES: dict[str, tuple[dict[str, object], dict[str, object], tuple[str, ...]]] = {
    "a file URI": (location("file:///code/a%20b.py"), {}, ("/code/a b.py",)),
    "Windows": (location("file:///C:/code/a.py"), {}, ("C:/code/a.py",)),
    "a drive without a scheme": (location("C:\\code\\a.py"), {}, ("C:\\code\\a.py",)),
    "another scheme": (location("https://x.example/a"), {}, ("https://x.example/a",)),
    "a base that is not told": (location("a.py", uriBaseId="%SRCROOT%"), {}, ("a.py",)),
    "a base": (
        location("a.py", uriBaseId="SRC"),
        {
            "originalUriBaseIds": {
                "ROOT": {"uri": "file:///w/"},
                "SRC": {"uri": "src/", "uriBaseId": "ROOT"},
            }
        },
        ("a.py", "/w/src/a.py"),
    ),
    "a base of itself": (
        location("a.py", uriBaseId="A"),
        {"originalUriBaseIds": {"A": {"uri": "x/", "uriBaseId": "A"}}},
        ("a.py", "x/" * 16 + "a.py"),
    ),
    "an artifact": (
        {"physicalLocation": {"artifactLocation": {"index": 0}}},
        {"artifacts": [{"location": {"uri": "b.py"}}]},
        ("b.py",),
    ),
    "no such artifact": ({"physicalLocation": {"artifactLocation": {"index": 3}}}, {}, ()),
    "a name": ({"logicalLocations": [{"fullyQualifiedName": "app.Main"}]}, {}, ("app.Main",)),
}


@pytest.mark.parametrize(("place", "run", "paths"), PLACES.values(), ids=PLACES)
def test_paths(place: dict[str, object], run: dict[str, object], paths: tuple[str, ...]) -> None:
    (claim,) = told(log(result(locations=[place]), **run)).claims  # type: ignore[arg-type]  # fields by name
    assert claim.spot.paths == paths


def test_target_stands_for_a_location() -> None:
    (claim,) = told(log(result(locations=[], analysisTarget={"uri": "x.c"}))).claims
    assert claim.spot.paths == ("x.c",)


KINDS = {
    "gitleaks": ("gitleaks", "R1", Kind.SECRET),
    "checkov": ("Checkov", "R1", Kind.MISCONFIGURATION),
    "an advisory": ("trivy", "CVE-2024-12345", Kind.VULNERABILITY),
    "any other": ("CodeQL", "R1", Kind.WEAKNESS),
}


@pytest.mark.parametrize(("tool", "rule", "kind"), KINDS.values(), ids=KINDS)
def test_kind(tool: str, rule: str, kind: Kind) -> None:
    (claim,) = told(log(result(ruleId=rule), driver={"name": tool})).claims
    assert claim.kind is kind


def test_weaknesses_of_a_taxonomy() -> None:
    cwe = {"toolComponent": {"name": "CWE"}}
    related = {"id": "R1", "relationships": [{"target": {"id": "22", **cwe}}]}
    (claim,) = told(log(result(), driver={"rules": [related]})).claims
    assert claim.weaknesses == ("CWE-22",)
    (own,) = told(log(result(taxa=[{"id": "CWE-78", **cwe}]), driver={"rules": [related]})).claims
    assert own.weaknesses == ("CWE-78",)


GAPS: dict[str, tuple[dict[str, object], str]] = {
    "no list of results": ({"results": None}, "the run has no list of results"),
    "results elsewhere": (
        {"externalPropertyFileReferences": {"results": [{"guid": "x"}]}},
        "its results are in another file",
    ),
    "no success": (
        {"invocations": [{"executionSuccessful": False, "exitCodeDescription": "out of \x1b[m"}]},
        "the run did not succeed: out of \\x1b[m",
    ),
    "an error while it ran": (
        {
            "invocations": [
                {
                    "executionSuccessful": True,
                    "toolExecutionNotifications": [
                        {"level": "error", "message": {"text": "rule X crashed"}},
                        {"level": "note", "message": {"text": "fine"}},
                    ],
                }
            ]
        },
        "rule X crashed",
    ),
    "an error of its configuration": (
        {
            "invocations": [
                {
                    "executionSuccessful": True,
                    "toolConfigurationNotifications": [
                        {"level": "error", "message": {"text": "no such rule"}}
                    ],
                }
            ]
        },
        "no such rule",
    ),
}


@pytest.mark.parametrize(("run", "why"), GAPS.values(), ids=GAPS)
def test_gap(run: dict[str, object], why: str) -> None:
    assert [gap.why for gap in told(log(**run)).not_checked] == [why]  # type: ignore[arg-type]  # fields by name


def test_several_runs() -> None:
    one, two = log(result()), log(driver={"name": "Other"})
    runs = JsonValue({"version": "2.1.0", "runs": [*_runs(one), *_runs(two)]})
    assert [(run.tool, len(run.claims)) for run in read_sarif(runs)] == [("Tool", 1), ("Other", 0)]


def _runs(document: Mapping[str, object]) -> list[object]:
    runs = document["runs"]
    assert isinstance(runs, list)
    return runs


def test_log_without_a_run_is_not_clean() -> None:
    (run,) = read_sarif(JsonValue({"version": "2.1.0", "runs": []}))
    assert [gap.why for gap in run.not_checked] == ["the log has no run"]


def test_time_of_the_run() -> None:
    times = [{"endTimeUtc": "2026-01-01T00:00:00Z"}, {"startTimeUtc": "2026-01-02T00:00:00Z"}]
    assert told(log(invocations=times)).observed_at == "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"version": "2.0.0", "runs": []},
            "[malformed] SARIF '2.0.0', where 2.1.0 is read, at version",
        ),
        ({"version": "2.1.0"}, "[malformed] no runs, at runs"),
        ({"version": "2.1.0", "runs": [{}]}, "[malformed] no tool, at runs[0].tool"),
        (
            {"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]},
            "[malformed] no name, at runs[0].tool.driver.name",
        ),
        (
            log({"locations": 1}),
            "[malformed] int where an array is needed, at runs[0].results[0].locations",
        ),
    ],
    ids=["version", "no-runs", "no-tool", "no-name", "type"],
)
def test_refused(document: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_sarif(JsonValue(document))
    assert str(caught.value) == message
