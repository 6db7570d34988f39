"""Several SBOMs made one, with nothing lost that any of them said.

Components of one identity become one (`assay.sbom.merge`). Where two documents contradict each
other about one, both sayings are kept and the contradiction is noted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.difference import hashes_clash
from assay.sbom.merge import merge_components


def join_sboms(
    documents: Mapping[str, Sbom], *, subject: Component | None, created_at: str
) -> Sbom:
    """Return one document with all that `documents`, by name, say.

    It is about `subject`, or about what all of them are about; their subjects are components of a
    `subject` that is none of theirs.

    Raises:
        UsageError: Fewer than two documents, or about different things without a `subject`.
    """
    if len(documents) < 2:
        raise UsageError("nothing to merge with", hint="name at least two SBOMs")
    about = _common_subject(list(documents.values())) if subject is None else subject
    found = [item for name, sbom in documents.items() for item in _of(name, sbom, about)]
    inventory = _joined_inventory(documents, found)
    sboms = list(documents.values())
    return Sbom(
        inventory=inventory,
        subject=about,
        created_at=created_at,
        authors=_union([sbom.authors for sbom in sboms]),
        organisations=_union([sbom.organisations for sbom in sboms]),
        tools=_union([sbom.tools for sbom in sboms]),
        phases=_union([sbom.phases for sbom in sboms]),
        aggregate=_aggregate([sbom.aggregate for sbom in sboms]),
    )


def _common_subject(sboms: list[Sbom]) -> Component:
    """Return the one subject that all have, with the direct dependencies that any of them says."""
    subjects = [sbom.subject for sbom in sboms if sbom.subject is not None]
    if len(subjects) < len(sboms) or len({item.identity for item in subjects}) != 1:
        raise UsageError(
            "the documents are not about one thing", hint="say with --name what they make together"
        )
    edges = {name for item in subjects for name in item.depends_on}
    (merged,) = merge_components(replace(item, depends_on=()) for item in subjects)
    return replace(merged, depends_on=tuple(sorted(edges)))


def _of(name: str, sbom: Sbom, about: Component) -> Sequence[Component]:
    """Return the components of one document, each with a place where it was found."""
    subject = sbom.subject
    inner = [subject] if subject is not None and subject.identity != about.identity else []
    direct = set(subject.depends_on) if subject is not None and not inner else set[str]()
    return [
        replace(
            item,
            found_in=item.found_in or (name,),
            direct=True if item.identity in direct or item in inner else item.direct,
        )
        for item in (*inner, *sbom.components)
    ]


def _joined_inventory(documents: Mapping[str, Sbom], found: list[Component]) -> Inventory:
    inventories = [sbom.inventory for sbom in documents.values()]
    notes = {note for inventory in inventories for note in inventory.not_checked}
    return Inventory(
        components=merge_components(found),
        lock_files=_union([inventory.lock_files for inventory in inventories]),
        unlocked=_union([inventory.unlocked for inventory in inventories]),
        unpinned=_union([inventory.unpinned for inventory in inventories]),
        not_checked=tuple(sorted(notes | set(_contradictions(found)))),
    )


def _contradictions(found: list[Component]) -> list[NotChecked]:
    """Return a note for each component of which two documents cannot both be right."""
    same: dict[str, list[Component]] = {}
    for item in found:
        same.setdefault(item.identity, []).append(item)
    notes = list[NotChecked]()
    for identity, items in same.items():
        for one, other in combinations(items, 2):
            if hashes_clash(one.hashes, other.hashes):
                notes.append(_note(identity, "their hashes are of different content"))
            if "" not in {one.supplier, other.supplier} and one.supplier != other.supplier:
                suppliers = f"{one.supplier!r} and {other.supplier!r}"
                notes.append(_note(identity, f"they name two suppliers, {suppliers}"))
    return notes


def _note(identity: str, why: str) -> NotChecked:
    return NotChecked(
        what="contradiction", where=identity, why=why, remedy="find out which document is right"
    )


def _aggregate(said: list[str]) -> str:
    """Return the least that is said: complete only where all say so."""
    if set(said) == {"complete"}:
        return "complete"
    return "incomplete" if any("incomplete" in text for text in said) else "unknown"


def _union(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
