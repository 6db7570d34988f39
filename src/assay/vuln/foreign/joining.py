"""What foreign feeds add to the advisories of OSV: records, products, and missing severities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.vuln.advisory import Advisory, AdvisorySet, Feed, Rating
from assay.vuln.clusters import is_cve
from assay.vuln.cpe.name import parse_cpe
from assay.vuln.ecosystems import base_of
from assay.vuln.foreign.content import ForeignContent
from assay.vuln.package import normal_name

Keys = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """The foreign feeds of a mirror: what is known about each, and their records."""

    feeds: Mapping[str, Feed]
    contents: tuple[ForeignContent, ...]

    def packages_of(self, identifier: str) -> Keys:
        """Return the packages that the records with this id, or this alias, are about."""
        return frozenset(
            (base_of(item.ecosystem), normal_name(base_of(item.ecosystem), item.name))
            for record in self._named(identifier)
            for item in record.affected
        )

    def products_of(self, identifier: str) -> frozenset[str]:
        """Return the products, `vendor:product`, that these records are about."""
        return frozenset(
            one.name.key
            for record in self._named(identifier)
            for node in record.configurations
            for one in node.criteria()
            if one.vulnerable
        )

    def join(
        self, advisories: AdvisorySet, *, packages: Keys, products: frozenset[str]
    ) -> AdvisorySet:
        """Return `advisories` with what the foreign feeds say about `packages` and `products`."""
        joined = dict(advisories.advisories)
        for key in packages:
            found = tuple(one for c in self.contents for one in c.about_package(*key))
            if found:
                joined[key] = _newest_copies((*joined.get(key, ()), *found))
        return replace(
            advisories,
            advisories=MappingProxyType(joined),
            foreign=self.feeds,
            products=MappingProxyType({key: self.about_product(key) for key in products}),
            ratings=MappingProxyType(self._ratings(_unrated(joined.values()))),
        )

    def about_product(self, key: str) -> tuple[Advisory, ...]:
        """Return the records about a product, `vendor:product`."""
        return tuple(one for content in self.contents for one in content.about_product(key))

    def _named(self, identifier: str) -> tuple[Advisory, ...]:
        return tuple(one for content in self.contents for one in content.named(identifier))

    def _ratings(self, cves: Iterable[str]) -> dict[str, tuple[Rating, ...]]:
        """Return the ratings of records that are about each CVE, and about no other."""
        found = {
            cve: tuple(
                rating
                for record in self._named(cve)
                if _cves(record) == {cve} and record.withdrawn is None
                for rating in record.ratings
            )
            for cve in cves
        }
        return {cve: ratings for cve, ratings in found.items() if ratings}


def wanted_products(components: Iterable[Component]) -> frozenset[str]:
    """Return `vendor:product` of all CPE names of `components` that can be read."""
    keys = set()
    for text in {cpe for component in components for cpe in component.cpes}:
        try:
            keys.add(parse_cpe(text).key)
        except MalformedError:
            continue  # the matching says so
    return frozenset(keys)


def _cves(record: Advisory) -> set[str]:
    return {name for name in (record.id, *record.aliases) if is_cve(name)}


def _unrated(groups: Iterable[tuple[Advisory, ...]]) -> set[str]:
    """Return the CVEs about which no advisory of a package says how bad they are."""
    unrated: set[str] = set()
    for records in groups:
        rated = {cve for one in records if one.ratings or one.label for cve in _cves(one)}
        unrated |= {cve for one in records for cve in _cves(one)} - rated
    return unrated


def _newest_copies(records: tuple[Advisory, ...]) -> tuple[Advisory, ...]:
    """Of several copies of one GitHub advisory, return the one that was modified last.

    OSV hands on GitHub's own records. The records of others that share an id (a CVE's) have
    authors of their own.
    """
    newest: dict[str, Advisory] = {}
    for record in records:
        key = record.id if record.id.startswith("GHSA-") else f"{record.source}:{record.id}"
        known = newest.get(key)
        if known is None or known.modified < record.modified:
            newest[key] = record
    return tuple(newest.values())
