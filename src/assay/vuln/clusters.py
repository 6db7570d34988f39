"""Which advisories are about the same vulnerability: clusters that never merge two CVEs.

Databases give one vulnerability several ids and say so in `aliases`. Following aliases blindly
joins different vulnerabilities, because some records cover several CVEs. So:

* Each CVE is a cluster of its own. A record that names several CVEs belongs to each of them.
* A record without a CVE joins the one CVE that its aliases lead to; where they lead to several,
  nobody can tell which, and it stands alone.
* Records from which no CVE can be reached are joined by their aliases.
* `related` and `upstream` join nothing: they say "see also" and "this fixes it elsewhere".
"""

from collections.abc import Iterable, Mapping
from typing import Final

from assay.vuln.advisory import Advisory

_PREFERENCE: Final = ("CVE-", "GHSA-", "PYSEC-", "RUSTSEC-", "GO-")


def cluster_advisories(advisories: Iterable[Advisory]) -> Mapping[str, tuple[Advisory, ...]]:
    """Return the advisories of each vulnerability, by its canonical id (a CVE where one exists)."""
    records = tuple(sorted(advisories, key=lambda advisory: advisory.id))
    graph: Mapping[str, set[str]] = {}
    clusters: dict[str, list[Advisory]] = {}
    for record in records:
        names: Iterable[str] = {name for name in (record.id, *record.aliases) if is_cve(name)}
        if not names:
            graph = graph or _alias_graph(records)  # most records name a CVE, and need none
            names = _canonical_ids(record, graph)
        for name in names:
            clusters.setdefault(name, []).append(record)
    return {name: tuple(clusters[name]) for name in sorted(clusters)}


def is_cve(identifier: str) -> bool:
    """Tell whether `identifier` is a CVE id."""
    return identifier.startswith("CVE-")


def _canonical_ids(record: Advisory, graph: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return what a record without a CVE of its own belongs to."""
    reached = _reachable(record.id, graph)
    cves = tuple(sorted(name for name in reached if is_cve(name)))
    match len(cves):
        case 0:
            return (min(reached, key=_preference),)
        case 1:
            return cves
        case _:
            return (record.id,)


def _alias_graph(records: Iterable[Advisory]) -> Mapping[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for record in records:
        graph.setdefault(record.id, set()).update(record.aliases)
        for alias in record.aliases:
            graph.setdefault(alias, set()).add(record.id)
    return graph


def _reachable(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    """Return the ids that aliases lead to from `start`; a CVE is an end, never a bridge."""
    seen, waiting = {start}, [start]
    while waiting:
        for name in graph[waiting.pop()] - seen:
            seen.add(name)
            if not is_cve(name):
                waiting.append(name)
    return seen


def _preference(identifier: str) -> tuple[int, str]:
    ranks = (n for n, prefix in enumerate(_PREFERENCE) if identifier.startswith(prefix))
    return next(ranks, len(_PREFERENCE)), identifier
