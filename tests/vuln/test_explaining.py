from datetime import UTC, datetime

from assay.vuln.explaining import explain_clusters
from tests.vuln.records import encoded
from tests.vuln.test_match import known

AT = datetime(2026, 3, 1, tzinfo=UTC)


def explain(identifier: str, *records: bytes) -> dict[str, dict[str, str]]:
    """Return why each record is where it is, by vulnerability and record."""
    found = explain_clusters(known(*records), identifier, at=AT)
    return {
        one.vulnerability: {member.advisory: member.why for member in one.members} for one in found
    }


def test_records_that_name_one_cve() -> None:
    assert explain(
        "GHSA-1", encoded("GHSA-1", aliases=["CVE-1"]), encoded("CVE-1"), encoded("CVE-2")
    ) == {"CVE-1": {"CVE-1": "it is the CVE's own record", "GHSA-1": "it names CVE-1"}}


def test_a_record_that_is_led_to_a_cve() -> None:
    assert explain(
        "CVE-1", encoded("PYSEC-1", aliases=["GHSA-1"]), encoded("GHSA-1", aliases=["CVE-1"])
    ) == {
        "CVE-1": {
            "GHSA-1": "it names CVE-1",
            "PYSEC-1": "its aliases lead to CVE-1 alone: PYSEC-1 > GHSA-1 > CVE-1",
        }
    }


def test_two_cves_are_never_one() -> None:
    """What leads to both is told, and joins neither to the other."""
    both = encoded("GHSA-1", aliases=["CVE-1", "CVE-2"])
    lost = encoded("PYSEC-1", aliases=["GHSA-1"])
    assert explain("PYSEC-1", both, lost) == {
        "CVE-1": {"GHSA-1": "it names CVE-1, CVE-2: it belongs to each of them, and joins none"},
        "CVE-2": {"GHSA-1": "it names CVE-1, CVE-2: it belongs to each of them, and joins none"},
        "PYSEC-1": {
            "PYSEC-1": ("its aliases lead to CVE-1, CVE-2: nobody can tell which, it stands alone")
        },
    }


def test_records_without_a_cve() -> None:
    assert explain("RUSTSEC-1", encoded("RUSTSEC-1", aliases=["GHSA-1"]), encoded("GHSA-1")) == {
        "GHSA-1": {
            "GHSA-1": "no CVE is known; named after GHSA-1: GHSA-1",
            "RUSTSEC-1": "no CVE is known; named after GHSA-1: RUSTSEC-1 > GHSA-1",
        }
    }


def test_withdrawn_records_are_told_as_such() -> None:
    (one,) = explain_clusters(
        known(encoded("CVE-1", withdrawn="2026-02-01T00:00:00Z")), "CVE-1", at=AT
    )
    assert one.as_json() == {
        "ecosystem": "PyPI",
        "package": "shop",
        "vulnerability": "CVE-1",
        "members": [
            {
                "advisory": "CVE-1",
                "aliases": [],
                "why": "it is the CVE's own record",
                "withdrawn": True,
                "source": "OSV",
                "rank": "package",
                "says": ["affected: before 2.0"],
            }
        ],
    }


def test_an_id_that_nobody_has() -> None:
    assert explain("CVE-9", encoded("CVE-1")) == {}
