"""What the scanners for secrets, code and workflows show.

A comment in the source that silences a tool takes nothing away: the gates count such findings, and
so do these.
"""

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
    unknown,
)
from assay.assurance.record import Record
from assay.core.digest import parse_digest
from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.findings.finding import Finding, Severity
from assay.findings.scanreport import ScanReport

_PINNING: Final = "/unpinned-"  # how the names of the rules about pinning begin
SUPPRESSED_COUNT: Final = "suppressed_in_source"  # counts findings, not what was looked at


def secret_hygiene_state(record: Record) -> tuple[Sight, ...]:
    """PO.5.2: a secret that lies open is a no; that none was found is only a part of a yes."""
    return each(record.reports_of("secrets"), _judge_secrets)


def lint_sast_result_on_commit(record: Record) -> tuple[Sight, ...]:
    """PW.5.1: nothing above the threshold in the code; the scanner reads one language only."""
    return each(record.reports_of("code"), _judge_code)


def static_analysis_run_binding(record: Record) -> tuple[Sight, ...]:
    """PW.7.2: that it ran, on this commit, with which tool and rules, and on how much of it."""
    files = _files_of(record)
    return each(record.reports_of("code"), lambda report: _judge_run(report, files=files))


def tool_pin_and_provenance(record: Record) -> tuple[Sight, ...]:
    """PO.3.2: what is not pinned is a no; pinned is a part, for nobody verified what ran."""
    return each(record.reports_of("workflows"), _judge_pins)


def _judge_secrets(report: ScanReport) -> Answer:
    if report.findings:
        return failed(f"{counted(len(report.findings), 'secret')} found, {_first(report.findings)}")
    if not _size(report):
        return unknown(_nothing(report))
    return in_part(
        f"no secret in {_scope(report)}",
        not_seen=listed(
            left_open(report.not_checked),
            "that the platform refuses secrets on push",
            "the age of credentials",
        ),
    )


def _judge_code(report: ScanReport) -> Answer:
    severe = tuple(f for f in report.findings if f.severity.rank <= Severity.HIGH.rank)
    if severe:
        return failed(f"{counted(len(severe), 'finding')} high or worse, {_first(severe)}")
    if not _size(report):
        return unknown(_nothing(report))
    return in_part(
        f"{counted(len(report.findings), 'finding')}, none of them high, in {_scope(report)}",
        not_seen=listed(
            left_open(report.not_checked),
            f"code that {printable(report.tool)} does not read",
            "the threshold that the product set" if report.findings else "",
        ),
    )


def _judge_run(report: ScanReport, *, files: int) -> Answer:
    if not _size(report):
        return unknown(_nothing(report))
    ran = f"{printable(report.tool)} {printable(report.version)} on {_scope(report)}"
    missing = listed(
        left_open(report.not_checked),
        "" if _has_rules(report) else "the digest of its rules",
        "" if files else "how many files the repository has",
    )
    if missing:
        return in_part(f"{ran}, signed and about this commit", not_seen=missing)
    aside = set_aside(report.not_checked)
    return passed(f"{ran}, of {counted(files, 'file')} in the commit{aside}")


def _judge_pins(report: ScanReport) -> Answer:
    loose = tuple(f for f in report.findings if _PINNING in f.rule)
    if loose:
        return failed(f"{counted(len(loose), 'tool')} not pinned, {_first(loose)}")
    uses, pinned = report.examined.get("uses", 0), report.examined.get("pinned", 0)
    if pinned < uses:
        return failed(f"{uses - pinned} of {counted(uses, 'action')} not pinned by digest")
    if not uses:
        return unknown("no action or image is named by the pipeline files of this commit")
    return in_part(
        f"all {counted(uses, 'action')} pinned by digest",
        not_seen=listed(
            left_open(report.not_checked),
            "that signature or provenance is verified at use",
            "tools that scripts fetch",
        ),
    )


def _first(findings: tuple[Finding, ...]) -> str:
    """Return the worst finding, for people."""
    worst = min(findings, key=lambda f: (f.severity.rank, f.locations[0], f.identity))
    where = worst.locations[0]
    line = f":{where.line}" if where.line else ""
    return f"first: {printable(worst.title, limit=80)} in {printable(where.path, limit=120)}{line}"


def _size(report: ScanReport) -> int:
    return sum(number for noun, number in report.examined.items() if noun != SUPPRESSED_COUNT)


def _scope(report: ScanReport) -> str:
    """Return what was looked at: `12 files, 300 lines`."""
    return ", ".join(
        counted(number, printable(noun.replace("_", " ")).removesuffix("s"))
        for noun, number in report.examined.items()
        if number and noun != SUPPRESSED_COUNT
    )


def _nothing(report: ScanReport) -> str:
    left = left_open(report.not_checked)
    return f"{printable(report.tool)} looked at nothing in this commit" + (left and f": {left}")


def _files_of(record: Record) -> int:
    """Return how many files the commit has, 0 where no facts about the source say so."""
    return max((read.value.files for read in record.source), default=0)


def _has_rules(report: ScanReport) -> bool:
    try:
        parse_digest(report.inputs.get("rules", ""))
    except MalformedError:
        return False
    return True
