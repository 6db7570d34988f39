"""Which files are requirements files of pip, by their names.

It stands alone, so that who reads a component list need not load the readers of lock files.
"""

import posixpath
import re
from typing import Final

_REQUIREMENTS: Final = re.compile(
    r"(?:.*[-_.])?(?:requirements?|constraints?)(?:[-_.].*)?\Z", re.IGNORECASE
)


def is_requirements(path: str, ending: str = ".txt") -> bool:
    """Tell whether `path` is a requirements or constraints file by its name or its folder."""
    folder, name = posixpath.split(path)
    stem, dot = posixpath.splitext(name)
    if dot != ending:
        return False
    return posixpath.basename(folder) == "requirements" or _REQUIREMENTS.match(stem) is not None
