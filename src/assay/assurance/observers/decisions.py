"""What verdicts, the log and the collectors as a whole show."""

from collections.abc import Iterator
from typing import Final

from assay.assurance.observers.saying import (
    Answer,
    Sight,
    counted,
    each,
    failed,
    in_part,
    left_open,
    listed,
    passed,
    set_aside,
    together,
    unknown,
)
from assay.assurance.record import COLLECTORS, LogCheck, Read, Record
from assay.core.notchecked import NotChecked
from assay.gates.verdict import GateVerdict

_NOT_THE_OPERATOR: Final = "that somebody other than the log's operator checked it"


def gate_decision_log(record: Record) -> tuple[Sight, ...]:
    """PO.4.1: that the gate decided and recorded why, whatever it decided."""
    return each(record.verdicts, _judge_decision)


def criteria_as_policy(record: Record) -> tuple[Sight, ...]:
    """PO.4.1: the verdict names its policy by digest; who owns that, and where, it does not."""
    return each(record.verdicts, _judge_criteria)


def evidence_emission_coverage(record: Record) -> tuple[Sight, ...]:
    """PO.3.3: which collectors left a statement about this commit; a release is more."""
    newest = _newest(record)
    silent = [name for name in COLLECTORS if name not in newest]
    if not newest:
        return ()
    answer = in_part(
        f"signed statements of {len(newest)} of {len(COLLECTORS)} collectors about this commit",
        not_seen=listed(
            f"any of {', '.join(silent)}" if silent else "", "a release, and all that it needs"
        ),
    )
    return (together(answer, *newest.values()),)


def collector_freshness(record: Record) -> tuple[Sight, ...]:
    """PO.4.2: every collector reported on this commit, and none left anything out."""
    newest = _newest(record)
    if not newest:
        return ()
    silent = [name for name in COLLECTORS if name not in newest]
    missing = listed(
        f"any statement of {', '.join(silent)}" if silent else "", left_open(_gaps(record))
    )
    reported = f"{len(newest)} of {len(COLLECTORS)} collectors reported on this commit"
    answer = (
        in_part(reported, not_seen=missing)
        if missing
        else passed(reported + set_aside(_gaps(record)))
    )
    return (together(answer, *newest.values()),)


def supported_release_reanalysis(record: Record) -> tuple[Sight, ...]:
    """RV.1.2: this commit was looked at by these; other releases in support are not known here."""
    scans = {read.value.scanner: read for read in record.reports}
    newest = [read for name, read in _newest(record).items() if name in scans]
    if not newest:
        return ()
    answer = in_part(
        f"this commit was looked at by {', '.join(name for name in COLLECTORS if name in scans)}",
        not_seen=listed(left_open(_gaps(record)), "which releases are supported, and theirs"),
    )
    return (together(answer, *newest),)


def evidence_log_integrity(record: Record) -> tuple[Sight, ...]:
    """PO.3.3: a log that does not verify is a no; one's own look at one's own log is a part."""
    return each(record.log_checks, lambda check: _judge_log(check, not_seen=_NOT_THE_OPERATOR))


def record_tamper_evidence(record: Record) -> tuple[Sight, ...]:
    """PO.4.2: the chain is one half, who may write to the store the other."""
    not_seen = "who wrote to the store, and who may"
    return each(record.log_checks, lambda check: _judge_log(check, not_seen=not_seen))


def _judge_decision(verdict: GateVerdict) -> Answer:
    decision = verdict.decision
    if not decision.rules:
        return unknown("the verdict names no criterion")
    exceptions = sum(bool(item.accepted) for item in decision.not_checked)
    return passed(
        f"the gate {decision.stage!r} signed {decision.verdict.value}, the answers to "
        f"{counted(len(decision.rules), 'criterion', 'criteria')} and "
        f"{counted(exceptions, 'exception')}, from {counted(len(verdict.evidence), 'statement')}"
    )


def _judge_criteria(verdict: GateVerdict) -> Answer:
    rules = counted(len(verdict.decision.rules), "rule")
    return in_part(
        f"a policy of {rules} with its thresholds, its digest in the verdict",
        not_seen="that it is under version control, its indicators, its owner",
    )


def _judge_log(check: LogCheck, *, not_seen: str) -> Answer:
    if not check.verified:
        return failed(f"the log of {counted(check.size, 'entry', 'entries')} does not verify")
    if not check.size:
        return unknown("the log is empty")
    return in_part(
        f"the log of {counted(check.size, 'entry', 'entries')} verified", not_seen=not_seen
    )


def _newest(record: Record) -> dict[str, Read[object]]:
    """Return the newest statement of each collector that reported."""
    found: dict[str, Read[object]] = {}
    for collector, read in _by_collector(record):
        if collector not in found or found[collector].observed_at < read.observed_at:
            found[collector] = read
    return {name: found[name] for name in COLLECTORS if name in found}


def _by_collector(record: Record) -> Iterator[tuple[str, Read[object]]]:
    for facts in record.source:
        yield "source", facts
    for inventory in record.inventories:
        yield "sbom", inventory
    for report in record.reports:
        yield report.value.scanner, report


def _gaps(record: Record) -> list[NotChecked]:
    parts = [read.value.not_checked for read in record.reports]
    parts += [read.value.not_checked for read in record.inventories]
    parts += [read.value.not_checked for read in record.source]
    return [gap for part in parts for gap in part]
