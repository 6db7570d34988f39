"""Whether a statement of VEX means one finding: what takes it away has to mean exactly that.

It has to name the component, in this product or wherever it is, at its version. A word about a
product as a whole takes nothing away: it would also cover what is added later. What confirms a
finding may be as wide as its author likes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.finding import Finding
from assay.findings.reach import Level, Reach
from assay.vuln.vex.account import TAKING
from assay.vuln.vex.matching import Coverage, covers, is_about, target_covers
from assay.vuln.vex.statement import (
    Justification,
    Status,
    UnreadStatement,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.targets import parse_target

# From which level on the code that we read speaks against a justification.
_DOUBTED: Final = {
    Justification.COMPONENT_NOT_PRESENT: Level.IMPORTED,
    Justification.VULNERABLE_CODE_NOT_PRESENT: Level.IMPORTED,
    Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH: Level.CALLED,
}
# From which level on it says the opposite: both cannot be so.
_DISPROVED: Final = {
    Justification.COMPONENT_NOT_PRESENT: Level.IMPORTED,
    Justification.VULNERABLE_CODE_NOT_PRESENT: Level.CALLED,
    Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH: Level.CALLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One finding: the vulnerability, the component, and the product that it is in."""

    finding: str
    vulnerability: str
    aliases: tuple[str, ...]
    purl: str
    component: VexTarget
    product: VexTarget
    reach: tuple[Reach, ...] = ()


def asked_of(finding: Finding, product: VexTarget) -> Asked | None:
    """Return what to ask about a finding; None where it is about no component that has a name."""
    traits = [dict(seen.traits) for seen in finding.observations]
    named = {(t.get("component", ""), t.get("cluster", "")) for t in traits}
    if len(named) != 1 or not all(*named):
        return None
    ((purl, cluster),) = named
    try:
        component = parse_target(purl)
    except MalformedError:
        return None
    return Asked(
        finding=finding.identity,
        vulnerability=cluster,
        aliases=finding.references,
        purl=component.purl or purl,
        component=component,
        product=product,
        reach=tuple(reach for seen in finding.observations for reach in seen.reach),
    )


def coverage_of(statement: VexStatement, asked: Asked) -> Coverage:
    """Return whether the component is meant: what takes away has to name it, what confirms not."""
    whole = covers(statement.products, product=asked.product, component=asked.component)
    if statement.status not in TAKING or whole is Coverage.NOT_COVERED:
        return whole
    named = {_names_component(product, asked) for product in statement.products}
    return Coverage.COVERED if Coverage.COVERED in named else Coverage.UNKNOWN


def _names_component(product: VexProduct, asked: Asked) -> Coverage:
    if product.subcomponents:
        return covers((product,), product=asked.product, component=asked.component)
    return target_covers(product.target, asked.component)


def why_not_meant(statement: VexStatement, asked: Asked) -> str:
    """Say why a word that seems to take the finding away does not mean it; empty where it may."""
    whole = covers(statement.products, product=asked.product, component=asked.component)
    if statement.status not in TAKING:
        return ""
    if whole is Coverage.NOT_COVERED:
        return _why_elsewhere(statement, asked)
    if coverage_of(statement, asked) is not Coverage.COVERED:
        return _why_unclear(statement, asked, whole)
    if why := why_disproved(statement, asked):
        return why
    if statement.status is Status.FIXED and not _names_version(statement, asked):
        return "it says fixed, and not in which version"
    return ""


def _why_elsewhere(statement: VexStatement, asked: Asked) -> str:
    """Say what does not fit, and what would."""
    parts = (part for product in statement.products for part in product.subcomponents)
    if any(target_covers(part, asked.component) is Coverage.COVERED for part in parts):
        return f"it means the component in another product: {_names_of(asked)}"
    return f"it is about another component or version than {asked.purl}"


def _names_of(asked: Asked) -> str:
    """Return how the product that was asked about is called."""
    ids = asked.product.ids[:2]
    return f"ours is called {' or '.join(ids or (asked.product.label,))}"


def _why_unclear(statement: VexStatement, asked: Asked, whole: Coverage) -> str:
    if any(_by_name_alone(product, asked) for product in statement.products):
        name = asked.product.name
        return f"{name!r} alone does not say which product it means: {_names_of(asked)}"
    if whole is Coverage.UNKNOWN or any(product.subcomponents for product in statement.products):
        return "it does not say clearly that it means this component at this version"
    return "it names a product as a whole, and no component in it"


def _by_name_alone(product: VexProduct, asked: Asked) -> bool:
    """Tell whether nothing but the name of a product is that of ours, and a component fits."""
    said, ours = product.target, asked.product
    named = not said.purl and said.name == ours.name != "" and not set(said.ids) & set(ours.ids)
    inside = (target_covers(part, asked.component) for part in product.subcomponents)
    return named and bool(ours.ids) and Coverage.COVERED in inside


def _names_version(statement: VexStatement, asked: Asked) -> bool:
    """Tell whether what covers the component does so at a version, and not at each one."""
    targets = (
        target
        for product in statement.products
        for target in (product.subcomponents or (product.target,))
    )
    return any(
        target_covers(replace(target, all_versions=False), asked.component) is Coverage.COVERED
        for target in targets
    )


def may_be_about(entry: UnreadStatement, asked: Asked) -> bool:
    """Tell whether an entry that nobody understood may be about the finding."""
    said = (VexVulnerability(name=name) for name in entry.names)
    about = partial(is_about, vulnerability=asked.vulnerability, aliases=asked.aliases)
    if entry.names and not any(map(about, said)):
        return False
    if not entry.products:
        return True
    found = covers(entry.products, product=asked.product, component=asked.component)
    return found is not Coverage.NOT_COVERED


def why_doubted(statement: VexStatement, asked: Asked) -> str:
    """Say what in the product's own code speaks against a justification; empty where nothing."""
    return _against(statement, asked, _DOUBTED)


def why_disproved(statement: VexStatement, asked: Asked) -> str:
    """Say what in the product's own code cannot be so if the justification is; empty if nothing."""
    return _against(statement, asked, _DISPROVED)


def _against(statement: VexStatement, asked: Asked, levels: Mapping[Justification, Level]) -> str:
    """Return the strongest sight from the level of its justification on, but in tests."""
    said = statement.justification
    if said is None or said not in levels:
        return ""
    level = levels[said]
    found = [r for r in asked.reach if r.level >= level and not r.only_in_tests]
    if not found:
        return ""
    return f"{said} stands against what was read: {max(found).sentence}"
