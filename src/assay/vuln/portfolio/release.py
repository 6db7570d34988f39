"""A release of a product, and what it holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.core.digest import Digest
from assay.sbom.component import Component
from assay.vuln.context import Mission, ProductContext, WellBeing
from assay.vuln.ssvc import WellBeingLevel, level_of

ROOT: Final = ""  # the parent of what the product itself depends on
REPLACED: Final = 99  # the place of a release that is not current; those that are come before
_LEVELS: Final = tuple(WellBeingLevel).index
_DEPLOYED: Final = {True: 0, None: 1, False: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version of a product whose components a statement in a log lists.

    `log` is the log's origin, `subject` what the statement is about. `context` is what
    `assay.toml` of that commit says. `problem` is not empty where the list could not be read, or
    is incomplete; `unnamed` counts components that nothing can be matched with.
    """

    log: str
    product: str
    subject: Digest
    statement: Digest
    recorded_at: datetime
    context: ProductContext = field(default_factory=ProductContext)
    unnamed: int = 0
    problem: str = ""

    @property
    def doubt(self) -> str:
        """Return what of it cannot be told, or an empty text."""
        if self.problem or not self.unnamed:
            return self.problem
        return f"{self.unnamed} components have no package URL, nor a CPE name that can be used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A package in a release: its number in the tables, by which its path is asked for."""

    package: int
    release: int


def place_of(context: ProductContext) -> int:
    """Return the place of a current release among those that hold the same: the lower, the sooner.

    For one vulnerability, what SSVC decides follows from mission and well-being: who may have more
    at stake comes first, then who must have, then who is deployed.
    """
    levels = [
        _LEVELS(level_of(mission, well_being))
        for mission in ((context.mission,) if context.mission else Mission)
        for well_being in ((context.well_being,) if context.well_being else WellBeing)
    ]
    return ((2 - max(levels)) * 3 + 2 - min(levels)) * 3 + _DEPLOYED[context.deployed]


def parents_of(components: Iterable[Component]) -> Mapping[str, str | None]:
    """Return, by identity, what pulls each component in on a shortest way: ROOT, or another one.

    None where no way is known: the list has no edges that lead there.
    """
    known = {component.identity: component for component in components}
    pulled = {name for component in known.values() for name in component.depends_on}
    parents: dict[str, str | None] = {}
    waiting = [
        name
        for name, component in known.items()
        if component.direct or (component.direct is None and name not in pulled)
    ]
    parents.update(dict.fromkeys(waiting, ROOT))
    for name in waiting:  # grows as it goes: nearer ones are in front
        for below in known[name].depends_on:
            if below in known and below not in parents:
                parents[below] = name
                waiting.append(below)
    return {name: parents.get(name) for name in known}
