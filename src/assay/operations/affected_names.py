"""What is asked for: a vulnerability by any of its names, or a package by any of its spellings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assay.core.errors import UsageError
from assay.sbom.component import Component
from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.mirror import load_advisories, load_advisories_named
from assay.vuln.package import parse_package
from assay.vuln.portfolio.asking import holdings_named
from assay.vuln.portfolio.store import Portfolio

MAX_QUERY: Final = 1000  # characters
MAX_NAMES: Final = 1000  # of one vulnerability, its names in all databases taken together


def as_asked(text: str) -> str:
    """Return what `text` asks for, in the case that everybody writes it in.

    Raises:
        UsageError: It is neither an id nor a package URL.
    """
    query = _as_written(text.strip())
    if not query or len(query) > MAX_QUERY or not query.isprintable() or " " in query:
        raise UsageError(
            f"{query[:80]!r} is neither an id nor a package URL",
            hint="such as CVE-2021-44228, GHSA-…, or pkg:pypi/requests",
        )
    if is_package(query):
        parse_package(query)  # refused here, and not taken for a package that nobody holds
    return query


def is_package(query: str) -> bool:
    """Tell whether a package is asked for, and not a vulnerability."""
    return query.startswith("pkg:")


def _as_written(query: str) -> str:
    """Return an id, or the scheme of a purl, in the case that everybody writes it in."""
    if query[:4].lower() == "pkg:":
        return f"pkg:{query[4:]}"
    prefix, dash, rest = query.partition("-")
    if dash and prefix.upper() == "CVE":
        return query.upper()
    return f"GHSA-{rest.lower()}" if dash and prefix.upper() == "GHSA" else query


def load_about(
    query: str, mirror: Path, portfolio: Portfolio
) -> tuple[AdvisorySet, frozenset[str]]:
    """Return the advisories that `query` is about, and its names where it is a vulnerability.

    Of a package, they are loaded under all names that its holders' purls lead to.

    Raises:
        TamperedError: The mirror is not what was imported.
        UnavailableError: It, or the portfolio, cannot be read.
    """
    if not is_package(query):
        return _vulnerability(mirror, query)
    asked = Component(purl=query, name="", version="", found_in=())
    held = (one.component for one in holdings_named(portfolio, query).values())
    return load_advisories(mirror, (asked, *held)), frozenset()


def _vulnerability(mirror: Path, query: str) -> tuple[AdvisorySet, frozenset[str]]:
    """Return the advisories about a vulnerability, and its names.

    A record may name it by an alias only that another record gives: what that alias leads to is
    asked for as well, but another CVE is another vulnerability.
    """
    names = frozenset({query})
    while True:
        advisories = load_advisories_named(mirror, *sorted(names))
        wider = names | _aliases(advisories, names)
        if wider == names or len(wider) > MAX_NAMES:
            return advisories, names
        names = wider


def _aliases(advisories: AdvisorySet, names: frozenset[str]) -> frozenset[str]:
    about = (
        (record.id, *record.aliases)
        for record in all_records(advisories)
        if not names.isdisjoint((record.id, *record.aliases))
    )
    return frozenset(name for said in about for name in said if not name.startswith("CVE-"))


def all_records(advisories: AdvisorySet) -> Iterator[Advisory]:
    """Yield the records about packages, and those that know products by CPE names alone."""
    for records in (*advisories.advisories.values(), *advisories.products.values()):
        yield from records
