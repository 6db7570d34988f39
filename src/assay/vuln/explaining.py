"""Why advisories count as one vulnerability, or do not: the steps of `clusters`, told.

Nothing is merged in what is stored: a cluster is worked out from the records each time. Another
set of records, or of rules, takes it apart again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.clusters import cluster_advisories, is_cve
from assay.vuln.products import NO_ECOSYSTEM
from assay.vuln.saying import rank_of, said_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One record of a cluster, and why it is in it; `withdrawn` ones count no more.

    `source` is the feed that it is from, `rank` how exactly it names the package (a record of a
    higher one can take its word away, see `precedence`), `says` which versions it says what about.
    """

    advisory: str
    aliases: tuple[str, ...]
    why: str
    withdrawn: bool
    source: str
    rank: str
    says: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "advisory": self.advisory,
            "aliases": list(self.aliases),
            "why": self.why,
            "withdrawn": self.withdrawn,
            "source": self.source,
            "rank": self.rank,
            "says": list(self.says),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One vulnerability of one package: the records that are about it."""

    ecosystem: str
    package: str
    vulnerability: str
    members: tuple[Member, ...]

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "ecosystem": self.ecosystem,
            "package": self.package,
            "vulnerability": self.vulnerability,
            "members": [member.as_json() for member in self.members],
        }


def explain_clusters(
    advisories: AdvisorySet, identifier: str, *, at: datetime
) -> tuple[Explained, ...]:
    """Return every cluster with a record that has this id, or one that its aliases lead to.

    Clusters that stay apart although aliases lead from one to the other are both returned.
    """
    found: list[Explained] = []
    about = [(*key, records) for key, records in sorted(advisories.advisories.items())]
    about += [(NO_ECOSYSTEM, key, records) for key, records in sorted(advisories.products.items())]
    for ecosystem, package, records in about:
        near = _reached(identifier, records)
        for vulnerability, members in cluster_advisories(records).items():
            if any(record.id in near for record in members):
                key = (ecosystem, package)
                told = tuple(
                    _member(
                        one,
                        key=key,
                        why=_why(one, vulnerability, records),
                        withdrawn=one.is_withdrawn(at=at),
                    )
                    for one in members
                )
                found.append(
                    Explained(
                        ecosystem=ecosystem,
                        package=package,
                        vulnerability=vulnerability,
                        members=told,
                    )
                )
    return tuple(found)


def _member(record: Advisory, *, key: tuple[str, str], why: str, withdrawn: bool) -> Member:
    return Member(
        advisory=record.id,
        aliases=record.aliases,
        why=why,
        withdrawn=withdrawn,
        source=record.source or "OSV",
        rank=rank_of(record, *key).name.lower(),
        says=tuple(said_of(record, *key)),
    )


def _why(record: Advisory, vulnerability: str, records: tuple[Advisory, ...]) -> str:
    own = sorted(name for name in (record.id, *record.aliases) if is_cve(name))
    if len(own) > 1:
        return f"it names {', '.join(own)}: it belongs to each of them, and joins none"
    if own:
        return "it is the CVE's own record" if is_cve(record.id) else f"it names {own[0]}"
    ways = _ways(record.id, records)
    cves = sorted(name for name in ways if is_cve(name))
    match cves:
        case [cve]:
            return f"its aliases lead to {cve} alone: {' > '.join(ways[cve])}"
        case []:
            way = ways.get(vulnerability, (record.id,))
            return f"no CVE is known; named after {vulnerability}: {' > '.join(way)}"
        case _:
            return f"its aliases lead to {', '.join(cves)}: nobody can tell which, it stands alone"


def _reached(identifier: str, records: tuple[Advisory, ...]) -> frozenset[str]:
    """Return the ids of records with this id, or that aliases lead to from it."""
    naming = [r.id for r in records if identifier in (r.id, *r.aliases)]
    return frozenset(name for start in naming for name in _ways(start, records))


def _ways(start: str, records: tuple[Advisory, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return a shortest way by aliases to each name; a CVE is an end, never a bridge."""
    edges: dict[str, set[str]] = {}
    for record in records:
        for alias in record.aliases:
            edges.setdefault(record.id, set()).add(alias)
            edges.setdefault(alias, set()).add(record.id)
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = [start]
    for name in waiting:  # grows as it goes
        for following in sorted(edges.get(name, ())):
            if following not in ways:
                ways[following] = (*ways[name], following)
                if not is_cve(following):
                    waiting.append(following)
    return ways
