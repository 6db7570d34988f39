"""Names of weaknesses (CWE), of which CSAF wants id and name to belong together.

* `weaknesses.txt`: those that advisories name most, and the categories among them. A weakness that
  was renamed has all its names, the newest first: a document is not wrong because it is old. All
  are those of CWE 4.14, and the first is one of a later version where that is known.
* `moreweaknesses.txt`: all other weaknesses and categories of CWE 4.14 (February 2024), under the
  names that they had until then. Whether they have another one by now, nobody here can tell.

About a weakness that is in neither nothing can be told. The names are MITRE's, from the Common
Weakness Enumeration (cwe.mitre.org). Copyright 2006-2024, The MITRE Corporation. CWE is its
trademark; it grants a non-exclusive, royalty-free license to use CWE for research,
development, and commercial purposes, in copies that say so.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LISTED: Final = "4.14"
_KNOWN: Final = "weaknesses.txt"
_AS_LISTED: Final = "moreweaknesses.txt"


def names_of(identifier: str) -> tuple[str, ...]:
    """Return the names that a weakness such as CWE-79 has or had, none where it is not known."""
    number = identifier.removeprefix("CWE-")
    return _table(_KNOWN).get(number) or _table(_AS_LISTED).get(number, ())


def may_have_another(identifier: str) -> bool:
    """Tell whether a weakness may have a name by now that `names_of` does not know."""
    return identifier.removeprefix("CWE-") not in _table(_KNOWN)


@cache
def _table(name: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    text = files("assay.vuln.csaf").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        number, _, said = line.partition(" ")
        found[number] = (*found.get(number, ()), said)
    return found
