"""Sort keys of versions, by ecosystem (OSV's word) or by scheme (the type of a `vers` range).

Parsing is the slow part, so keys are cached. An ecosystem without an order of versions, or a text
that is no version of it, has no key: whoever asks then answers "unknown".
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from assay.vuln.ecosystems import scheme_of
from assay.vuln.order.distributions import (
    alpine_key,
    arch_key,
    debian_key,
    gentoo_key,
    rpm_key,
)
from assay.vuln.order.general import datetime_key, intdot_key, lexicographic_key
from assay.vuln.order.keys import BEGINNING, Reader, VersionKey
from assay.vuln.order.languages import (
    composer_key,
    conda_key,
    dotted_key,
    gem_key,
    maven_key,
    openssl_key,
)
from assay.vuln.order.pypi import pypi_key
from assay.vuln.order.semver import (
    conan_key,
    go_key,
    long_semver_key,
    nuget_key,
    pub_key,
    semver_key,
)

__all__ = ["BEGINNING", "MAX_VERSION", "VersionKey", "scheme_key", "version_key"]

MAX_VERSION: Final = 256  # characters; bounds what a hostile lock file makes us parse
_CACHED: Final = 2**18  # above the distinct versions of any portfolio that we have seen

_READERS: Final[Mapping[str, Reader]] = {
    "alpm": arch_key,
    "apk": alpine_key,
    "cargo": semver_key,
    "composer": composer_key,
    "conan": conan_key,
    "conda": conda_key,
    "cran": dotted_key,
    "datetime": datetime_key,
    "deb": debian_key,
    "ebuild": gentoo_key,
    "gem": gem_key,
    "gentoo": gentoo_key,
    "golang": go_key,
    "hackage": dotted_key,
    "intdot": intdot_key,
    "lexicographic": lexicographic_key,
    "long-semver": long_semver_key,
    "maven": maven_key,
    "npm": semver_key,
    "nuget": nuget_key,
    "openssl": openssl_key,
    "pub": pub_key,
    "pypi": pypi_key,
    "rpm": rpm_key,
    "semver": semver_key,
}
_READERS_OF_VERS: Final = {"alpine": "apk", "dart": "pub", "arch": "alpm"}  # other words


def version_key(ecosystem: str, version: str) -> VersionKey | None:
    """Return the sort key of `version`, or None where it is no version of `ecosystem`."""
    return scheme_key(scheme_of(ecosystem), version)


@lru_cache(maxsize=_CACHED)
def scheme_key(scheme: str, version: str) -> VersionKey | None:
    """Return the sort key of `version` by `scheme`, a type of `vers`; None where it has none."""
    reader = _READERS.get(_READERS_OF_VERS.get(scheme, scheme))
    if reader is None or len(version) > MAX_VERSION:
        return None
    return reader(version)
