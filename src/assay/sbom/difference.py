"""What changed from one SBOM to the next.

* A component whose version changed is one change, not one removed and one added.
* Other content under the same version is what an attacker in a registry looks like, and a rebuilt
  release too: nobody should have to find it among the rest, so it comes first (`rewritten`).
* A hash can be compared only with one of the same algorithm; where there is none, that is counted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from assay.core.notchecked import NotChecked
from assay.sbom.component import Component, Sbom
from assay.sbom.packagekey import PackageKey, package_key

Key = tuple[tuple[int | str, ...], ...]
Order = Callable[[str, str], Key | None]  # by a purl type; None for what is no version of it
_FIELDS: Final = ("hashes", "licences", "raw_licences", "supplier", "depends_on")
_NAMES: Final = {"raw_licences": "licences that are no expressions", "depends_on": "dependencies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """A package at another version; `direction` is `up`, `down`, or `unknown`."""

    package: str
    before: str
    after: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """What is said of one component that is in both."""

    component: str
    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All changes, each list in order."""

    rewritten: tuple[FieldChange, ...] = ()  # another hash at the same version
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    versions: tuple[VersionChange, ...] = ()
    changed: tuple[FieldChange, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def is_empty(self) -> bool:
        """Tell whether the two say the same."""
        return not (self.rewritten or self.added or self.removed or self.versions or self.changed)


def compare_sboms(before: Sbom, after: Sbom, *, order: Order) -> Difference:
    """Return what changed from `before` to `after`."""
    old = {item.identity: item for item in before.components}
    new = {item.identity: item for item in after.components}
    gone = [old[name] for name in sorted(old.keys() - new.keys())]
    come = [new[name] for name in sorted(new.keys() - old.keys())]
    versions, removed, added = _paired(gone, come, order)
    changes = [
        change
        for name in sorted(old.keys() & new.keys())
        for change in _fields(old[name], new[name])
    ]
    rewritten = [change for change in changes if change.field == "hashes" and _clash(change)]
    return Difference(
        rewritten=tuple(rewritten),
        added=tuple(added),
        removed=tuple(removed),
        versions=tuple(versions),
        changed=tuple(change for change in changes if change not in rewritten),
        not_checked=(
            *_uncomparable(old, new),
            *sorted({*before.inventory.not_checked, *after.inventory.not_checked}),
        ),
    )


def hashes_clash(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether two lists of hashes cannot be of the same content.

    A release has several files and so several hashes of one algorithm; one in common is enough.
    """
    first, second = _by_algorithm(one), _by_algorithm(other)
    common = first.keys() & second.keys()
    return any(first[name].isdisjoint(second[name]) for name in common)


def _clash(change: FieldChange) -> bool:
    return hashes_clash(change.before, change.after)


def _by_algorithm(hashes: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for text in hashes:
        found[text.partition(":")[0]].add(text)
    return found


def _fields(old: Component, new: Component) -> Iterable[FieldChange]:
    for name in _FIELDS:
        before, after = _values(old, name), _values(new, name)
        if before != after:
            shown = _NAMES.get(name, name)
            yield FieldChange(component=old.identity, field=shown, before=before, after=after)


def _values(component: Component, name: str) -> tuple[str, ...]:
    value: object = getattr(component, name)
    if isinstance(value, str):
        return (value,) if value else ()
    return value if isinstance(value, tuple) else ()


def _uncomparable(old: dict[str, Component], new: dict[str, Component]) -> tuple[NotChecked, ...]:
    both = old.keys() & new.keys()
    count = sum(
        _by_algorithm(old[name].hashes).keys().isdisjoint(_by_algorithm(new[name].hashes))
        for name in both
    )
    if not count:
        return ()
    return (
        NotChecked(
            what="content",
            where=f"{count} of {len(both)} components that are in both",
            why="they have no hash of the same algorithm in both documents",
            remedy="let the generator write hashes",
        ),
    )


def _paired(
    gone: list[Component], come: list[Component], order: Order
) -> tuple[list[VersionChange], list[str], list[str]]:
    """Return the changes of version among what is gone and come, and what is left of both."""
    old, new = _by_package(gone), _by_package(come)
    versions, removed, added = list[VersionChange](), list[str](), list[str]()
    for package in sorted(old.keys() | new.keys()):
        one, other = old.get(package, []), new.get(package, [])
        pairs = min(len(one), len(other))
        one, other = _in_order(one, package, order), _in_order(other, package, order)
        versions += [_change(package, *pair, order) for pair in zip(one, other, strict=False)]
        removed += [item.identity for item in one[pairs:]]
        added += [item.identity for item in other[pairs:]]
    return versions, sorted(removed), sorted(added)


def _by_package(components: list[Component]) -> dict[PackageKey, list[Component]]:
    found: dict[PackageKey, list[Component]] = {}
    for item in components:
        found.setdefault(package_key(item), []).append(item)
    return found


def _in_order(items: list[Component], package: PackageKey, order: Order) -> list[Component]:
    """Return the versions of one package from the oldest on, those without an order by text."""
    keyed = [(order(package.type, item.version), item) for item in items]
    by_text = sorted(items, key=lambda item: item.identity)
    if any(key is None for key, _ in keyed):
        return by_text
    return sorted(by_text, key=lambda item: order(package.type, item.version) or ())


def _change(package: PackageKey, old: Component, new: Component, order: Order) -> VersionChange:
    return VersionChange(
        package=package.exact,
        before=old.version,
        after=new.version,
        direction=_direction(order(package.type, old.version), order(package.type, new.version)),
    )


def _direction(before: Key | None, after: Key | None) -> str:
    if before is None or after is None or before == after:
        return "unknown"
    return "up" if before < after else "down"
