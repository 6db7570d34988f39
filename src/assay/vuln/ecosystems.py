"""The ecosystems of OSV: which package URLs belong to each, and how its versions are ordered.

A distribution has releases: `Debian:12` is not `Debian:11`, and a fix in one is none in the
other. OSV writes them behind a colon; a package URL says them in its qualifier `distro`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Ecosystem:
    """One ecosystem. `scheme` orders its versions; empty where nothing does.

    `purl_type` and `namespace` name its packages; `namespace` is empty where it plays no part.
    `releases` tells whether advisories are about one release of a distribution.
    """

    name: str
    scheme: str
    purl_type: str
    namespace: str = ""
    releases: bool = False


def _distribution(name: str, scheme: str, purl_type: str, namespace: str) -> Ecosystem:
    return Ecosystem(
        name=name, scheme=scheme, purl_type=purl_type, namespace=namespace, releases=True
    )


_ALL: Final = (
    Ecosystem(name="PyPI", scheme="pypi", purl_type="pypi"),
    Ecosystem(name="npm", scheme="npm", purl_type="npm"),
    Ecosystem(name="Go", scheme="golang", purl_type="golang"),
    Ecosystem(name="crates.io", scheme="cargo", purl_type="cargo"),
    Ecosystem(name="Maven", scheme="maven", purl_type="maven"),
    Ecosystem(name="NuGet", scheme="nuget", purl_type="nuget"),
    Ecosystem(name="RubyGems", scheme="gem", purl_type="gem"),
    Ecosystem(name="Packagist", scheme="composer", purl_type="composer"),
    Ecosystem(name="Hex", scheme="semver", purl_type="hex"),
    Ecosystem(name="Pub", scheme="pub", purl_type="pub"),
    Ecosystem(name="Hackage", scheme="hackage", purl_type="hackage"),
    Ecosystem(name="CRAN", scheme="cran", purl_type="cran"),
    Ecosystem(name="SwiftURL", scheme="semver", purl_type="swift"),
    Ecosystem(name="ConanCenter", scheme="conan", purl_type="conan"),
    Ecosystem(name="Julia", scheme="semver", purl_type="julia"),
    Ecosystem(name="opam", scheme="deb", purl_type="opam"),
    Ecosystem(name="Bitnami", scheme="long-semver", purl_type="bitnami"),
    Ecosystem(name="GitHub Actions", scheme="semver", purl_type="githubactions"),
    Ecosystem(name="VSCode", scheme="semver", purl_type="vscode-extension"),
    _distribution("Debian", "deb", "deb", "debian"),
    _distribution("Ubuntu", "deb", "deb", "ubuntu"),
    Ecosystem(name="Echo", scheme="deb", purl_type="deb", namespace="echo"),
    _distribution("Alpine", "apk", "apk", "alpine"),
    Ecosystem(name="Wolfi", scheme="apk", purl_type="apk", namespace="wolfi"),
    Ecosystem(name="Chainguard", scheme="apk", purl_type="apk", namespace="chainguard"),
    Ecosystem(name="MinimOS", scheme="apk", purl_type="apk", namespace="minimos"),
    _distribution("Alpaquita", "apk", "apk", "alpaquita"),
    _distribution("Red Hat", "rpm", "rpm", "redhat"),
    _distribution("Rocky Linux", "rpm", "rpm", "rocky-linux"),
    _distribution("AlmaLinux", "rpm", "rpm", "almalinux"),
    _distribution("SUSE", "rpm", "rpm", "suse"),
    _distribution("openSUSE", "rpm", "rpm", "opensuse"),
    _distribution("openEuler", "rpm", "rpm", "openeuler"),
    _distribution("Mageia", "rpm", "rpm", "mageia"),
    _distribution("Photon OS", "rpm", "rpm", "photon"),
    _distribution("Azure Linux", "rpm", "rpm", "azurelinux"),
)
ECOSYSTEMS: Final[Mapping[str, Ecosystem]] = MappingProxyType({one.name: one for one in _ALL})
LANGUAGES: Final = tuple(sorted(one.name for one in _ALL if not one.namespace))
_BY_PURL: Final = {(one.purl_type, one.namespace): one for one in _ALL}
_NAMESPACES: Final = frozenset(one.purl_type for one in _ALL if one.namespace)
_OTHER_NAMES: Final = {("rpm", "rocky"): "Rocky Linux", ("rpm", "opensuse-leap"): "openSUSE"}


def ecosystem_of_purl(purl_type: str, namespace: str) -> Ecosystem | None:
    """Return the ecosystem of a package URL's type and namespace, or None where OSV has none."""
    if purl_type not in _NAMESPACES:
        return _BY_PURL.get((purl_type, ""))
    key = (purl_type, namespace.lower())
    other = _OTHER_NAMES.get(key)
    return ECOSYSTEMS[other] if other else _BY_PURL.get(key)


def base_of(ecosystem: str) -> str:
    """Return the ecosystem without its release: `Debian` of `Debian:12`."""
    return ecosystem.partition(":")[0]


def scheme_of(ecosystem: str) -> str:
    """Return the scheme that orders the versions of `ecosystem`, empty where none does."""
    known = ECOSYSTEMS.get(base_of(ecosystem))
    return "" if known is None else known.scheme
