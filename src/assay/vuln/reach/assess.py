"""From findings about components to the same findings with how near the product comes to them.

Only the languages of components that have a vulnerability are looked at: where nothing was found,
no source is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding
from assay.findings.reach import Level, Reach, Scope, Sight, make_reach
from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet
from assay.vuln.reach.found import NO_SYMBOLS, Found, SourceFiles
from assay.vuln.reach.golang import GoSearch
from assay.vuln.reach.javascript import JavaScriptSearch
from assay.vuln.reach.python import PythonSearch
from assay.vuln.reach.rust import RustSearch
from assay.vuln.reach.search import Search
from assay.vuln.reach.target import Target, find_targets

LANGUAGES: Final[tuple[type[Search], ...]] = (
    PythonSearch,
    JavaScriptSearch,
    GoSearch,
    RustSearch,
)
MAX_GAPS: Final = 100  # files of one language that are named one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """The findings with their reach, and the sources that could not be read to their end."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]


def assess_reach(
    findings: tuple[Finding, ...],
    components: Iterable[Component],
    advisories: AdvisorySet,
    files: SourceFiles,
) -> Assessed:
    """Return `findings`, the reach of each in its first observation."""
    targets = find_targets(findings, components, advisories)
    known: dict[str, Reach] = {}
    gaps: list[NotChecked] = []
    for ecosystem in sorted({target.ecosystem for target in targets}):
        own = tuple(target for target in targets if target.ecosystem == ecosystem)
        found = _look(ecosystem, own, files)
        known |= {target.finding: _reach(target, found, files.left_out) for target in own}
        gaps += _gaps(ecosystem, found.unread)
    return Assessed(
        findings=tuple(
            _with_reach(finding, known[finding.identity]) if finding.identity in known else finding
            for finding in findings
        ),
        not_checked=tuple(gaps),
    )


def _look(ecosystem: str, targets: tuple[Target, ...], files: SourceFiles) -> Found:
    for language in LANGUAGES:
        if language.ecosystem == ecosystem:
            return language.look(files, targets)
    return Found(general={f"the sources of {ecosystem} packages are not analysed"})


def _gaps(ecosystem: str, unread: Mapping[str, str]) -> Iterator[NotChecked]:
    for path in sorted(unread)[:MAX_GAPS]:
        yield _gap(path, unread[path])
    if len(unread) > MAX_GAPS:
        yield _gap(f"{len(unread) - MAX_GAPS} more for {ecosystem}", "as those before them")


def _gap(where: str, why: str) -> NotChecked:
    remedy = "do not take a low reach for far away: what is in it may be nearer"
    return NotChecked(what="source", where=where, why=why, remedy=remedy)


def _reach(target: Target, found: Found, left_out: tuple[str, ...]) -> Reach:
    limits = set(found.limits.get(target.finding, ()))
    hidden = {*left_out, *found.general, *found.hidden.get(target.finding, ())}
    if not target.symbols:
        limits.add(NO_SYMBOLS)
    if target.left_out:
        hidden.add(f"{target.left_out} more symbols of the advisories were not looked for")
    base = declared(target.component)
    sights = (*found.sights.get(target.finding, ()), base)
    return make_reach(base.level, sights, limits, hidden)


def declared(component: Component) -> Sight:
    """Return what the inventory shows: that a component is declared, or that it lies there."""
    there = bool(component.methods)  # a lock file says none: what it names may lie nowhere
    return Sight(
        level=Level.INSTALLED if there else Level.DECLARED,
        scope=Scope.RUN,
        path=next(iter(component.found_in), component.purl),
        what="it lies there" if there else "it is declared",
    )


def _with_reach(finding: Finding, reach: Reach) -> Finding:
    first, *others = finding.observations
    return replace(finding, observations=(replace(first, reach=(reach,)), *others))
