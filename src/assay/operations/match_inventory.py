"""`assay vulns match`: what is known against a folder, an artifact, an image or an SBOM.

It needs no repository and records nothing. PASSED only where every component was read and judged.
How near the sources come to what is known is told, and decides nothing: it is what was seen at
least.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.findings.finding import Finding, Severity
from assay.findings.scanreport import ScanReport
from assay.operations.hear_vex import hear_about, load_claimants
from assay.operations.home import open_home
from assay.operations.manage_advisories import feed_gaps, feed_json
from assay.operations.match_source import MatchSource, open_match_source
from assay.operations.survey_source import Target
from assay.sbom.component import Component, Inventory
from assay.system.clock import now
from assay.vuln.advisory import AdvisorySet, Feed, Rating
from assay.vuln.context import ProductContext
from assay.vuln.match import MatchResult, feed_input, match_components
from assay.vuln.mirror import load_advisories
from assay.vuln.predicate import report_matches, vulnerability_of
from assay.vuln.priority import Priority, decide_priority, ratings_by_name
from assay.vuln.ranges import Answer
from assay.vuln.reach.assess import assess_reach
from assay.vuln.reach.sources import TreeSources
from assay.vuln.signals.store import SignalFeed, Signals, load_signals
from assay.vuln.vex.standing import VexAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """What to look into, and how severe a vulnerability has to be to count."""

    source: str
    platform: str = ""
    also_ask: frozenset[str] = frozenset()
    at_least: str = Severity.INFO.value
    with_reach: bool = True
    vex: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One vulnerability of one component, how urgent it is, and whether it counts."""

    finding: Finding
    priority: Priority
    counts: bool
    vex: VexAnswer | None = None

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value; no `reach` means nobody looked."""
        reach = self.finding.reach
        return {
            "finding": self.finding.as_json(),
            "priority": self.priority.as_json(),
            "reach": None if reach is None else reach.as_json(),
            "vex": None if self.vex is None else self.vex.as_json(),
            "counts": self.counts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The answer; `known` has the most urgent first, and `unknown` the purls nobody can judge.

    `unseen` is what keeps it from being known how near something is, and that nobody looked who
    signed the VEX: no verdict turns on either.
    """

    subject: Component
    verdict: Verdict
    report: ScanReport
    unseen: tuple[NotChecked, ...]
    known: tuple[Known, ...]
    unknown: tuple[str, ...]
    feeds: tuple[Feed, ...]
    signals: tuple[SignalFeed, ...]

    def age(self, feed: Feed) -> int | None:
        """Return the days since the newest advisory of a feed, None where none has a date."""
        newest = feed.newest_modified
        return None if newest is None else max(0, (self.report.observed_at - newest).days)

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return all that was not looked at."""
        return tuple(sorted({*self.report.not_checked, *self.unseen}))

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "name": self.subject.name,
            "version": self.subject.version,
            "matchedAt": format_time(self.report.observed_at),
            "examined": dict(self.report.examined),
            "vulnerabilities": [one.as_json() for one in self.known],
            "unknown": list(self.unknown),
            "feeds": [feed_json(feed) | {"ageDays": self.age(feed)} for feed in self.feeds],
            "signals": [feed.as_json() for feed in self.signals],
            "inputs": dict(self.report.inputs),
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def match_inventory(
    request: MatchRequest, *, progress: Callable[[str], None], clock: Clock = now
) -> Matched:
    """Match what is in `request.source` with the advisories here.

    Raises:
        UsageError: There is no such thing, or there are several; no such severity, or no such VEX.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read.
        TamperedError: The advisories are not those that were imported.
    """
    threshold, (claimants, unsigned) = _threshold(request.at_least), load_claimants(request.vex)
    with open_match_source(_target(request), with_sources=request.with_reach) as read:
        inventory = _with_gaps(read.inventory, request.source)
        mirror, at = open_home().advisories, clock()
        advisories = load_advisories(mirror, inventory.components)
        result = match_components(inventory.components, advisories, at=at)
        if result.findings and not read.why_unseen:
            progress("Reading sources for vulnerable components")
        findings, unseen = _reach(result.findings, advisories, read)
    feeds = _used(advisories, result)
    signals = load_signals(mirror, frozenset(map(vulnerability_of, findings)))
    own = tuple(feed for feed in feeds if feed.ecosystem not in advisories.foreign)
    # What nobody could read of the others, the result says itself.
    gaps = {*inventory.not_checked, *result.not_checked, *feed_gaps(own)}
    report = replace(
        report_matches(result, at=at), findings=findings, not_checked=tuple(sorted(gaps))
    )
    known = _judge(findings, ratings_by_name(advisories), signals, threshold=threshold)
    heard = hear_about(findings, claimants, subject=read.subject, at=at)
    return Matched(
        subject=read.subject,
        verdict=_verdict(known, report),
        report=report,
        unseen=(*unseen, *unsigned),
        known=tuple(replace(one, vex=heard.get(one.finding.identity)) for one in known),
        unknown=tuple(sorted(p for p, a in result.answers.items() if a is Answer.UNKNOWN)),
        feeds=feeds,
        signals=tuple(signals.feeds.values()),
    )


def _target(request: MatchRequest) -> Target:
    return Target(source=request.source, platform=request.platform, also_ask=request.also_ask)


def _used(advisories: AdvisorySet, result: MatchResult) -> tuple[Feed, ...]:
    """Return the feeds that were asked, those of other forms than OSV behind the others."""
    own = (feed for feed in advisories.feeds.values() if feed_input(feed) in result.inputs)
    foreign = (
        feed
        for feed in advisories.foreign.values()
        if feed_input(feed, foreign=True) in result.inputs
    )
    return (*own, *foreign)


def _threshold(word: str) -> Severity:
    try:
        return Severity(word)
    except ValueError as error:
        known = ", ".join(severity.value for severity in Severity)
        raise UsageError(f"no severity {printable(word)!r}", hint=f"one of {known}") from error


def _with_gaps(inventory: Inventory, source: str) -> Inventory:
    """Return an inventory with all that leaves its list incomplete among the gaps."""
    gaps = (*inventory.not_checked, *_not_listed(inventory))
    if not inventory.components:
        gaps += (NotChecked(what="components", where=printable(source), why="none was found"),)
    return replace(inventory, not_checked=gaps)


def _reach(
    findings: tuple[Finding, ...], advisories: AdvisorySet, read: MatchSource
) -> tuple[tuple[Finding, ...], tuple[NotChecked, ...]]:
    """Return the findings with their reach, and what keeps it from being known."""
    if not findings:
        return findings, ()
    if read.why_unseen:
        where = read.subject.name
        remedy = "match the folder that its sources are in"
        gap = NotChecked(what="reach", where=where, why=read.why_unseen, remedy=remedy)
        return findings, (gap,)
    sources = TreeSources(tree=read.tree)
    assessed = assess_reach(findings, read.inventory.components, advisories, sources)
    return assessed.findings, assessed.not_checked


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
