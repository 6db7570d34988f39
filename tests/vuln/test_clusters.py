import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.advisory import Advisory
from assay.vuln.clusters import cluster_advisories, is_cve
from assay.vuln.osv import parse_advisory
from tests.vuln.records import encoded


def _advisory(text: str) -> Advisory:
    """Return the record that `ID=ALIAS,ALIAS` stands for."""
    name, _, aliases = text.partition("=")
    return parse_advisory(encoded(name, aliases=[a for a in aliases.split(",") if a]))


CASES = {
    "one": ("GHSA-1", {"GHSA-1": "GHSA-1"}),
    "a CVE names it": ("GHSA-1=CVE-1", {"CVE-1": "GHSA-1"}),
    "a CVE that it names twice": ("GHSA-1=CVE-1,CVE-1", {"CVE-1": "GHSA-1"}),
    "a CVE in two": ("GHSA-1=CVE-1 PYSEC-1=CVE-1", {"CVE-1": "GHSA-1 PYSEC-1"}),
    "joined through an alias": (
        "GHSA-1=CVE-1 PYSEC-1=GHSA-1",
        {"CVE-1": "GHSA-1 PYSEC-1"},
    ),
    "joined the other way round": (
        "GHSA-1=CVE-1,PYSEC-1 PYSEC-1",
        {"CVE-1": "GHSA-1 PYSEC-1"},
    ),
    "joined through an id that has no record": (
        "GHSA-1=CVE-1,OSV-9 PYSEC-1=OSV-9",
        {"CVE-1": "GHSA-1 PYSEC-1"},
    ),
    "several CVEs in one record": (
        "GO-1=CVE-1,CVE-2 GHSA-1=CVE-1 GHSA-2=CVE-2",
        {"CVE-1": "GHSA-1 GO-1", "CVE-2": "GHSA-2 GO-1"},
    ),
    "aliases that lead to two CVEs": (
        "GO-1=CVE-1,CVE-2,GHSA-9 GHSA-9",
        {"CVE-1": "GO-1", "CVE-2": "GO-1", "GHSA-9": "GHSA-9"},
    ),
    "a CVE is no bridge": (
        "GHSA-1=CVE-1 GHSA-2=CVE-1,CVE-2 PYSEC-1=GHSA-1",
        {"CVE-1": "GHSA-1 GHSA-2 PYSEC-1", "CVE-2": "GHSA-2"},
    ),
    "no CVE": ("PYSEC-1=GHSA-1 GHSA-1 OSV-1=PYSEC-1", {"GHSA-1": "GHSA-1 OSV-1 PYSEC-1"}),
    "no record has the best name": ("PYSEC-1=GHSA-1", {"GHSA-1": "PYSEC-1"}),
    "a CVE record": ("CVE-1 GHSA-1=CVE-1", {"CVE-1": "CVE-1 GHSA-1"}),
    "none": ("", {}),
}


@pytest.mark.parametrize(("records", "clusters"), CASES.values(), ids=CASES)
def test_clusters(records: str, clusters: dict[str, str]) -> None:
    found = cluster_advisories(_advisory(text) for text in records.split())
    assert {name: " ".join(a.id for a in members) for name, members in found.items()} == clusters


def test_related_and_upstream_join_nothing() -> None:
    see_also = parse_advisory(encoded("GHSA-2", related=["GHSA-1"], upstream=["GHSA-1"]))
    assert set(cluster_advisories([_advisory("GHSA-1"), see_also])) == {"GHSA-1", "GHSA-2"}


_NAMES = st.sampled_from([f"{kind}-{n}" for kind in ("CVE", "GHSA", "PYSEC") for n in range(3)])
_RECORDS = st.dictionaries(_NAMES, st.lists(_NAMES, max_size=3), max_size=6)


@given(_RECORDS)
def test_no_cluster_merges_two_cves_and_no_record_is_lost(records: dict[str, list[str]]) -> None:
    """A record is in a CVE's cluster only if it names that CVE, or names no CVE at all."""
    advisories = [parse_advisory(encoded(n, aliases=a)) for n, a in records.items()]
    clusters = cluster_advisories(advisories)
    assert {a.id for members in clusters.values() for a in members} == set(records)
    for name, members in clusters.items():
        for member in members:
            own = {i for i in (member.id, *member.aliases) if is_cve(i)}
            assert not own or name in own


@given(_RECORDS)
def test_the_order_of_records_changes_nothing(records: dict[str, list[str]]) -> None:
    """The same records give the same clusters."""
    advisories = [parse_advisory(encoded(n, aliases=a)) for n, a in records.items()]
    assert cluster_advisories(advisories) == cluster_advisories(reversed(advisories))
