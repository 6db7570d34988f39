"""The shape that every log of ours is held against is SARIF: shown with the schema of OASIS.

`tests.findings.sarifshape` is written by us, and each test of what we write goes by it. Whatever
fits it fits the schema too: each member is one of SARIF's, whose values it restricts further. The
schema is not ours to copy; `python tools/sarif_schema.py` gets it, and without it these skip.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from jsonschema import Draft4Validator
from sarif_schema import SCHEMA

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.fingerprint import name_sightings
from assay.findings.place import SourceText
from assay.findings.sarif import Examined, render_sarif
from assay.findings.scanreport import ScanReport
from assay.scan.imports.formats import parse_foreign_report
from assay.scan.imports.mapping import CommitFiles, map_claims
from tests.findings.sarifshape import SHAPE

NO_FILES = CommitFiles(paths=frozenset(), text=lambda path: SourceText(path, b""))
MAX_FILE_BYTES = 2**19  # larger reports of the shared scans say nothing new here


@pytest.fixture(scope="module")
def schema() -> JsonValue:
    if not SCHEMA.exists():
        pytest.skip("SARIF's schema: not here; python tools/sarif_schema.py gets it")
    return JsonValue(parse_json(SCHEMA.read_bytes(), max_bytes=2**20))


def resolved(schema: JsonValue, root: JsonValue) -> JsonValue:
    name = schema.optional_text("$ref").removeprefix("#/definitions/")
    return root.field("definitions").field(name) if name else schema


def widened(shape: JsonValue, schema: JsonValue, root: JsonValue, where: str) -> list[str]:
    """Return where `shape` lets something through that `schema`, a part of `root`, does not."""
    schema = resolved(schema, root)
    told: list[str] = []
    wanted = {item.text() for item in schema.optional_items("required")}
    given = {item.text() for item in shape.optional_items("required")}
    if shape.optional("properties") is not None and not wanted <= given:
        told.append(f"{where}: {sorted(wanted - given)} may be missing")
    known = dict((schema.optional("properties") or JsonValue({})).members())
    other = schema.optional("additionalProperties")
    for name, part in (shape.optional("properties") or JsonValue({})).members():
        expected = known.get(name, other)
        if expected is None or expected.value is False:
            told.append(f"{where}.{name}: not SARIF")
        elif expected.value is not True:  # a bag holds anything
            told += widened(part, expected, root, f"{where}.{name}")
    if (items := shape.optional("items")) and (expected := schema.optional("items")):
        told += widened(items, expected, root, f"{where}[]")
    return told + narrower_values(shape, schema, where)


def narrower_values(shape: JsonValue, schema: JsonValue, where: str) -> list[str]:
    """Return where a value of `shape` may be of another type, or not one of those listed."""
    const = shape.optional("const")
    values = [const] if const else list(shape.optional_items("enum"))
    listed = [item.value for item in schema.optional_items("enum")]
    told = [f"{where}: {v.value!r}" for v in values if listed and v.value not in listed]
    if listed and not values:
        told.append(f"{where}: any value")
    least, own = schema.optional("minItems"), shape.optional("minItems")
    if least and least.integer() > (own.integer() if own else 0):
        told.append(f"{where}: too few items")
    return told


def test_what_fits_our_shape_is_sarif(schema: JsonValue) -> None:
    assert widened(JsonValue(SHAPE), schema, schema, "log") == []


WIDER = {
    "a member": ({"properties": {"odd": {}}}, ["run.odd: not SARIF"]),
    "missing": (
        {"properties": {"tool": {"properties": {}}}, "required": ["tool"]},
        ["run.tool: ['driver'] may be missing"],
    ),
    "a value": (
        {"properties": {"columnKind": {"const": "bytes"}}, "required": ["tool"]},
        ["run.columnKind: 'bytes'"],
    ),
    "any value": (
        {"properties": {"columnKind": {"type": "string"}}, "required": ["tool"]},
        ["run.columnKind: any value"],
    ),
}


@pytest.mark.parametrize(("shape", "told"), WIDER.values(), ids=WIDER)
def test_a_shape_that_is_wider_is_told(
    shape: dict[str, object], told: list[str], schema: JsonValue
) -> None:
    run = schema.field("definitions").field("run")
    assert told[-1] in widened(JsonValue(shape), run, schema, "run")


def imported(path: Path) -> tuple[ScanReport, ...]:
    """Return the runs of a report that somebody else's tool wrote."""
    return tuple(
        ScanReport(
            scanner=f"imported/{number}",
            tool=told.tool,
            version=told.version or "unknown",
            observed_at=datetime(2026, 1, 31, tzinfo=UTC),
            inputs=MappingProxyType({"report": "sha256:0"}),
            findings=name_sightings(map_claims(told, NO_FILES, identity_key=b"k").sightings),
            not_checked=told.not_checked,
        )
        for number, told in enumerate(parse_foreign_report(path.read_bytes(), tool=""))
    )


@pytest.mark.parametrize("tool", ["sarif", "bandit", "semgrep", "checkov", "trufflehog", "kics"])
def test_reports_of_others_leave_as_sarif(tool: str, schema: JsonValue, shared_data: Path) -> None:
    paths = sorted((shared_data / "scans" / tool).iterdir())
    small = [path for path in paths if path.stat().st_size < MAX_FILE_BYTES]
    assert small
    for path in small:
        log = render_sarif(imported(path), Examined(commit="c0ffee"))
        told = json.loads(render_canonical_json(log))
        Draft4Validator(schema.value).validate(told)
