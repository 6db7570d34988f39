"""Vulnerabilities in SARIF: one component and one advisory, however a tool writes them."""

from collections import Counter
from pathlib import Path

import pytest

from assay.findings.finding import Finding, Kind
from assay.findings.fingerprint import name_sightings
from assay.findings.merge import merge_findings
from assay.findings.place import SourceText
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, map_claims
from tests.scan.imports.logs import log, result, told

NO_FILES = CommitFiles(paths=frozenset(), text=lambda path: SourceText(path, b""))


def traits(rule: dict[str, object], text: str) -> dict[str, str]:
    document = log(
        result(ruleId=rule["id"], message={"text": text}), driver={"name": "T", "rules": [rule]}
    )
    (claim,) = told(document).claims
    return dict(claim.traits) if claim.kind is Kind.VULNERABILITY else {}


def described(name: str, about: str = "", **more: object) -> dict[str, object]:
    return {"id": name, "fullDescription": {"text": about}, **more}


TOLD = {
    "trivy": (
        described("CVE-2011-3374"),
        "Package: libapt-pkg6.0\nInstalled Version: 2.6.1\nVulnerability CVE-2011-3374",
        ("CVE-2011-3374", "libapt-pkg6.0@2.6.1"),
    ),
    "grype": (
        described("GHSA-abcd-ef12-3456-lodash"),
        "The path /a reports lodash at version 4.17.20  which is a vulnerable (npm) package",
        ("GHSA-ABCD-EF12-3456", "lodash@4.17.20"),
    ),
    "osv-scanner": (
        described("CVE-2021-1234"),
        "Package '@a/b@1.2.3' is vulnerable to 'CVE-2021-1234'.",
        ("CVE-2021-1234", "@a/b@1.2.3"),
    ),
    "snyk, of a system": (
        described(
            "SNYK-DEBIAN12-APT-1", "(CVE-2011-3374) apt/libapt@2", properties={"tags": ["deb"]}
        ),
        "This file introduces a vulnerable apt package.",
        ("CVE-2011-3374", "libapt@2"),
    ),
    "snyk, of a language": (
        described("SNYK-JS-BABEL-1", "(CVE-2023-45133) @babel/traverse@7.22"),
        "This file introduces a vulnerable package.",
        ("CVE-2023-45133", "@babel/traverse@7.22"),
    ),
    "a component that is not told": (
        described("CVE-2020-1000"),
        "Something is old.",
        ("CVE-2020-1000", "src/a.py: Something is old."),
    ),
}


@pytest.mark.parametrize(("rule", "text", "expected"), TOLD.values(), ids=TOLD)
def test_component_and_advisory(
    rule: dict[str, object], text: str, expected: tuple[str, str]
) -> None:
    found = traits(rule, text)
    assert (found["cluster"], found["component"]) == expected


def test_advisory_in_a_text_about_something_else_makes_no_vulnerability() -> None:
    assert traits(described("R1", "(CVE-2011-3374) apt@2"), "As in CVE-2011-3374.") == {}


def test_two_components_that_are_not_told_stay_two() -> None:
    document = log(
        *(result(ruleId="CVE-2020-1000", message={"text": f"{name} is old."}) for name in "ab")
    )
    mapped = map_claims(told(document), NO_FILES, identity_key=b"k")
    assert len(name_sightings(mapped.sightings)) == 2


def findings(path: Path) -> list[Finding]:
    return [
        finding
        for run in parse_foreign_report(path.read_bytes(), tool="")
        for finding in name_sightings(map_claims(run, NO_FILES, identity_key=b"k").sightings)
    ]


def test_three_scanners_of_one_image_mean_the_same_findings(shared_data: Path) -> None:
    """Counted by hand, with grep: Trivy and Grype name the same 99 packages and CVEs.

    Snyk names one package of each source: 64 of those, and CVE-2023-0634 in passwd besides.
    """
    folder = shared_data / "vectors/openvex/vexctl/examples/sarif"
    seen = {
        name: findings(folder / f"nginx-{name}.sarif.json") for name in ("grype", "snyk", "trivy")
    }
    assert {name: len(found) for name, found in seen.items()} == {
        "grype": 99,
        "snyk": 65,
        "trivy": 99,
    }
    merged = merge_findings(finding for found in seen.values() for finding in found)
    tools = Counter(len({o.tool for o in finding.observations}) for finding in merged)
    assert tools == {3: 64, 2: 35, 1: 1}
    assert {finding.kind for finding in merged} == {Kind.VULNERABILITY}
