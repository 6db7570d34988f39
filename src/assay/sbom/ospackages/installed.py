"""Packages of one distribution in one root folder, and the edges between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.sbom.component import Component
from assay.sbom.finds import Finds


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A package before its edges are known.

    `provides` are the names that others may ask for; of each of `needs` one name is enough.
    """

    component: Component
    provides: frozenset[str]
    needs: tuple[tuple[str, ...], ...]


def add_installed(packages: Sequence[Installed], finds: Finds, *, noun: str) -> None:
    """Add the packages with edges to those that provide what each needs.

    Where nobody provides something, or the one who does could not be read, edges are missing.
    """
    providers: dict[str, set[str]] = {}
    for package in packages:
        for name in package.provides:
            providers.setdefault(name, set()).add(package.component.identity)
    for package in packages:
        found = [
            next((providers[name] for name in alternatives if name in providers), None)
            for alternatives in package.needs
        ]
        edges = {identity for one in found if one is not None for identity in one}
        edges.discard(package.component.identity)
        finds.components.append(
            replace(
                package.component,
                depends_on=tuple(sorted(edges)),
                edges_known=None not in found,
            )
        )
    finds.examined[f"{noun}s"] += len(packages)
