"""Entries of lock files in which one name means one package: from names to edges."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEntry:
    """A package before its edges are known: the name that others call it by, and what it needs.

    `wishes` may be missing: what is needed only on some platform, or by an extra.
    """

    key: str
    component: Component
    needs: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()


def add_named(entries: Iterable[NamedEntry], draft: Draft) -> None:
    """Add the components with their edges.

    A name that is not in the file is one that something else there provides, or that is missing: in
    both cases an edge is.
    """
    held = list(entries)
    identities: dict[str, set[str]] = {}
    for entry in held:
        identities.setdefault(entry.key, set()).add(entry.component.identity)
    for entry in held:
        edges = {
            found for name in (*entry.needs, *entry.wishes) for found in identities.get(name, ())
        }
        edges.discard(entry.component.identity)
        missing = any(name not in identities for name in entry.needs)
        draft.components.append(
            replace(
                entry.component,
                found_in=(draft.path,),
                depends_on=tuple(sorted(edges)),
                edges_known=False if missing else entry.component.edges_known,
            )
        )
