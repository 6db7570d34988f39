"""The minimum elements of an SBOM, and where they are missing.

`ntia`: "The Minimum Elements For a Software Bill of Materials" (NTIA, July 2021), its data fields.
`cisa`: the same with what CISA's draft of August 2025 adds: hash, licence, the tool's name, and
"generation context", which is when in the life of the software the list was made.
That an element is there does not make it true; nothing here looks at the software itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.sbom.component import Component, Sbom

_NTIA: Final = frozenset({"ntia", "cisa"})
_CISA: Final = frozenset({"cisa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One minimum element, of the document or of each component."""

    name: str
    profiles: frozenset[str]
    of_document: Callable[[Sbom], bool] | None = None
    of_component: Callable[[Component, frozenset[str]], bool] | None = None
    files_too: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of how many the element is there, and of which it is missing."""

    element: str
    needed: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumReport:
    """All elements of one profile."""

    profile: str
    found: tuple[Found, ...]
    components: int
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """FAILED where an element is missing, UNKNOWN where the document lists nothing."""
        if any(found.missing for found in self.found):
            return Verdict.FAILED
        return Verdict.PASSED if self.components else Verdict.UNKNOWN


def check_minimum(sbom: Sbom, *, profile: str) -> MinimumReport:
    """Look for each minimum element of `profile`, one of `PROFILES`."""
    components = sbom.components
    related = frozenset(_related(sbom))
    found = [
        _look(element, sbom, components, related)
        for element in _ELEMENTS
        if profile in element.profiles
    ]
    gaps = (*sbom.inventory.not_checked, *_untold(components))
    return MinimumReport(
        profile=profile, found=tuple(found), components=len(components), not_checked=gaps
    )


def _look(
    element: Element, sbom: Sbom, components: tuple[Component, ...], related: frozenset[str]
) -> Found:
    if element.of_document is not None:
        missing = () if element.of_document(sbom) else ("the document",)
        return Found(element=element.name, needed=1, missing=missing)
    has = element.of_component
    subject = sbom.subject
    if subject is not None and not subject.supplier:
        subject = replace(subject, supplier=sbom.supplier)
    subjects = [subject] if subject is not None else []
    looked = [i for i in (*subjects, *components) if element.files_too or i.kind != "file"]
    lacking = [item.identity for item in looked if has is None or not has(item, related)]
    return Found(element=element.name, needed=len(looked), missing=tuple(lacking))


def _related(sbom: Sbom) -> set[str]:
    """Return the identities that stand anywhere in the graph of dependencies."""
    subjects = [sbom.subject] if sbom.subject is not None else []
    found = set[str]()
    for item in (*subjects, *sbom.components):
        if item.depends_on or item.edges_known is not None:
            found |= {item.identity, *item.depends_on}
        elif item.direct:
            found |= {item.identity, *(subject.identity for subject in subjects)}
    return found


def _untold(components: tuple[Component, ...]) -> Iterator[NotChecked]:
    """Yield a note where it is not said whether edges are all: NTIA's "known unknowns"."""
    packages = [item for item in components if item.kind != "file"]
    count = sum(item.edges_known is None for item in packages)
    if count:
        yield NotChecked(
            what="completeness of dependencies",
            where=f"{count} of {len(packages)} components",
            why="the document does not say whether the dependencies that it lists are all",
            remedy="make it from a lock file or an environment that tells them",
        )


def _is_identified(component: Component, _: frozenset[str]) -> bool:
    return bool(component.purl or component.cpes)


def _is_licensed(component: Component, _: frozenset[str]) -> bool:
    return bool(component.licences or component.raw_licences)


_ELEMENTS: Final = (
    Element(
        name="author of the SBOM",
        profiles=_NTIA,
        of_document=lambda sbom: bool(sbom.authors or sbom.organisations),
    ),
    Element(name="timestamp", profiles=_NTIA, of_document=lambda sbom: bool(sbom.created_at)),
    Element(name="tool name", profiles=_CISA, of_document=lambda sbom: bool(sbom.tools)),
    Element(name="generation context", profiles=_CISA, of_document=lambda sbom: bool(sbom.phases)),
    Element(
        name="component name",
        profiles=_NTIA,
        of_component=lambda item, _: bool(item.name),
        files_too=True,
    ),
    Element(name="version", profiles=_NTIA, of_component=lambda item, _: bool(item.version)),
    Element(name="supplier", profiles=_NTIA, of_component=lambda item, _: bool(item.supplier)),
    Element(name="unique identifier", profiles=_NTIA, of_component=_is_identified),
    Element(
        name="dependency relationship",
        profiles=_NTIA,
        of_component=lambda item, related: item.identity in related,
    ),
    Element(
        name="hash",
        profiles=_CISA,
        of_component=lambda item, _: bool(item.hashes),
        files_too=True,
    ),
    Element(name="licence", profiles=_CISA, of_component=_is_licensed),
)
PROFILES: Final = ("ntia", "cisa")
