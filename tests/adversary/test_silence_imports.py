"""A report of another tool must neither pass for a scan of ours, nor read as clean when it is not.

Each test is one way in which an importer elsewhere took a report that shows nothing for one that
shows that there is nothing, or lost what was in it on the way.
"""

import json
from dataclasses import replace
from typing import NoReturn

import pytest

from assay.core.errors import AssayError, RejectedError
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.findings.finding import Severity
from assay.gates.decision import Decision
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reading import IMPORTED_TYPE, SCAN_TYPE
from assay.gates.request import decide_verdict
from assay.policy.bundle import load_bundle, load_default_pack
from assay.scan.imports.formats import NAMES, parse_foreign_report
from assay.scan.imports.mapping import map_claims
from tests.fakes.trust import COMMIT, NOW, verified
from tests.gates.evidencekit import finding, imported, scan
from tests.gates.gatekit import request
from tests.gates.test_default_gate import CLEAN
from tests.scan.imports.logs import location, log, result, told
from tests.scan.imports.test_mapping import FILES, KEY

BUNDLE = load_bundle(load_default_pack())


def decide(*evidence: VerifiedStatement) -> Decision:
    return decide_verdict(replace(request(*evidence), bundle=BUNDLE)).decision


@pytest.mark.parametrize("scanner", ["code", "workflows", "configuration", "secrets"])
def test_import_does_not_stand_in_for_a_scan(scanner: str) -> None:
    """The report calls itself what our own scanner is called."""
    others = [statement for name, statement in CLEAN.items() if name != scanner]
    with_import = decide(*others, imported(tool=scanner))
    assert with_import.verdict is not Verdict.PASSED
    assert decide(*CLEAN.values()).verdict is Verdict.PASSED


def test_key_that_may_import_cannot_say_that_assay_scanned() -> None:
    predicate = scan("code").predicate().value
    assert isinstance(predicate, dict)
    forged = verified(predicate, predicate_type=SCAN_TYPE, role="importer")
    with pytest.raises(RejectedError) as caught:
        build_facts(subject=COMMIT, evidence=(forged,), parameters=Parameters(), at=NOW)
    assert caught.value.what == f"the statement {forged.digest} was verified for a importer"


def test_what_an_imported_report_leaves_open_is_in_the_verdict() -> None:
    gap = NotChecked(what="file", where="a.py", why="the tool cannot read it", remedy="Mend it.")
    assert gap in decide(*CLEAN.values(), imported(gaps=(gap,))).not_checked


def test_import_that_a_collector_signed_is_none() -> None:
    forged = imported(role="collector")
    with pytest.raises(RejectedError) as caught:
        build_facts(subject=COMMIT, evidence=(forged,), parameters=Parameters(), at=NOW)
    assert caught.value.what == f"the statement {forged.digest} was verified for a collector"


def test_import_that_speaks_for_a_collector_is_refused() -> None:
    predicate = imported().predicate().value
    assert isinstance(predicate, dict)
    forged = verified(
        {**predicate, "scanner": "code"}, predicate_type=IMPORTED_TYPE, role="importer"
    )
    facts = build_facts(subject=COMMIT, evidence=(forged,), parameters=Parameters(), at=NOW)
    assert "an import that speaks for the collector 'code'" in str(facts["refused"])
    assert facts["imported"] == {}


def test_cleaner_import_takes_nothing_away() -> None:
    bad = imported(finding(severity=Severity.HIGH))
    assert decide(*CLEAN.values(), bad, imported()).verdict is Verdict.FAILED


def test_age_of_an_import_is_that_of_the_run() -> None:
    """Evidence dated by its upload."""
    old, undated = imported(ran_at="2026-05-30T00:00:00Z"), imported(tool="b")
    facts = build_facts(subject=COMMIT, evidence=(old, undated), parameters=Parameters(), at=NOW)
    tools = facts["imported"]
    assert isinstance(tools, dict)
    assert tools["trivy"]["age_hours"] == 48
    assert "age_hours" not in tools["b"]


NOTHING = {
    "no bytes": b"",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "null": b"null",
    "a page of HTML": b"<html>",
    "an error": b'{"error": "out of memory"}',
    "a log before the report": b"starting\n[]",
    "a report that is cut": json.dumps(log(result())).encode()[:-9],
    "repeated keys": b'{"version": "2.1.0", "runs": [], "runs": []}',
}


@pytest.mark.parametrize("data", NOTHING.values(), ids=NOTHING)
def test_file_that_tells_nothing_is_not_clean(data: bytes) -> None:
    with pytest.raises(AssayError):
        parse_foreign_report(data, tool="")


@pytest.mark.parametrize("tool", NAMES)
def test_empty_object_is_no_report_of_any_tool(tool: str) -> None:
    with pytest.raises(AssayError):
        parse_foreign_report(b"{}", tool=tool)


def test_suppression_in_a_report_takes_nothing_away() -> None:
    run = told(log(result(level="error", suppressions=[{"kind": "external"}])))
    (sighting,) = map_claims(run, FILES, identity_key=KEY).sightings
    assert sighting.severity is Severity.HIGH
    assert sighting.note.startswith("suppressed external")


@pytest.mark.parametrize(
    "uri", ["../../etc/passwd", "file:///etc/passwd", "/proc/self/environ", "a%00b", "\x1b]0;x\x07"]
)
def test_path_outside_is_kept_and_never_read(uri: str) -> None:
    """`FILES.text` reads any path that it is asked for: it must not be asked."""

    def read(path: str) -> NoReturn:
        raise AssertionError(path)

    closed = replace(FILES, text=read)
    run = told(log(result(locations=[location(uri)])))
    mapped = map_claims(run, closed, identity_key=KEY)
    (sighting,) = mapped.sightings
    assert sighting.note == "not a file of this commit"
    assert sighting.path.isprintable()
    assert len(mapped.not_checked) == 1
