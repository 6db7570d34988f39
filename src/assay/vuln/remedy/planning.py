"""The plan for all dependency files of a commit: Python and npm in full, the rest by name."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.sbom.component import Inventory
from assay.vuln.index import PackageAnswer
from assay.vuln.match import match_components
from assay.vuln.ranges import Answer
from assay.vuln.remedy.candidates import is_malicious
from assay.vuln.remedy.locks import read_locks
from assay.vuln.remedy.making import REMOVE, Maker
from assay.vuln.remedy.model import Lock, Pin
from assay.vuln.remedy.plan import Plan, Unfixed
from assay.vuln.remedy.ranking import total_rank

_OTHER: Final = "upgrades are planned for lock files of Python and npm alone"
_INSIDE: Final = "it is in the archive of another package, or from no registry"


def make_plan(maker: Maker, inventory: Inventory) -> Plan:
    """Return the plan for the files of `maker`, of which `inventory` was read."""
    locks = read_locks(maker.files)
    for lock in locks:
        maker.take(lock)
    others = tuple(_others(maker, inventory, locks))
    return Plan(
        upgrades=tuple(
            sorted(
                maker.upgrades,
                key=lambda one: (total_rank(one.mends), one.step.size, one.path, one.place),
            )
        ),
        unfixed=tuple(
            sorted(
                (*maker.unfixed, *others),
                key=lambda one: (total_rank(one.has), one.path, one.place),
            )
        ),
        not_checked=tuple(sorted({*_gaps(maker, inventory)})),
        texts=MappingProxyType(maker.texts),
        examined=MappingProxyType(
            {"lock files": len(locks), "components": len(inventory.components)}
        ),
    )


def _others(maker: Maker, inventory: Inventory, locks: tuple[Lock, ...]) -> Iterator[Unfixed]:
    """Yield what is affected, and is in no lock file that is planned for."""
    edited = {lock.path for lock in locks}
    planned = {(lock.path, pin.purl) for lock in locks for pin in lock.pins.values()}
    for component in inventory.components:
        if not component.purl or all((at, component.purl) in planned for at in component.found_in):
            continue
        pin = Pin(
            key=component.purl,
            name=component.name,
            version=component.version,
            purl=component.purl,
        )
        answer = maker.candidates.answer(pin)
        has = maker.ranking.of(answer)
        if answer.answer is not Answer.AFFECTED or not maker.takes(pin, has):
            continue
        for path in component.found_in:
            if (path, component.purl) not in planned:
                yield Unfixed(
                    path=path,
                    place=component.purl,
                    ecosystem=answer.package.ecosystem,
                    package=component.name,
                    version=component.version,
                    has=has,
                    why=_INSIDE if path in edited else _OTHER,
                    hint=_hint(answer),
                )


def _hint(answer: PackageAnswer) -> str:
    if is_malicious(answer):
        return REMOVE
    return f"{answer.clear} has none of them" if answer.clear else ""


def _gaps(maker: Maker, inventory: Inventory) -> Iterator[NotChecked]:
    """Yield what could not be read or matched, and what nobody was asked."""
    index = maker.candidates.index
    yield from inventory.not_checked
    yield from match_components(inventory.components, index.advisories, at=index.at).not_checked
    yield from maker.candidates.catalogue.gaps
    for one in sorted(maker.wanted.only - maker.matched):
        yield NotChecked(
            what="--only",
            where=printable(one),
            why="no vulnerable package has this name, and none a vulnerability of this id",
            remedy="see what there is with `assay vulns match`",
        )
    for ecosystem in sorted({one.ecosystem for one in maker.upgrades}):
        if maker.candidates.catalogue.covers(ecosystem):
            continue
        yield NotChecked(
            what="releases",
            where=f"the index of {ecosystem}",
            why="nobody was asked whether these versions are there, and what they ask for",
            remedy="use --online, or --index with a copy",
        )
