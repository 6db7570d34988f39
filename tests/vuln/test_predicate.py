import json
from datetime import UTC, datetime

import pytest

from assay import __version__
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import render_canonical_json
from assay.sbom.component import Component
from assay.vuln.match import match_components
from assay.vuln.predicate import parse_vulns, render_vulns, report_matches
from tests.vuln.records import encoded
from tests.vuln.test_match import AT, component, known

SCANNED = datetime(2026, 3, 2, tzinfo=UTC)


def _predicate(*components: Component) -> dict[str, object]:
    advisories = known(encoded(aliases=["CVE-2026-1"]))
    report = report_matches(match_components(components, advisories, at=AT), at=SCANNED)
    found: object = json.loads(render_canonical_json(render_vulns(report)))
    assert isinstance(found, dict)
    return found


def test_rendered() -> None:
    predicate = _predicate(component())
    report = predicate.pop("assay_report")
    assert isinstance(report, dict)
    (finding,) = report["findings"]
    assert predicate == {
        "scanner": {
            "uri": "urn:assay:scanner:vulnerabilities",
            "version": __version__,
            "db": {
                "uri": "https://osv.dev",
                "version": report["inputs"]["advisories"],
                "lastUpdate": "2026-02-28T00:00:00Z",
            },
            "result": [
                {
                    "id": "CVE-2026-1",
                    "severity": [{"method": "assay", "score": "unknown"}],
                    "annotations": [
                        {"finding": finding["identity"]},
                        {"title": "CVE-2026-1 in shop 1.0"},
                    ],
                }
            ],
        },
        "metadata": {
            "scanStartedOn": "2026-03-02T00:00:00Z",
            "scanFinishedOn": "2026-03-02T00:00:00Z",
        },
    }


def test_round_trip() -> None:
    predicate = _predicate(component(), component("pkg:npm/a@1"))
    report = parse_vulns(JsonValue(predicate))
    assert (report.scanner, report.observed_at) == ("vulnerabilities", SCANNED)
    assert len(report.findings) == len(report.not_checked) == 1
    assert json.loads(render_canonical_json(render_vulns(report))) == predicate


def _without(*path: str) -> dict[str, object]:
    predicate = _predicate(component())
    at: object = predicate
    for name in path[:-1]:
        assert isinstance(at, dict)
        at = at[name]
    assert isinstance(at, dict)
    del at[path[-1]]
    return predicate


def _changed(scanner: str) -> dict[str, object]:
    predicate = _predicate(component())
    report = predicate["assay_report"]
    assert isinstance(report, dict)
    report["scanner"] = scanner
    return predicate


def _unrated() -> dict[str, object]:
    predicate = _predicate(component())
    scanner = predicate["scanner"]
    assert isinstance(scanner, dict)
    scanner["result"][0]["severity"] = []
    return predicate


REFUSED = {
    "a result without a severity": (
        _unrated(),
        "[malformed] not what assay_report says, at scanner.result",
    ),
    "no report": (_without("assay_report"), "[malformed] no assay_report, at assay_report"),
    "no inputs": (
        _without("assay_report", "inputs"),
        "[malformed] no inputs, at assay_report.inputs",
    ),
    "another scanner": (
        _changed("secrets"),
        "[malformed] scanner 'secrets', not 'vulnerabilities', at assay_report.scanner",
    ),
    "no result": (
        _without("scanner", "result"),
        "[malformed] no result, at scanner.result",
    ),
    "a result that the report does not have": (
        _predicate(component()) | {"assay_report": _predicate()["assay_report"]},
        "[malformed] not what assay_report says, at scanner.result",
    ),
    "a finding that the result does not have": (
        _predicate(component()) | {"scanner": _predicate()["scanner"]},
        "[malformed] not what assay_report says, at scanner.result",
    ),
}


@pytest.mark.parametrize(("predicate", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(predicate: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_vulns(JsonValue(predicate))
    assert str(caught.value) == message
