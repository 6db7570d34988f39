"""Which package of which ecosystem a package URL names, in the spelling that advisories use.

Names are brought to one form on both sides, so that `Flask_Login` in an advisory meets
`flask-login` in a lock file. Where an ecosystem's rule for equality is unclear, the wider one is
taken: a match too many is seen by people, a match too few by nobody.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError

ECOSYSTEMS: Final = {"pypi": "PyPI", "npm": "npm", "golang": "Go", "cargo": "crates.io"}
_PYPI_SEPARATORS: Final = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Package:
    """A package at a version. `ecosystem` is OSV's word, `name` the normal form."""

    ecosystem: str
    name: str
    version: str


def parse_package(purl: str) -> Package:
    """Read a canonical package URL; its qualifiers and subpath play no part in matching.

    A type that is not in `ECOSYSTEMS` keeps its purl spelling (`pkg:deb`), which is no ecosystem
    of any feed. A missing version is an empty text.

    Raises:
        MalformedError: No `pkg:`, no type or no name.
    """
    scheme, _, rest = purl.partition(":")
    path = rest.partition("#")[0].partition("?")[0].strip("/")
    kind, _, full_name = path.partition("/")
    namespace, slash, last = full_name.rpartition("/")
    last, _, version = last.partition("@") if not last.startswith("@") else (last, "", "")
    name = namespace + slash + last
    if scheme != "pkg" or not kind or not last:
        raise MalformedError(f"{purl!r} is no package URL", hint="pkg:TYPE/NAME@VERSION")
    ecosystem = ECOSYSTEMS.get(kind.lower(), f"pkg:{kind.lower()}")
    return Package(
        ecosystem=ecosystem, name=normal_name(ecosystem, unquote(name)), version=unquote(version)
    )


def normal_name(ecosystem: str, name: str) -> str:
    """Return the one spelling of a package's name by which both sides are compared."""
    return _NORMALISERS.get(ecosystem, str)(name)


def _normal_pypi(name: str) -> str:
    """Apply the name rule of the Python packaging specifications (PEP 503)."""
    return _PYPI_SEPARATORS.sub("-", name).lower()


def _normal_crate(name: str) -> str:
    """Fold case and underscores: the registry lets no two crates differ in these alone."""
    return name.lower().replace("_", "-")


_NORMALISERS: Final[dict[str, Callable[[str], str]]] = {
    "PyPI": _normal_pypi,
    "crates.io": _normal_crate,
    "npm": str.lower,  # purl folds the case, so the few old names in capitals cannot be told apart
    "Go": str.lower,  # the same
}
