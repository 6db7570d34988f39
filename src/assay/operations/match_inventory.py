"""`assay vulns match`: what is known against a folder, an artifact, an image or an SBOM.

It needs no repository and records nothing. PASSED only where every component was read and judged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.findings.finding import Finding, Severity
from assay.findings.scanreport import ScanReport
from assay.operations.home import open_home
from assay.operations.manage_advisories import feed_gaps, feed_json
from assay.operations.read_sbom import load_sbom
from assay.operations.survey_source import Target, survey_source
from assay.sbom.component import Component, Inventory
from assay.sbom.formats.reader import MAX_SBOM_BYTES, is_sbom
from assay.system.clock import now
from assay.system.files import load_file
from assay.vuln.advisory import Feed, Rating
from assay.vuln.context import ProductContext
from assay.vuln.match import match_components
from assay.vuln.mirror import load_advisories
from assay.vuln.predicate import report_matches, vulnerability_of
from assay.vuln.priority import Priority, decide_priority, ratings_by_name
from assay.vuln.ranges import Answer
from assay.vuln.signals.store import SignalFeed, Signals, load_signals

_DOCUMENTS: Final = (".json", ".xml")  # how the names of SBOMs end
_SBOM: Final = "sbom:"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """What to look into, and how severe a vulnerability has to be to count."""

    source: str
    platform: str = ""
    also_ask: frozenset[str] = frozenset()
    at_least: str = Severity.INFO.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One vulnerability of one component, how urgent it is, and whether it counts."""

    finding: Finding
    priority: Priority
    counts: bool

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "finding": self.finding.as_json(),
            "priority": self.priority.as_json(),
            "counts": self.counts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The answer; `known` has the most urgent first, and `unknown` the purls nobody can judge."""

    subject: Component
    verdict: Verdict
    report: ScanReport
    known: tuple[Known, ...]
    unknown: tuple[str, ...]
    feeds: tuple[Feed, ...]
    signals: tuple[SignalFeed, ...]

    def as_json(self) -> dict[str, object]:
        """Return the document `assay.match/v1`."""
        return {
            "schema": "assay.match/v1",
            "verdict": self.verdict.value,
            "name": self.subject.name,
            "version": self.subject.version,
            "matchedAt": format_time(self.report.observed_at),
            "examined": dict(self.report.examined),
            "vulnerabilities": [one.as_json() for one in self.known],
            "unknown": list(self.unknown),
            "feeds": [feed_json(feed) for feed in self.feeds],
            "signals": [feed.as_json() for feed in self.signals],
            "inputs": dict(self.report.inputs),
            "notChecked": [gap.as_json() for gap in self.report.not_checked],
        }


def match_inventory(request: MatchRequest, *, clock: Clock = now) -> Matched:
    """Match what is in `request.source` with the advisories here.

    Raises:
        UsageError: There is no such thing, or there are several; or no such severity.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read.
        TamperedError: The advisories are not those that were imported.
    """
    threshold = _threshold(request.at_least)
    inventory, subject = _read(request)
    mirror, at = open_home().advisories, clock()
    advisories = load_advisories(mirror, inventory.components)
    result = match_components(inventory.components, advisories, at=at)
    feeds = tuple(
        feed for name, feed in advisories.feeds.items() if f"advisories/{name}" in result.inputs
    )
    signals = load_signals(mirror, frozenset(map(vulnerability_of, result.findings)))
    gaps = {*inventory.not_checked, *result.not_checked, *feed_gaps(feeds)}
    report = replace(report_matches(result, at=at), not_checked=tuple(sorted(gaps)))
    known = _judge(result.findings, ratings_by_name(advisories), signals, threshold=threshold)
    return Matched(
        subject=subject,
        verdict=_verdict(known, report),
        report=report,
        known=known,
        unknown=tuple(sorted(p for p, a in result.answers.items() if a is Answer.UNKNOWN)),
        feeds=feeds,
        signals=tuple(signals.feeds.values()),
    )


def _threshold(word: str) -> Severity:
    try:
        return Severity(word)
    except ValueError as error:
        known = ", ".join(severity.value for severity in Severity)
        raise UsageError(f"no severity {printable(word)!r}", hint=f"one of {known}") from error


def _read(request: MatchRequest) -> tuple[Inventory, Component]:
    """Return what is in the source, with all that leaves its list incomplete among the gaps."""
    source = request.source
    if _is_document(source):
        inventory, subject = _from_document(Path(source.removeprefix(_SBOM)))
    else:
        inventory, subject = survey_source(
            Target(source=source, platform=request.platform, also_ask=request.also_ask)
        )
    gaps = (*inventory.not_checked, *_not_listed(inventory))
    if not inventory.components:
        gaps += (NotChecked(what="components", where=printable(source), why="none was found"),)
    return replace(inventory, not_checked=gaps), subject


def _is_document(source: str) -> bool:
    path = Path(source)
    if source.startswith(_SBOM):
        return True
    return (
        path.suffix in _DOCUMENTS
        and path.is_file()
        and is_sbom(load_file(path, max_bytes=MAX_SBOM_BYTES))
    )


def _from_document(path: Path) -> tuple[Inventory, Component]:
    sbom = load_sbom(path)
    name = printable(path.name)
    subject = sbom.subject or Component(purl="", name=name, version="", found_in=())
    if not sbom.aggregate.startswith("incomplete"):  # with who is left out, or without
        return sbom.inventory, subject
    gap = NotChecked(
        what="SBOM",
        where=name,
        why=f"it says of itself that its list is {sbom.aggregate}",
        remedy="match what it is about: the folder, the artifact or the image",
    )
    return replace(sbom.inventory, not_checked=(*sbom.inventory.not_checked, gap)), subject


def _not_listed(inventory: Inventory) -> Iterator[NotChecked]:
    """Yield what is named without a version, and so cannot be matched."""
    for path in inventory.unlocked:
        why, remedy = "no lock file beside it: its dependencies are not known", "lock them"
        yield NotChecked(what="manifest", where=path, why=why, remedy=remedy)
    for where in inventory.unpinned:
        yield NotChecked(what="requirement", where=where, why="no exact version", remedy="pin it")


def _judge(
    findings: Iterable[Finding],
    ratings: Mapping[str, Sequence[Rating]],
    signals: Signals,
    *,
    threshold: Severity,
) -> tuple[Known, ...]:
    """Return the findings with how urgent each is, the most urgent first."""
    known = [
        Known(
            finding=finding,
            priority=decide_priority(name, ratings.get(name, ()), signals, ProductContext()),
            counts=finding.severity.rank <= threshold.rank,
        )
        for finding in findings
        for name in (vulnerability_of(finding),)
    ]
    return tuple(
        sorted(
            known,
            key=lambda one: (-one.priority.urgency, one.finding.severity.rank, one.finding.title),
        )
    )


def _verdict(known: Iterable[Known], report: ScanReport) -> Verdict:
    if any(one.counts for one in known):
        return Verdict.FAILED
    return Verdict.UNKNOWN if report.not_checked else Verdict.PASSED
