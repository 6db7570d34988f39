"""One component for each purl, however many files name it."""

from collections.abc import Collection, Iterable

from assay.sbom.component import Component
from assay.sbom.hashes import normal_hash


def merge_components(found: Iterable[Component]) -> tuple[Component, ...]:
    """Return the components by purl, those with the same purl made one, in the purls' order.

    What several files say is joined: a component is direct if any file says so, and for
    development only if all do; where the rest do not say, it is not known.
    """
    by_purl: dict[str, list[Component]] = {}
    for component in found:
        by_purl.setdefault(component.purl, []).append(component)
    return tuple(_merged(by_purl[purl], by_purl) for purl in sorted(by_purl))


def _merged(same: list[Component], known: Collection[str]) -> Component:
    """Join components of one purl; an edge to one that is not `known` was noted where it failed."""
    first = min(same, key=lambda component: (component.name, component.version))
    return Component(
        purl=first.purl,
        name=first.name,
        version=first.version,
        found_in=_union(component.found_in for component in same),
        hashes=_union(map(normal_hash, component.hashes) for component in same),
        depends_on=tuple(to for to in _union(item.depends_on for item in same) if to in known),
        direct=_any({component.direct for component in same}, decisive=True),
        development=_any({component.development for component in same}, decisive=False),
    )


def _any(said: set[bool | None], *, decisive: bool) -> bool | None:
    """Return `decisive` if anybody said so; else unknown if anybody did not say."""
    if decisive in said:
        return decisive
    return None if None in said else not decisive


def _union(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({item for part in parts for item in part}))
