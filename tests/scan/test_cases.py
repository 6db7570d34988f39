"""Every scanner of the registry has cases: what it must find, and what it must leave alone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Finding
from assay.scan.registry import SCANNERS
from assay.scan.scanner import Scanner
from tests.scan.folder import scan

CASES: Final = Path(__file__).parent.parent / "cases" / "scan"
MANY: Final = 3  # rules that each scanner has cases for, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    rule: str
    path: str
    text: str
    fires: Mapping[str, list[int]]


def load_cases(scanner: str) -> tuple[Case, ...]:
    document = JsonValue(yaml.safe_load((CASES / f"{scanner}.yaml").read_text()))
    assert document.field("scanner").text() == scanner
    return tuple(
        Case(
            rule=item.field("rule").text(),
            path=item.field("path").text(),
            text=item.field("text").text(),
            fires={
                rule: [line.integer() for line in lines.items()]
                for rule, lines in item.field("fires").members()
            },
        )
        for item in document.field("cases").items()
    )


@pytest.fixture(params=SCANNERS, ids=lambda scanner: scanner.name, scope="module")
def scanner(request: pytest.FixtureRequest) -> Scanner:
    found: Scanner = request.param
    return found


def test_names_are_unique() -> None:
    assert len({scanner.name for scanner in SCANNERS}) == len(SCANNERS)


def test_every_rule_of_the_cases_fires_and_stays_quiet(scanner: Scanner) -> None:
    fires: set[str] = set()
    quiet: set[str] = set()
    for case in load_cases(scanner.name):
        (fires if case.rule in case.fires else quiet).add(case.rule)
    assert fires == quiet
    assert len(fires) >= MANY


def test_scanner_says_what_the_cases_say(
    scanner: Scanner, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases = load_cases(scanner.name)
    root = tmp_path_factory.mktemp(scanner.name)
    report = scan(scanner, root, {case.path: case.text for case in cases})
    found: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
    for finding in report.findings:
        place = finding.locations[0]
        found[place.path].setdefault(finding.rule, []).append(place.line)
    assert {case.path: found[case.path] for case in cases} == {
        case.path: case.fires for case in cases
    }
    assert report.not_checked == ()
    assert all(is_useful(finding) for finding in report.findings)


def is_useful(finding: Finding) -> bool:
    """Tell whether a finding says in our own words what it is and what to do, and where to read."""
    own = not finding.remedy.startswith("Do what the")
    return own and any(name.startswith("https://") for name in finding.references)
