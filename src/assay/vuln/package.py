"""Which package of which ecosystem a package URL names, in the spelling that advisories use.

Names are brought to one form on both sides, so that `Flask_Login` in an advisory meets
`flask-login` in a lock file. Where an ecosystem's rule for equality is unclear, the wider one is
taken: a match too many is seen by people, a match too few by nobody.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from assay.core.errors import MalformedError
from assay.vuln.ecosystems import Ecosystem, ecosystem_of_purl

_PYPI_SEPARATORS: Final = re.compile(r"[-_.]+")
_SOURCE_NAMED: Final = frozenset({"deb", "apk"})  # advisories name the source, not what it builds


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Package:
    """A package at a version. `ecosystem` is OSV's word, `name` the normal form.

    `release` is that of the distribution as the package URL says it, `debian-12`; empty where it
    does not, and in ecosystems without releases.
    """

    ecosystem: str
    name: str
    version: str
    release: str = ""


def parse_package(purl: str) -> Package:
    """Read a canonical package URL; of its qualifiers only those of distributions play a part.

    A type that OSV has no advisories for keeps its purl spelling (`pkg:generic`), which is no
    ecosystem of any feed. A missing version is an empty text.

    Raises:
        MalformedError: No `pkg:`, no type or no name.
    """
    scheme, _, rest = purl.partition(":")
    path, _, query = rest.partition("#")[0].partition("?")
    kind, _, full_name = path.strip("/").partition("/")
    namespace, slash, last = full_name.rpartition("/")
    last, _, version = last.partition("@") if not last.startswith("@") else (last, "", "")
    if scheme != "pkg" or not kind or not last:
        raise MalformedError(f"{purl!r} is no package URL", hint="pkg:TYPE/NAME@VERSION")
    known = ecosystem_of_purl(kind.lower(), namespace)
    if known is None:
        foreign, name = f"pkg:{kind.lower()}", unquote(namespace + slash + last)
        return Package(ecosystem=foreign, name=name, version=unquote(version))
    if known.namespace:
        return _system_package(known, unquote(last), unquote(version), _qualifiers(query))
    name = unquote(namespace + slash.replace("/", _SEPARATORS.get(known.name, "/")) + last)
    return Package(
        ecosystem=known.name, name=normal_name(known.name, name), version=unquote(version)
    )


def normal_name(ecosystem: str, name: str) -> str:
    """Return the one spelling of a package's name by which both sides are compared."""
    return _NORMALISERS.get(ecosystem, str)(name)


def _qualifiers(query: str) -> Mapping[str, str]:
    return {
        key: unquote(value)
        for key, _, value in (pair.partition("=") for pair in query.split("&"))
        if value
    }


def _system_package(
    known: Ecosystem, name: str, version: str, qualifiers: Mapping[str, str]
) -> Package:
    """Return a distribution's package, under the name that its advisories use.

    `upstream` is the source package (`openssl` of `libssl3`), with its version where that is
    another; those who write package URLs leave it out where it is the same.
    """
    upstream, _, source_version = qualifiers.get("upstream", "").partition("@")
    if upstream and known.purl_type in _SOURCE_NAMED:
        name, version = upstream, source_version or version
    epoch = qualifiers.get("epoch", "")
    if epoch and known.purl_type == "rpm" and ":" not in version:
        version = f"{epoch}:{version}"
    return Package(
        ecosystem=known.name,
        name=normal_name(known.name, name),
        version=version,
        release=qualifiers.get("distro", "") if known.releases else "",
    )


def _normal_pypi(name: str) -> str:
    """Apply the name rule of the Python packaging specifications (PEP 503)."""
    return _PYPI_SEPARATORS.sub("-", name).lower()


def _normal_crate(name: str) -> str:
    """Fold case and underscores: the registry lets no two crates differ in these alone."""
    return name.lower().replace("_", "-")


_SEPARATORS: Final = {"Maven": ":"}  # between namespace and name, where it is no slash
_NORMALISERS: Final[dict[str, Callable[[str], str]]] = {
    "PyPI": _normal_pypi,
    "crates.io": _normal_crate,
    "npm": str.lower,  # purl folds the case, so the few old names in capitals cannot be told apart
    "Go": str.lower,  # the same
    "NuGet": str.lower,
    "Packagist": str.lower,
    "Hex": str.lower,
    "Pub": str.lower,
    "Bitnami": str.lower,
    "GitHub Actions": str.lower,
    "SwiftURL": str.lower,
    "VSCode": str.lower,
    "Julia": str.lower,
}
