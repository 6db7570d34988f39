"""Linters, component scanners and dynamic tests in their own formats: what is read from where."""

import json
from collections.abc import Mapping

import pytest

from assay.core.errors import AssayError
from assay.findings.finding import Kind, Severity
from assay.findings.place import SourceText
from assay.scan.imports.claim import Told
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, map_claims

FILES = CommitFiles(paths=frozenset({"src/a.js"}), text=lambda path: SourceText(path, b"eval(x)\n"))


def told(document: object) -> Told:
    (run,) = parse_foreign_report(json.dumps(document).encode(), tool="")
    return run


def trivy(**results: object) -> dict[str, object]:
    result = {"Target": "src/a.js", "Class": "config", **results}
    return {"SchemaVersion": 2, "ArtifactName": ".", "Results": [result]}


def test_eslint() -> None:
    found = told(
        [
            {
                "filePath": "/ci/src/a.js",
                "messages": [
                    {"ruleId": "no-eval", "severity": 2, "message": "eval", "line": 1, "column": 1},
                    {"ruleId": None, "fatal": True, "severity": 2, "message": "Parsing error: x"},
                ],
                "suppressedMessages": [
                    {"ruleId": "semi", "severity": 1, "message": "m", "line": 1}
                ],
            }
        ]
    )
    assert [(c.rule, c.severity, c.note) for c in found.claims] == [
        ("no-eval", Severity.MEDIUM, ""),
        ("semi", Severity.LOW, "suppressed in the source"),
    ]
    mapped = map_claims(found, FILES, identity_key=b"k")
    assert [str(gap) for gap in mapped.not_checked] == [
        "file, src/a.js: eslint: Parsing error: x (correct the file, or what ESLint ignores)"
    ]
    assert mapped.sightings[0].place.text == "eval(x)"
    assert (found.results, found.suppressed) == (3, 1)


def test_brakeman() -> None:
    warning = {
        "warning_type": "SQL Injection",
        "check_name": "SQL",
        "message": "Possible SQL injection",
        "file": "app/a.rb",
        "line": 7,
        "link": "https://brakemanscanner.org/docs/sql",
        "code": "User.where(x)",
        "confidence": "High",
        "cwe_id": [89],
    }
    found = told(
        {
            "scan_info": {"brakeman_version": "7.0", "end_time": "2026-01-01"},
            "warnings": [warning],
            "ignored_warnings": [warning | {"line": 9}],
            "errors": [{"error": "cannot parse", "location": "app/b.rb"}],
        }
    )
    first, second = found.claims
    assert (first.rule, first.severity, first.weaknesses) == ("SQL", Severity.HIGH, ("CWE-89",))
    assert (first.spot.paths, first.spot.line) == (("app/a.rb",), 7)
    assert second.note == "suppressed in brakeman.ignore"
    assert [gap.why for gap in found.not_checked] == ["brakeman: cannot parse"]


def test_detect_secrets_tells_the_same_secret_by_its_hash() -> None:
    item = {"type": "AWS Access Key", "hashed_secret": "ab" * 20, "line_number": 3}
    found = told(
        {
            "version": "1.5.0",
            "plugins_used": [],
            "generated_at": "2026-01-01T00:00:00Z",
            "results": {"a": [item], "b": [item, item | {"hashed_secret": "cd" * 20}]},
        }
    )
    digests = {s.traits for s in map_claims(found, FILES, identity_key=b"k").sightings}
    assert len(digests) == 2
    assert {claim.kind for claim in found.claims} == {Kind.SECRET}


def test_detect_secrets_that_was_audited_stays_and_says_so() -> None:
    item = {"type": "T", "hashed_secret": "ab", "line_number": 3, "is_secret": False}
    found = told({"version": "1", "plugins_used": [], "results": {"a": [item]}})
    assert [claim.note for claim in found.claims] == ["suppressed: audited as no secret"]
    assert found.suppressed == 1


def test_trivy_component() -> None:
    item = {
        "VulnerabilityID": "CVE-2023-37920",
        "PkgName": "certifi",
        "InstalledVersion": "2022.5",
        "FixedVersion": "2023.7",
        "PkgIdentifier": {"PURL": "pkg:pypi/certifi@2022.5?arch=x"},
        "Severity": "CRITICAL",
        "CweIDs": ["CWE-345"],
        "PrimaryURL": "https://avd.example/CVE-2023-37920",
    }
    (claim,) = told(trivy(Vulnerabilities=[item])).claims
    assert claim.kind is Kind.VULNERABILITY
    assert dict(claim.traits) == {
        "cluster": "CVE-2023-37920",
        "component": "pkg:pypi/certifi@2022.5",
    }
    assert claim.remedy == "Upgrade certifi@2022.5 to 2023.7."


def test_trivy_settings_that_hold_are_no_findings() -> None:
    failed = {
        "ID": "DS002",
        "Title": "Image runs as root",
        "Message": "Add a USER",
        "Resolution": "Add USER",
        "Severity": "HIGH",
        "Status": "FAIL",
        "CauseMetadata": {"Resource": "", "StartLine": 1, "EndLine": 1},
    }
    passed, excepted = ({"ID": name, "Status": name} for name in ("PASS", "EXCEPTION"))
    found = told(trivy(Misconfigurations=[failed, failed | passed, failed | excepted]))
    claim, other = found.claims
    assert other.note == "suppressed by a policy of trivy"
    assert (claim.kind, claim.rule) == (Kind.MISCONFIGURATION, "DS002")
    assert (claim.spot.line, claim.remedy) == (1, "Add USER")


def test_trivy_secrets_are_known_by_their_place() -> None:
    item = {"RuleID": "aws-access-key-id", "Severity": "CRITICAL", "Title": "AWS", "StartLine": 1}
    found = told(trivy(Secrets=[item, item | {"StartLine": 2}]))
    sightings = map_claims(found, FILES, identity_key=b"k").sightings
    assert len({s.traits for s in sightings}) == 2
    assert {s.kind for s in sightings} == {Kind.SECRET}


def test_trivy_of_a_cluster() -> None:
    part = {"Target": "t", "Misconfigurations": [{"ID": "KSV001", "Severity": "LOW"}]}
    found = told({"ClusterName": "c", "Resources": [{"Kind": "Pod", "Results": [part]}]})
    assert [claim.rule for claim in found.claims] == ["KSV001"]


def grype(**more: object) -> dict[str, object]:
    return {
        "vulnerability": {"id": "GHSA-aaaa-bbbb-cccc", "severity": "High", "fix": {"versions": []}},
        "relatedVulnerabilities": [{"id": "CVE-2021-1"}],
        "artifact": {"name": "p", "version": "1", "purl": "pkg:npm/p@1", "locations": []},
        **more,
    }


def test_grype() -> None:
    found = told(
        {"matches": [grype()], "ignoredMatches": [grype()], "descriptor": {"version": "1"}}
    )
    first, second = found.claims
    assert dict(first.traits) == {"cluster": "CVE-2021-1", "component": "pkg:npm/p@1"}
    assert first.remedy == "Replace p@1: no fix is known."
    assert second.note == "suppressed by a rule of grype"


def test_component_without_a_package_url_is_known_by_its_name() -> None:
    artifact = {"name": "p", "version": "1", "purl": "no purl", "locations": [{"path": "/a"}]}
    (claim,) = told({"matches": [grype(artifact=artifact)]}).claims
    assert dict(claim.traits)["component"] == "p@1"
    assert claim.spot.paths == ("/a",)


def nuclei(**more: object) -> dict[str, object]:
    return {
        "template-id": "xss",
        "info": {
            "name": "XSS",
            "severity": "high",
            "reference": ["https://r.example"],
            "classification": {"cwe-id": ["cwe-79"], "cve-id": None},
        },
        "matched-at": "https://user@shop.example/find?q=token",
        "matcher-status": True,
        "timestamp": "2026-01-01T00:00:00Z",
        **more,
    }


def test_nuclei() -> None:
    found = told([nuclei(), nuclei(**{"matcher-status": False})])
    (claim,) = found.claims
    assert (claim.kind, claim.severity, claim.weaknesses) == (
        Kind.DYNAMIC,
        Severity.HIGH,
        ("CWE-79",),
    )
    assert claim.spot.paths == ("shop.example/find",)
    assert dict(claim.traits) == {"route": "/find"}


def test_service_is_no_file_that_is_missing() -> None:
    mapped = map_claims(told([nuclei()]), FILES, identity_key=b"k")
    assert (mapped.not_checked, mapped.sightings[0].note) == ((), "")


def test_host_and_query_are_not_what_a_dynamic_finding_is() -> None:
    other = nuclei(**{"matched-at": "https://staging.example/find?q=other"})
    first, second = told([nuclei(), other]).claims
    assert first.traits == second.traits


def test_zap() -> None:
    alert = {
        "pluginid": "40012",
        "alert": "XSS",
        "riskcode": "3",
        "cweid": "79",
        "solution": "<p>Escape it.</p>",
        "reference": "<p>https://a.example</p><p>https://b.example</p>",
        "instances": [
            {"uri": "https://h.example/a?x=1", "method": "GET", "param": name} for name in "xy"
        ],
    }
    found = told({"@version": "2.16.1", "site": [{"alerts": [alert]}]})
    assert [dict(claim.traits) for claim in found.claims] == [
        {"method": "GET", "parameter": name, "route": "/a"} for name in "xy"
    ]
    assert found.claims[0].references == ("https://a.example", "https://b.example")
    assert found.claims[0].severity is Severity.HIGH
    assert "Escape it." in found.claims[0].remedy


def test_zap_of_one_site() -> None:
    alert = {"pluginid": "1", "alert": "A", "riskcode": "0", "cweid": "0"}
    (claim,) = told({"@version": "1", "site": {"alerts": [alert]}}).claims
    assert (claim.weaknesses, claim.severity) == ((), Severity.INFO)


def test_nothing_at_all_is_a_report_of_a_tool_that_writes_lines() -> None:
    (run,) = parse_foreign_report(b"", tool="nuclei")
    assert (run.tool, run.claims) == ("nuclei", ())


@pytest.mark.parametrize("tool", ["", "trivy", "gitleaks", "eslint", "checkov"])
def test_nothing_at_all_is_no_report_of_another(tool: str) -> None:
    """The tool crashed before it wrote its list."""
    with pytest.raises(AssayError) as caught:
        parse_foreign_report(b"\n", tool=tool)
    assert str(caught.value).startswith("[malformed] not strict JSON: Expecting value")


LACKING: Mapping[str, tuple[object, str]] = {
    "eslint": ([{"filePath": "a", "messages": [1]}], "[malformed] int where an object is needed"),
    "brakeman": ({"scan_info": {}, "warnings": [{}]}, "[malformed] no warning_type"),
    "trivy": (trivy(Vulnerabilities=[{}]), "[malformed] no PkgName"),
    "grype": ({"matches": [{}], "descriptor": {}}, "[malformed] no vulnerability"),
    "nuclei": ([{"template-id": "x", "info": 1}], "[malformed] int where an object is needed"),
    "zap": ({"@version": "1", "site": [{"alerts": [{}]}]}, "[malformed] no alert"),
}


@pytest.mark.parametrize(("document", "message"), LACKING.values(), ids=LACKING)
def test_what_a_tool_always_tells_is_needed(document: object, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        told(document)
    assert str(caught.value).startswith(message)
