"""Where components are found besides lock files: one row for each kind of thing that is installed.

Files are chosen by their names; what a name promises and the content does not hold is noted by the
reader.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from assay.sbom.finds import Finds
from assay.sbom.installed.nodemodules import find_node_packages, is_node_package
from assay.sbom.installed.pythondist import find_python_dists, is_python_dist
from assay.system.filetree import FileTree, TreeFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of thing: which files speak of it, and who reads all of them in one tree."""

    takes: Callable[[TreeFile], bool]
    find: Callable[[FileTree, Sequence[TreeFile], Finds], None]


SOURCES: Final[tuple[Source, ...]] = (
    Source(takes=is_python_dist, find=find_python_dists),
    Source(takes=is_node_package, find=find_node_packages),
)
