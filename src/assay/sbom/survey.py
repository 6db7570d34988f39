"""From a tree of files to the inventory of what is installed in it, and what its lock files fix.

* A source takes files by their names, and reads them into components. What it takes and cannot read
  is in `not_checked`: it never looks like a file that holds nothing.
* A lock file declares, and does not install: in an image, where only what is installed counts, lock
  files are counted and not read.
* The same tree gives the same inventory.
"""

import posixpath
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.sbom.collect import is_dependency_file, read_inventory
from assay.sbom.component import Inventory
from assay.sbom.finds import Finds
from assay.sbom.merge import merge_components
from assay.sbom.sources import SOURCES
from assay.system.filetree import FileTree, TreeFile

MAX_LOCK_BYTES: Final = 64 * 2**20
MAX_LOCKS_BYTES: Final = 512 * 2**20  # of all dependency files together, which are read at once
_PACKAGES: Final = frozenset({"site-packages", "dist-packages", "node_modules"})


def survey_tree(tree: FileTree, *, with_locks: bool) -> Inventory:
    """Return the components in `tree`; with `with_locks` also those that lock files name."""
    finds = Finds()
    for source in SOURCES:
        source.find(tree, [file for file in tree.files if source.takes(file)], finds)
    for gap in tree.gaps:
        finds.note("file", gap.path, gap.why)
    locks = [file for file in tree.files if _is_lock(file)]
    declared = Inventory()
    if with_locks:
        declared = read_inventory(_load_all(tree, locks, finds))
    elif locks:
        finds.examined["lock files and manifests, which install nothing here"] = len(locks)
    return _joined(declared, finds)


def _joined(declared: Inventory, finds: Finds) -> Inventory:
    examined = Counter(declared.examined) + finds.examined  # which leaves out what is 0
    components = declared.components
    if finds.components:  # what lock files say was joined before
        components = merge_components((*components, *finds.components))
    return replace(
        declared,
        components=components,
        examined=MappingProxyType(dict(sorted(examined.items()))),
        not_checked=tuple(sorted({*declared.not_checked, *finds.all_notes()})),
    )


def _load_all(tree: FileTree, files: Iterable[TreeFile], finds: Finds) -> dict[str, bytes]:
    """Return the contents by path of those that can be read."""
    contents: dict[str, bytes] = {}
    left = MAX_LOCKS_BYTES
    for file in files:
        with finds.attempt("dependency file", file.path):
            contents[file.path] = tree.load(file.path, max_bytes=min(left, MAX_LOCK_BYTES))
            left -= len(contents[file.path])
    return contents


def _is_lock(file: TreeFile) -> bool:
    """Tell whether a dependency file speaks for what it lies in, not for an installed package."""
    if not is_dependency_file(file.path):
        return False
    return _PACKAGES.isdisjoint(posixpath.dirname(file.path).split("/"))
