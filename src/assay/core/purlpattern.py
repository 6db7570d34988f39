"""Patterns of package URLs: one package at any version, or all packages below a namespace.

`pkg:pypi/requests` is one package, `pkg:rpm/redhat/*` all in that namespace and below it. Both
sides are compared as canonical parts: no spelling of a name is outside or inside by accident.
"""

from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import Purl, parse_purl

_ALL: Final = "/*"
_ANY_NAME: Final = "x"  # stands for the last part while the rest is read


def check_purl_pattern(text: str) -> None:
    """Refuse what is no pattern: it would be meant as a limit, and match nothing or too much.

    Raises:
        MalformedError: No package URL before the star; or a version, a qualifier or another star.
    """
    purl = _parsed(text)
    if purl.version or purl.qualifiers or purl.subpath or "*" in purl.namespace + purl.name:
        raise MalformedError(
            f"{text!r} is no pattern of packages",
            hint="a package URL without version, or all of a namespace: pkg:rpm/redhat/*",
        )


def is_purl_match(pattern: str, purl: str) -> bool:
    """Tell whether `purl`, at whatever version, is what `pattern` means.

    Raises:
        MalformedError: One of both is no package URL.
    """
    wanted, found = _parsed(pattern), parse_purl(purl)
    if wanted.type != found.type:
        return False
    if not pattern.endswith(_ALL):
        return (wanted.namespace, wanted.name) == (found.namespace, found.name)
    inside = f"{found.namespace}/".startswith(f"{wanted.namespace}/")
    return inside or not wanted.namespace


def _parsed(pattern: str) -> Purl:
    if not pattern.endswith(_ALL):
        return parse_purl(pattern)
    return parse_purl(pattern.removesuffix(_ALL) + "/" + _ANY_NAME)
