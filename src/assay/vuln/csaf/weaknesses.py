"""Names of weaknesses (CWE), for those that advisories name most (`weaknesses.txt`).

CSAF wants id and name to belong together. A weakness that was renamed has all its names, the
newest first: a document is not wrong because it is old. About a weakness that is not here nobody
can tell. The names are MITRE's, from the Common Weakness Enumeration (cwe.mitre.org).
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def names_of(identifier: str) -> tuple[str, ...]:
    """Return the names that a weakness such as CWE-79 has or had, none where it is not known."""
    return _table().get(identifier.removeprefix("CWE-"), ())


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    text = files("assay.vuln.csaf").joinpath("weaknesses.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        number, _, name = line.partition(" ")
        found[number] = (*found.get(number, ()), name)
    return found
