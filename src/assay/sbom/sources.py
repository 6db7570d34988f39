"""Where components are found besides lock files: one row for each kind of thing that is installed.

Files are chosen by their names; what a name promises and the content does not hold is noted by the
reader.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from assay.sbom.binaries.programs import find_in_programs, may_be_program
from assay.sbom.finds import Finds
from assay.sbom.installed.condameta import find_conda_packages, is_conda_record
from assay.sbom.installed.jar import find_jars, is_jar
from assay.sbom.installed.nodemodules import find_node_packages, is_node_package
from assay.sbom.installed.pythondist import find_python_dists, is_python_dist
from assay.sbom.ospackages.apk import find_apk_packages, is_apk_database
from assay.sbom.ospackages.dpkg import find_dpkg_packages, is_dpkg_database
from assay.sbom.ospackages.osrelease import find_distributions, is_os_release
from assay.sbom.ospackages.rpm import find_rpm_packages, is_rpm_database
from assay.system.filetree import FileTree, TreeFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of thing: which files speak of it, and who reads all of them in one tree."""

    takes: Callable[[TreeFile], bool]
    find: Callable[[FileTree, Sequence[TreeFile], Finds], None]


SOURCES: Final[tuple[Source, ...]] = (
    Source(takes=is_os_release, find=find_distributions),  # the next ones ask for what it found
    Source(takes=is_dpkg_database, find=find_dpkg_packages),
    Source(takes=is_apk_database, find=find_apk_packages),
    Source(takes=is_rpm_database, find=find_rpm_packages),
    Source(takes=is_python_dist, find=find_python_dists),
    Source(takes=is_conda_record, find=find_conda_packages),
    Source(takes=is_node_package, find=find_node_packages),
    Source(takes=is_jar, find=find_jars),
    Source(takes=may_be_program, find=find_in_programs),
)
