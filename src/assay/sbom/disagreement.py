"""Where SBOMs of several makers for one artifact disagree.

Two tools seldom write one package's identity alike. So a package is first sought by the last part
of its name alone; what then differs only in how its identity is written is told apart from what
differs in version, and from what one of them does not have at all. Where the type or the namespace
differs too, it may be another package that bears the name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.core.errors import UsageError
from assay.sbom.component import Component, Sbom
from assay.sbom.packagekey import package_key

Listed = Mapping[str, tuple[str, ...]]  # by document


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Disagreement:
    """One package of which the documents do not say the same.

    `kind` is `absent` (from at least one), `version`, `name` (of another type or namespace, which
    may be another package), or `form` (the same, written in another way). `said` are the identities
    by document, without documents that have none.
    """

    kind: str
    package: str
    said: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many packages all documents name alike, and the others."""

    documents: tuple[str, ...]
    agreed: int
    disagreements: tuple[Disagreement, ...]


def find_disagreements(documents: Mapping[str, Sequence[Component]]) -> Comparison:
    """Compare the components of two or more documents, by the documents' names.

    Raises:
        UsageError: Fewer than two documents.
    """
    if len(documents) < 2:
        raise UsageError("nothing to compare with", hint="name at least two SBOMs")
    agreed = 0
    found = list[Disagreement]()
    for name, by_document in _grouped(documents).items():
        missing, common = _common(by_document, len(documents))
        agreed += len(common)
        found += _judge(name, by_document, common, complete=not missing)
    return Comparison(documents=tuple(documents), agreed=agreed, disagreements=tuple(sorted(found)))


def components_of(sbom: Sbom) -> tuple[Component, ...]:
    """Return what takes part in a comparison: packages, not files, without the subject."""
    return tuple(item for item in sbom.components if item.kind != "file")


_ByDocument = dict[str, dict[str, Component]]


def _grouped(documents: Mapping[str, Sequence[Component]]) -> dict[str, _ByDocument]:
    """Return the components by loose name, document and identity."""
    groups: dict[str, _ByDocument] = defaultdict(dict)
    for document, components in documents.items():
        for item in components:
            group = groups[package_key(item).loose]
            group.setdefault(document, {})[item.identity] = item
    return dict(sorted(groups.items()))


def _common(by_document: _ByDocument, count: int) -> tuple[bool, set[str]]:
    """Tell whether a document lacks the name, and return the identities that all have."""
    if len(by_document) < count:
        return True, set()
    return False, set.intersection(*(set(found) for found in by_document.values()))


def _judge(
    name: str, by_document: _ByDocument, common: set[str], *, complete: bool
) -> Iterator[Disagreement]:
    """Yield what is left of one name when the identities that all have are taken out."""
    rest = {
        document: {key: item for key, item in found.items() if key not in common}
        for document, found in by_document.items()
    }
    versions = [{item.version for item in found.values()} for found in rest.values()]
    if not any(versions):
        return
    if not complete:
        kind = "absent"
    elif all(found == versions[0] for found in versions):
        kind = "form" if _same_packages(rest) else "name"
    elif all(versions):
        kind = "version"
    else:
        kind = "absent"
    said = tuple((document, tuple(sorted(found))) for document, found in rest.items() if found)
    yield Disagreement(kind=kind, package=name, said=said)


def _same_packages(documents: _ByDocument) -> bool:
    """Tell whether all mean the same packages, whatever qualifiers and separators they write."""
    named = [{package_key(item).spelled for item in held.values()} for held in documents.values()]
    return all(found == named[0] for found in named)
