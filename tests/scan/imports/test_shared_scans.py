"""Reports of real tools: as many results as are known to be in them.

What a finding is differs between importers: some count each report, some what differs. So each
format is compared by what is known of it: all places, or those that differ.
"""

from pathlib import Path
from typing import Final

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.fingerprint import name_sightings
from assay.findings.place import SourceText
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, map_claims

NO_FILES: Final = CommitFiles(paths=frozenset(), text=lambda path: SourceText(path, b""))
KEY: Final = b"k" * 32
PLACES: Final = ("bandit", "sarif", "gosec", "sonarqube", "hadolint", "checkov", "kics")
DISTINCT: Final = ("semgrep", "tfsec", "gitleaks")
BETWEEN: Final = ("noseyparker", "trufflehog", "grype")  # one thing in two files is one, or two


def expected(shared_data: Path, tools: tuple[str, ...]) -> dict[str, int]:
    told = JsonValue(
        parse_json((shared_data / "scans/expected.json").read_bytes(), max_bytes=2**20)
    )
    return {
        name: count.integer()
        for name, count in told.field("files").members()
        if name.partition("/")[0] in tools and not name.endswith(".html")
    }


def counts(path: Path) -> tuple[int, int, int]:
    """Return how many places, distinct results, and findings a report has."""
    tool = path.parent.name
    runs = parse_foreign_report(path.read_bytes(), tool=tool)
    mapped = [map_claims(told, NO_FILES, identity_key=KEY).sightings for told in runs]
    findings = [finding for found in mapped for finding in name_sightings(found)]
    return sum(len(told.claims) for told in runs), sum(map(len, mapped)), len(findings)


def test_every_place_is_counted(shared_data: Path) -> None:
    files = expected(shared_data, (*PLACES, "govulncheck"))
    assert len(files) > 20
    assert {name: counts(shared_data / "scans" / name)[0] for name in files} == files


def test_every_distinct_result_is_counted(shared_data: Path) -> None:
    files = expected(shared_data, DISTINCT)
    assert files
    assert {name: counts(shared_data / "scans" / name)[1] for name in files} == files


def test_what_has_no_place_of_its_own_is_counted_by_value_or_by_place(shared_data: Path) -> None:
    files = expected(shared_data, BETWEEN)
    assert files
    for name, count in files.items():
        places, _, findings = counts(shared_data / "scans" / name)
        assert findings <= count <= places, name


@pytest.mark.parametrize("tool", [*PLACES, *DISTINCT, *BETWEEN, "trivy"])
def test_format_is_told_by_what_is_in_the_file(shared_data: Path, tool: str) -> None:
    for path in sorted((shared_data / "scans" / tool).glob("*.[js]*")):
        data = path.read_bytes()
        assert parse_foreign_report(data, tool="") == parse_foreign_report(data, tool=tool), path


def test_no_secret_of_a_report_gets_through(shared_data: Path) -> None:
    for tool in ("gitleaks", "trufflehog", "noseyparker"):
        for path in sorted((shared_data / "scans" / tool).iterdir()):
            for told in parse_foreign_report(path.read_bytes(), tool=tool):
                found = name_sightings(map_claims(told, NO_FILES, identity_key=KEY).sightings)
                text = str([finding.as_json() for finding in found])
                secrets = {claim.secret.decode(errors="replace") for claim in told.claims}
                assert not [s for s in secrets if len(s) > 12 and s in text], path
