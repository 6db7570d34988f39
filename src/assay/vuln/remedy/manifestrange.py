"""How the product's own wish for a package is written when it shall let another version in.

An exact version stays exact, npm's `^` and `~` stay what they are. A bound that somebody set with
care is not moved: the plan then names it.
"""

import re
from typing import Final

from assay.vuln.remedy.model import PYPI

_NPM_SIMPLE: Final = re.compile(r"(\^|~|=|)v?\d+(?:\.\d+){0,2}(?:[-+][0-9A-Za-z.+-]+)?\Z", re.ASCII)
_PYPI_EXACT: Final = re.compile(r"(===?)\s*[^\s,*]+\Z")


def rewritten_range(ecosystem: str, range_: str, version: str) -> str:
    """Return `range_` changed so that it lets `version` in; empty where that is not for us."""
    if ecosystem == PYPI:
        exact = _PYPI_EXACT.match(range_.strip())
        return f"{exact[1]}{version}" if exact is not None else ""
    simple = _NPM_SIMPLE.match(range_.strip())
    return f"{simple[1]}{version}" if simple is not None else ""
