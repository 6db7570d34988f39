"""Why advisories count as one vulnerability, or do not: the steps of `clusters`, told.

Nothing is merged in what is stored: a cluster is worked out from the records each time. Another
set of records, or of rules, takes it apart again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assay.vuln.advisory import Advisory, AdvisorySet
from assay.vuln.clusters import cluster_advisories, is_cve


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One record of a cluster, and why it is in it; `withdrawn` ones count no more."""

    advisory: str
    aliases: tuple[str, ...]
    why: str
    withdrawn: bool

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "advisory": self.advisory,
            "aliases": list(self.aliases),
            "why": self.why,
            "withdrawn": self.withdrawn,
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
    for (ecosystem, package), records in sorted(advisories.advisories.items()):
        near = _reached(identifier, records)
        for vulnerability, members in cluster_advisories(records).items():
            if any(record.id in near for record in members):
                told = tuple(_member(one, vulnerability, records, at) for one in members)
                found.append(
                    Explained(
                        ecosystem=ecosystem,
                        package=package,
                        vulnerability=vulnerability,
                        members=told,
                    )
                )
    return tuple(found)


def _member(
    record: Advisory, vulnerability: str, records: tuple[Advisory, ...], at: datetime
) -> Member:
    return Member(
        advisory=record.id,
        aliases=record.aliases,
        why=_why(record, vulnerability, records),
        withdrawn=record.is_withdrawn(at=at),
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
