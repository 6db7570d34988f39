"""Assay's own SARIF, read back into reports; that of others is for `assay.scan.imports`.

What the bags hold is rendered again and compared with the standard members: nobody who reads only
those may see another result than who reads the bags.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked
from assay.core.strictjson import canonical_form, parse_json
from assay.findings.finding import Finding, parse_finding
from assay.findings.sarifresult import render_result
from assay.findings.scanreport import ScanReport

MAX_SARIF_BYTES: Final = 512 * 2**20  # bounds memory; a file of 20 runs of 5,000 results has 300 MB
_SEVERAL: Final = ("suppressions", "taxa")  # follow from a waiver, and from the run's taxonomy


def parse_own_sarif(data: bytes) -> tuple[ScanReport, ...]:
    """Return one report for each run of a log that Assay wrote.

    What was left out of the file, or cannot be read back, is in `not_checked`.

    Raises:
        MalformedError: It is no such log, or the standard members tell another thing.
    """
    log = JsonValue(parse_json(data, max_bytes=MAX_SARIF_BYTES))
    if log.field("version").text() != "2.1.0":
        raise MalformedError("not SARIF 2.1.0", where="version")
    return tuple(_report(run) for run in log.field("runs").items())


def _report(run: JsonValue) -> ScanReport:
    own = run.field("properties")
    scanner = own.field("scanner").text()
    read = [_finding(result) for result in run.field("results").items()]
    gaps = [parse_not_checked(item) for item in own.field("notChecked").items()]
    return ScanReport(
        scanner=scanner,
        tool=own.field("tool").text(),
        version=run.field("tool").field("driver").field("version").text(),
        observed_at=parse_time(own.field("observedAt").text()),
        inputs=MappingProxyType({k: v.text() for k, v in own.field("inputs").members()}),
        examined=MappingProxyType({k: v.integer() for k, v in own.field("examined").members()}),
        findings=tuple(finding for finding in read if finding is not None),
        not_checked=(*gaps, *_lost(scanner, own.field("leftOut").integer() + read.count(None))),
    )


def _finding(result: JsonValue) -> Finding | None:
    held = result.field("properties").optional("assayFinding")
    if held is None:
        return None
    finding = parse_finding(held)
    again = render_result(
        finding, rule_index=result.field("ruleIndex").integer(), taxa={}, waiver=None
    )
    told = {name: item.value for name, item in result.members() if name not in _SEVERAL}
    if canonical_form(told) != canonical_form(again):
        raise MalformedError("the standard members and assayFinding differ", where=result.where)
    return finding


def _lost(scanner: str, count: int) -> Iterator[NotChecked]:
    if count:
        yield NotChecked(
            what="findings",
            where=scanner,
            why=f"{count} things are not in the file, or cannot be read from it",
            remedy="ask for Assay's own report of the check",
        )
