"""What `assay vulns match` looks into: an SBOM that somebody made, or files that lie somewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.operations.read_sbom import load_sbom
from assay.operations.survey_source import Target, open_source
from assay.sbom.component import Component, Inventory
from assay.sbom.formats.reader import MAX_SBOM_BYTES, is_sbom
from assay.system.files import load_file
from assay.system.filetree import FileTree, MemoryTree

_DOCUMENTS: Final = (".json", ".xml")  # how the names of SBOMs end
_SBOM: Final = "sbom:"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSource:
    """What is in a source, and its files while it is open; or why they are not looked into."""

    inventory: Inventory
    subject: Component
    tree: FileTree
    why_unseen: str = ""


@contextmanager
def open_match_source(target: Target, *, with_sources: bool) -> Iterator[MatchSource]:
    """Open what is to be matched.

    Raises:
        UsageError: There is no such thing, or there are several.
        RejectedError: It is another than its digest says.
        MalformedError: It is not what its name says.
        UnavailableError: It cannot be read.
    """
    if _is_document(target.source):
        inventory, subject = _from_document(Path(target.source.removeprefix(_SBOM)))
        nothing, why = MemoryTree(contents={}), "an SBOM has no sources"
        yield MatchSource(inventory=inventory, subject=subject, tree=nothing, why_unseen=why)
        return
    with open_source(target) as opened:
        yield MatchSource(
            inventory=opened.survey(),
            subject=opened.subject,
            tree=opened.tree,
            why_unseen="" if with_sources else "sources were not to be read",
        )


def _is_document(source: str) -> bool:
    path = Path(source)
    if source.startswith(_SBOM):
        return True
    return (
        path.suffix in _DOCUMENTS
        and path.is_file()
        and is_sbom(load_file(path, max_bytes=MAX_SBOM_BYTES))
    )


def _from_document(path: Path) -> tuple[Inventory, Component]:
    sbom = load_sbom(path)
    name = printable(path.name)
    subject = sbom.subject or Component(purl="", name=name, version="", found_in=())
    if not sbom.aggregate.startswith("incomplete"):  # with who is left out, or without
        return sbom.inventory, subject
    gap = NotChecked(
        what="SBOM",
        where=name,
        why=f"it says of itself that its list is {sbom.aggregate}",
        remedy="match what it is about: the folder, the artifact or the image",
    )
    return replace(sbom.inventory, not_checked=(*sbom.inventory.not_checked, gap)), subject
