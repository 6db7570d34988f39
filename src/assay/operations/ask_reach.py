"""`assay vulns reach`: how near what is in a folder or an image comes to its vulnerabilities.

It needs no repository, and records nothing. Sources of dependencies that lie there too (an
environment, `node_modules`, `vendor`) are followed; in a commit they mostly are not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.findings.finding import Finding
from assay.findings.reach import Level
from assay.operations.home import open_home
from assay.operations.manage_advisories import feed_gaps
from assay.operations.survey_source import Target, open_source
from assay.system.clock import now
from assay.vuln.match import match_components
from assay.vuln.mirror import load_advisories
from assay.vuln.reach.assess import assess_reach
from assay.vuln.reach.sources import TreeSources

LEVELS: Final = tuple(level.word for level in Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachReport:
    """The vulnerabilities, the nearest first, each with its reach."""

    name: str
    findings: tuple[Finding, ...]
    at_least: Level
    assessed_at: str
    not_checked: tuple[NotChecked, ...]

    @property
    def shown(self) -> tuple[Finding, ...]:
        """Return those that are as near as was asked for."""
        return tuple(f for f in self.findings if f.reach and f.reach.level >= self.at_least)

    @property
    def below(self) -> int:
        """Return how many are not known to be as near as that."""
        return len(self.findings) - len(self.shown)

    @property
    def verdict(self) -> Verdict:
        """UNKNOWN where the list may not be whole, or a source was not read to its end.

        Else PASSED: a level is no verdict, a policy makes one.
        """
        return Verdict.UNKNOWN if self.not_checked else Verdict.PASSED

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "name": self.name,
            "assessedAt": self.assessed_at,
            "atLeast": self.at_least.word,
            "vulnerabilities": [_render(finding) for finding in self.shown],
            "below": self.below,
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def ask_reach(
    source: str, *, at_least: str, progress: Callable[[str], None], clock: Clock = now
) -> ReachReport:
    """Match what is in `source` with the advisories here, and read how near it comes to them.

    Raises:
        UsageError: There is no such thing, or there are several; or no such level.
        RejectedError: It is another than its digest says.
        MalformedError: It is not what its name says.
        UnavailableError: Something cannot be read.
        TamperedError: The advisories are not those that were imported.
    """
    level = _level(at_least)
    at = clock()
    with open_source(Target(source=source)) as opened:
        progress(f"Listing the components of {source}")
        inventory = opened.survey()
        advisories = load_advisories(open_home().advisories, inventory.components)
        result = match_components(inventory.components, advisories, at=at)
        progress("Reading sources for vulnerable components")
        sources = TreeSources(tree=opened.tree)
        assessed = assess_reach(result.findings, inventory.components, advisories, sources)
    used = tuple(
        feed for name, feed in advisories.feeds.items() if f"advisories/{name}" in result.inputs
    )
    gaps = {*inventory.not_checked, *result.not_checked, *feed_gaps(used), *assessed.not_checked}
    return ReachReport(
        name=opened.subject.name,
        findings=tuple(sorted(assessed.findings, key=_nearest)),
        at_least=level,
        assessed_at=format_time(at),
        not_checked=tuple(sorted(gaps if inventory.components else {*gaps, _none_in(source)})),
    )


def _level(word: str) -> Level:
    for level in Level:
        if level.word == word:
            return level
    raise UsageError(f"no level {printable(word)!r}", hint=f"one of {', '.join(LEVELS)}")


def _none_in(source: str) -> NotChecked:
    return NotChecked(what="components", where=printable(source), why="none was found")


def _nearest(finding: Finding) -> tuple[object, ...]:
    level = finding.reach.level if finding.reach else 0
    return (-level, finding.severity.rank, finding.title)


def _render(finding: Finding) -> dict[str, object]:
    reach = finding.reach
    return {
        "finding": finding.identity,
        "title": finding.title,
        "severity": finding.severity.value,
        "references": list(finding.references),
        "reach": None if reach is None else reach.as_json(),
    }
