from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.finding import Kind, identity_of
from assay.findings.scanreport import ScanReport, parse_scan_report
from tests.findings.test_finding import FINDING

REPORT = ScanReport(
    scanner="code",
    tool="bandit",
    version="1.9.4",
    observed_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
    inputs=MappingProxyType({"options": "sha256:0"}),
    examined=MappingProxyType({"files": 2}),
    findings=(FINDING,),
    not_checked=(NotChecked(what="file", where="b.py", why="odd"),),
)


def test_round_trip_through_the_bytes_that_are_signed() -> None:
    data = render_canonical_json(REPORT.as_json())
    assert parse_scan_report(JsonValue(parse_json(data, max_bytes=10_000))) == REPORT


def test_order_does_not_change_the_bytes() -> None:
    first = replace(FINDING, identity=identity_of(Kind.WEAKNESS, "1"))
    second = replace(FINDING, identity=identity_of(Kind.WEAKNESS, "2"))
    one = replace(REPORT, findings=(first, second))
    other = replace(REPORT, findings=(second, first))
    assert render_canonical_json(one.as_json()) == render_canonical_json(other.as_json())


@pytest.mark.parametrize("field", tuple(REPORT.as_json()))
def test_each_field_is_required(field: str) -> None:
    value = REPORT.as_json()
    del value[field]
    with pytest.raises(MalformedError) as caught:
        parse_scan_report(JsonValue(value))
    assert str(caught.value) == f"[malformed] no {field}, at {field}"


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "tool": ({"tool": {"name": "x"}}, "[malformed] no version, at tool.version"),
    "time": (
        {"observedAt": "2026-01-31T12:00:00"},
        "[malformed] '2026-01-31T12:00:00' has no time zone (end it in Z)",
    ),
    "count": (
        {"examined": {"files": "2"}},
        "[malformed] str where a whole number is needed, at examined.files",
    ),
    "gap": ({"notChecked": [{}]}, "[malformed] no what, at notChecked[0].what"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_scan_report(JsonValue(REPORT.as_json() | change))
    assert str(caught.value) == message
