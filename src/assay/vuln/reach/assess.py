"""From findings about components to the same findings with how near the product comes to them.

Only the languages of components that have a vulnerability are looked at: where nothing was found,
no source is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from assay.findings.finding import Finding
from assay.findings.reach import Level, Reach, Scope, Sight, make_reach
from assay.sbom.component import Component
from assay.vuln.advisory import AdvisorySet
from assay.vuln.reach.found import NO_SYMBOLS, Found, Language, SourceFiles
from assay.vuln.reach.golang import GoLanguage
from assay.vuln.reach.javascript import JavaScriptLanguage
from assay.vuln.reach.python import PythonLanguage
from assay.vuln.reach.rust import RustLanguage
from assay.vuln.reach.target import Target, find_targets

LANGUAGES: Final[tuple[Language, ...]] = (
    PythonLanguage(),
    JavaScriptLanguage(),
    GoLanguage(),
    RustLanguage(),
)


def assess_reach(
    findings: tuple[Finding, ...],
    components: Iterable[Component],
    advisories: AdvisorySet,
    files: SourceFiles,
) -> tuple[Finding, ...]:
    """Return `findings`, the reach of each in its first observation."""
    targets = find_targets(findings, components, advisories)
    known: dict[str, Reach] = {}
    for ecosystem in sorted({target.ecosystem for target in targets}):
        known.update(_look(ecosystem, targets, files))
    return tuple(
        _with_reach(finding, known[finding.identity]) if finding.identity in known else finding
        for finding in findings
    )


def _look(ecosystem: str, targets: tuple[Target, ...], files: SourceFiles) -> Mapping[str, Reach]:
    own = tuple(target for target in targets if target.ecosystem == ecosystem)
    language = next((one for one in LANGUAGES if one.ecosystem == ecosystem), None)
    if language is None:
        found = Found(general={f"the sources of {ecosystem} packages are not analysed"})
    else:
        found = language.look(files, own)
    return {target.finding: _reach(target, found, files.left_out) for target in own}


def _reach(target: Target, found: Found, left_out: tuple[str, ...]) -> Reach:
    limits = {*left_out, *found.general, *found.limits.get(target.finding, ())}
    if not target.symbols:
        limits.add(NO_SYMBOLS)
    if target.left_out:
        limits.add(f"{target.left_out} more symbols of the advisories were not looked for")
    base = declared(target.component)
    return make_reach(base.level, (*found.sights.get(target.finding, ()), base), limits)


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
