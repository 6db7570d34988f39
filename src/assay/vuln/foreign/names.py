"""What records of several forms share: ids, prose, and names of packages."""

import re
from collections.abc import Iterable
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.vuln.ecosystems import ECOSYSTEMS
from assay.vuln.package import parse_package

MAX_SUMMARY: Final = 200  # characters
_CVE: Final = re.compile(rb'"(CVE-\d{4}-\d{4,19})"')
_REGISTRIES: Final = {
    "pypi.org": "PyPI",
    "pypi.python.org": "PyPI",
    "registry.npmjs.org": "npm",
    "npmjs.com": "npm",
    "crates.io": "crates.io",
    "repo.maven.apache.org": "Maven",
    "repo1.maven.org": "Maven",
    "central.sonatype.com": "Maven",
    "mvnrepository.com": "Maven",
    "rubygems.org": "RubyGems",
    "nuget.org": "NuGet",
    "api.nuget.org": "NuGet",
    "packagist.org": "Packagist",
    "pkg.go.dev": "Go",
    "hex.pm": "Hex",
    "pub.dev": "Pub",
    "hackage.haskell.org": "Hackage",
    "cran.r-project.org": "CRAN",
}
_HOST: Final = re.compile(r"https?://(?:www\.)?([a-z0-9.-]{1,255})(?:[:/?#]|\Z)", re.IGNORECASE)


def cve_id(value: JsonValue) -> str:
    """Return the id of a CVE.

    Raises:
        MalformedError: It is none.
    """
    text = value.text()
    if not _CVE.fullmatch(f'"{text}"'.encode()):
        raise MalformedError(f"{text[:80]!r} is no CVE id", where=value.where)
    return text


def cve_of(data: bytes) -> str:
    """Return the first CVE id in a record that cannot be read, or an empty text."""
    match = _CVE.search(data)
    return match[1].decode() if match else ""


def summary_of(descriptions: Iterable[JsonValue]) -> str:
    """Return the first line of the English description, without terminal sequences."""
    for item in descriptions:
        if item.optional_text("lang").lower().startswith("en"):
            text = item.optional_text("value").strip()
            return printable(text.partition("\n")[0].strip(), limit=MAX_SUMMARY)
    return ""


def package_of_purl(purl: str) -> tuple[str, str] | None:
    """Return the ecosystem and name that a package URL means; None where OSV has none of them.

    Raises:
        MalformedError: It is no package URL.
    """
    package = parse_package(purl)
    return (package.ecosystem, package.name) if package.ecosystem in ECOSYSTEMS else None


def package_of_registry(url: str, name: str) -> tuple[str, str] | None:
    """Return the ecosystem of a registry and the name there; None where it is none of OSV's."""
    match = _HOST.match(url)
    ecosystem = _REGISTRIES.get(match[1].lower()) if match else None
    if ecosystem is None or not name or not name.isprintable():
        return None
    if ecosystem == "Maven" and ":" not in name:
        return ecosystem, name.replace("/", ":")
    return ecosystem, name


def check_name(value: JsonValue) -> str:
    """Return the text of a name, which must be printable and not empty.

    Raises:
        MalformedError: It is not.
    """
    text = value.text()
    if not text or not text.isprintable():
        raise MalformedError(f"{text[:80]!r} as a name", where=value.where)
    return text
