"""Two looser names of a component than its identity, for comparing documents of several makers."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.core.errors import MalformedError
from assay.core.purl import parse_purl
from assay.sbom.component import Component

_SEPARATORS: Final = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PackageKey:
    """A package without its version.

    `exact` is its purl without version, qualifiers and subpath, or its name; `spelled` is the same
    with the last part in one spelling; `loose` is that part alone, which even tools that disagree
    on the rest write.
    """

    type: str  # a purl type, which is the scheme of its versions too; empty without a purl
    exact: str
    spelled: str
    loose: str


def package_key(component: Component) -> PackageKey:
    """Return the key of the package that `component` is a version of."""
    return _of_purl(component.purl) if component.purl else _of_name(component.name)


def _of_name(name: str) -> PackageKey:
    return PackageKey(type="", exact=name, spelled=_plain(name), loose=_spelling(name))


@lru_cache(maxsize=65_536)
def _of_purl(text: str) -> PackageKey:
    try:
        purl = parse_purl(text)
    except MalformedError:
        return _of_name(text)
    start = f"pkg:{'/'.join(filter(None, (purl.type, purl.namespace)))}/"
    loose = _spelling(purl.name)
    return PackageKey(
        type=purl.type, exact=f"{start}{purl.name}", spelled=f"{start}{loose}", loose=loose
    )


def _spelling(name: str) -> str:
    return _plain(re.split(r"[/:]", name)[-1])


def _plain(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()
