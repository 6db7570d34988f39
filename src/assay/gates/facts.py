"""The one document that policies read, built from verified statements and nothing else.

* All statements about the subject count (`gates.supersession` says which do not): findings and gaps
  are joined, so that no later statement can hide an earlier one.
* What cannot be read, is not known, or is dated after the decision is a gap of the gate itself,
  in `refused`; no policy can overlook it.
* Every list is bounded, the worst first, and its full length is told.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from assay.core.clock import ALLOWED_SKEW, format_time, parse_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError, RejectedError
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.findings.finding import Severity
from assay.findings.scanreport import ScanReport
from assay.gates.forgefacts import join_accounts, join_owners
from assay.gates.importedfacts import join_imports
from assay.gates.joining import join_facts, join_inventories, join_reports
from assay.gates.parameters import Parameters
from assay.gates.reading import (
    NOT_EVIDENCE,
    SUPERSESSION_TYPE,
    Evidence,
    read_evidence,
    read_replacements,
    role_for,
)
from assay.gates.reviewfacts import join_coverages
from assay.gates.supersession import Counted, Replacement, apply_replacements
from assay.gates.vexfacts import vex_facts
from assay.gates.waivers import waivers_in_force, without_waived
from assay.vuln.vex.judging import VexJudgement, judge_vex

if TYPE_CHECKING:
    from assay.findings.waiver import SetAside

SCHEMA: Final = "assay.facts/v1"


def build_facts(
    *,
    subject: Digest,
    evidence: tuple[VerifiedStatement, ...],
    parameters: Parameters,
    at: datetime,
    gaps: tuple[NotChecked, ...] = (),
    voided: frozenset[Digest] = frozenset(),
) -> dict[str, object]:
    """Return the document about `subject` at the time `at`; the order of `evidence` is no matter.

    `gaps` are those that whoever asks knows of besides; `voided` are statements that counted once
    and do not any more, so that a supersession of one asks for nothing.

    Raises:
        RejectedError: A statement is about something else, or was verified for another role than
            a collector's.
    """
    items, replacements, refused = _read_all(subject, evidence)
    gone = {str(digest) for digest in voided}
    asked = tuple(item for item in replacements if item.statement not in gone)
    counted = apply_replacements(items, asked)
    refused = (*refused, *counted.refused, *_from_the_future(counted.evidence, at), *gaps)
    return {
        "schema": SCHEMA,
        "subject": str(subject),
        "at": format_time(at),
        "parameters": _parameters(parameters),
        "collectors": _collectors(counted.evidence, at),
        "evidence": [_entry(item, at) for item in counted.evidence],
        "superseded": [_superseded(item) for item in counted.followed],
        "refused": [item.as_json() for item in sorted(set(refused))],
        **_content(counted, parameters, at),
    }


def _read_all(
    subject: Digest, evidence: tuple[VerifiedStatement, ...]
) -> tuple[tuple[Evidence, ...], tuple[Replacement, ...], tuple[NotChecked, ...]]:
    """Read each statement once, in the order of digests."""
    items: list[Evidence] = []
    replacements: list[Replacement] = []
    refused: list[NotChecked] = []
    for digest, verified in sorted({str(v.digest): v for v in evidence}.items()):
        if subject not in {named.digest for named in verified.subjects}:
            raise RejectedError(f"the statement {digest} is not about {subject}")
        if verified.role != role_for(verified.predicate_type):
            raise RejectedError(f"the statement {digest} was verified for a {verified.role}")
        try:
            if verified.predicate_type == SUPERSESSION_TYPE:
                replacements.extend(read_replacements(verified))
            elif verified.predicate_type not in NOT_EVIDENCE:
                items.append(read_evidence(verified))
        except MalformedError as error:
            refused.append(_unreadable(digest, error))
    return tuple(items), tuple(replacements), tuple(refused)


def _unreadable(digest: str, error: MalformedError) -> NotChecked:
    return NotChecked(
        what="statement",
        where=digest,
        why=f"cannot be read: {error}",
        remedy="Record the evidence again with a version of Assay that knows it.",
    )


def _from_the_future(evidence: tuple[Evidence, ...], at: datetime) -> Iterator[NotChecked]:
    for item in evidence:
        if item.observed_at > at + ALLOWED_SKEW:
            yield NotChecked(
                what="statement",
                where=str(item.statement),
                why=f"made at {format_time(item.observed_at)}, after this decision",
                remedy="Set the clocks of the collector and of the gate.",
            )


def _parameters(parameters: Parameters) -> dict[str, object]:
    return {
        "secrets": _threshold(parameters.secrets),
        "vulnerabilities": _threshold(parameters.vulnerabilities),
        "workflows": _threshold(parameters.workflows),
        "code": _threshold(parameters.code),
        "configuration": _threshold(parameters.configuration),
        "scanners": sorted(parameters.scanners),
        "advisory_max_age_hours": parameters.advisory_max_age_hours,
        "evidence_max_age_hours": parameters.evidence_max_age_hours,
        "vex_max_age_hours": parameters.vex_max_age_hours,
    }


def _threshold(severity: Severity) -> dict[str, object]:
    return {"severity": severity.value, "rank": severity.rank}


def _collectors(evidence: tuple[Evidence, ...], at: datetime) -> dict[str, object]:
    """Return each collector that reported, with the age of its newest report.

    That a collector reported is shown by one statement; what it found is joined from all.
    """
    return {
        name: {
            "statements": len(items),
            "age_hours": min(_age_hours(item.observed_at, at) for item in items),
            "signed_by": sorted({name for item in items for name in item.signed_by}),
        }
        for name, items in _by_collector(evidence).items()
    }


def _by_collector(evidence: tuple[Evidence, ...]) -> dict[str, list[Evidence]]:
    grouped: dict[str, list[Evidence]] = {}
    own = (item for item in evidence if item.imported is None)  # what others ran is no collector
    for item in sorted(own, key=lambda e: (e.collector, str(e.statement))):
        grouped.setdefault(item.collector, []).append(item)
    return grouped


def _entry(item: Evidence, at: datetime) -> dict[str, object]:
    return {
        "statement": str(item.statement),
        "collector": item.collector,
        "age_hours": _age_hours(item.observed_at, at),
        "signed_by": list(item.signed_by),
    }


def _superseded(item: Replacement) -> dict[str, object]:
    return {"statement": item.statement, "by": str(item.by), "reason": item.reason}


def _content(counted: Counted[Evidence], parameters: Parameters, at: datetime) -> dict[str, object]:
    words = [item.vex for item in counted.evidence if item.vex is not None]
    vex = judge_vex(words, max_age=parameters.vex_max_age, at=at)
    waivers = _set_aside(counted.evidence, vex, at)
    reports: dict[str, list[ScanReport]] = {}
    for item in counted.evidence:
        if item.report is not None:
            report = without_waived(item.report, waivers)
            reports.setdefault(item.collector, []).append(report)
    return {
        "scans": {name: join_reports(found, at=at) for name, found in sorted(reports.items())},
        "advisories": _advisories(reports.get("vulnerabilities", []), at),
        "imported": join_imports(counted.evidence, waivers, at=at),
        **({"vex": vex_facts(vex, at=at)} if words else {}),
        **dict(_accounts(counted.evidence, at)),
    }


def _set_aside(
    evidence: tuple[Evidence, ...], vex: VexJudgement, at: datetime
) -> "dict[str, SetAside]":
    """Return what keeps each finding out of the count; a person's waiver is told before VEX."""
    told = [item.waivers for item in evidence if item.waivers is not None]
    return {**vex.set_aside, **waivers_in_force(told, at=at)}


def _accounts(evidence: tuple[Evidence, ...], at: datetime) -> Iterator[tuple[str, object]]:
    """Yield what is told besides scans, by name; nothing for what nobody told."""
    if inventories := [item.inventory for item in evidence if item.inventory is not None]:
        yield "inventory", join_inventories(inventories, at=at)
    if accounts := [item.source for item in evidence if item.source is not None]:
        yield "source", join_facts(accounts, at=at)
    if coverages := [item.reviews for item in evidence if item.reviews is not None]:
        yield "reviews", join_coverages(coverages, at=at)
    if forges := [item.forge for item in evidence if item.forge is not None]:
        yield "forge", join_accounts(forges, at=at)
    if owners := [item.owners for item in evidence if item.owners is not None]:
        yield "owners", join_owners(owners, at=at)


def _advisories(reports: list[ScanReport], at: datetime) -> dict[str, object]:
    """Return the feeds of the report with the freshest data, and the age of the oldest of them.

    Fresh data are a merit that one report shows; what the others found counts all the same.
    """
    candidates = [feeds for report in reports if (feeds := _feeds(report, at))]
    if not candidates:
        return {"imported": False, "feeds": []}
    oldest, feeds = min((max(age for _, age, _ in feeds), feeds) for feeds in candidates)
    return {
        "imported": True,
        "age_hours": oldest,
        "feeds": [
            {"name": name, "age_hours": age, "silent_hours": silent} for name, age, silent in feeds
        ],
    }


def _feeds(report: ScanReport, at: datetime) -> list[tuple[str, int, int]]:
    """Return each feed's name, the hours since its import, and since its newest advisory.

    A feed that does not tell its newest advisory has been silent since its import at least.
    """
    feeds = []
    for key, imported in sorted(report.inputs.items()):
        name, slash, field = key.rpartition("/")
        if slash and field == "importedAt":
            newest = report.inputs.get(f"{name}/newestModified", imported)
            ages = [_age_hours(parse_time(text), at) for text in (imported, newest)]
            feeds.append((name, ages[0], ages[1]))
    return feeds


def _age_hours(since: datetime, at: datetime) -> int:
    """Return whole hours, rounded down; 0 where `since` is the future, which is refused besides."""
    return max(0, (at - since) // timedelta(hours=1))
