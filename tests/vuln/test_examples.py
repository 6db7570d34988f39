"""The advisories of the demo are facts: they say what the public databases say."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.findings.finding import Severity
from assay.vuln.advisory import Advisory
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.osv import parse_advisory
from assay.vuln.package import normal_name
from assay.vuln.ranges import extent_of
from tests.vuln.test_match import component

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples" / "advisories"
AT = datetime(2026, 3, 1, tzinfo=UTC)

VULNERABLE = {
    "pkg:pypi/jinja2@2.11.2": (Severity.MEDIUM, "2.11.3"),
    "pkg:pypi/pyyaml@5.3.1": (Severity.CRITICAL, "5.4"),
    "pkg:pypi/requests@2.25.1": (Severity.MEDIUM, "2.31.0"),
    "pkg:npm/lodash@4.17.15": (Severity.HIGH, "4.17.21"),
    "pkg:npm/minimist@1.2.5": (Severity.CRITICAL, "1.2.6"),
    "pkg:golang/golang.org/x/text@v0.3.7": (Severity.HIGH, "v0.3.8"),
    "pkg:cargo/regex@1.5.4": (Severity.HIGH, "1.5.5"),
}


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirror")
    import_advisories(EXAMPLES, folder, at=AT)
    return folder


@pytest.mark.parametrize("purl", VULNERABLE)
def test_each_is_found_with_its_severity_and_its_fix(mirror: Path, purl: str) -> None:
    severity, fixed = VULNERABLE[purl]
    one = component(purl)
    result = match_components([one], load_advisories(mirror, [one]), at=AT)
    (finding,) = result.findings
    assert (finding.severity, result.not_checked) == (severity, ())
    assert finding.remedy == f"Upgrade {one.name} from {one.version} to {fixed} or later"
    repaired = component(purl.replace(one.version, fixed))
    assert not match_components([repaired], load_advisories(mirror, [repaired]), at=AT).findings


def _public(shared_data: Path) -> Iterator[Advisory]:
    for name in ("Go", "PyPI", "crates.io"):
        with zipfile.ZipFile(shared_data / "osv" / f"{name}.zip") as archive:
            for entry in archive.namelist():
                yield parse_advisory(archive.read(entry))


def test_the_ranges_are_those_of_the_public_databases(shared_data: Path) -> None:
    """Compared at the ends of the ranges, where the public record has the same CVE.

    One may know an earlier beginning than the other, so only the fixed versions are compared.
    """
    examples = [parse_advisory(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.json"))]
    by_cve = {alias: e for e in examples for alias in e.aliases if alias.startswith("CVE-")}
    compared = set()
    for public in _public(shared_data):
        for cve in set(public.aliases) & set(by_cve):
            for entry in by_cve[cve].affected:
                name = normal_name(entry.ecosystem, entry.name)
                same = [
                    a
                    for a in public.affected
                    if a.ecosystem == entry.ecosystem and normal_name(a.ecosystem, a.name) == name
                ]
                ours, theirs = (extent_of(entry.ecosystem, e) for e in ([entry], same))
                assert {i.end for i in ours.intervals} == {i.end for i in theirs.intervals}, cve
                compared.add(cve)
    assert len(compared) >= 7
