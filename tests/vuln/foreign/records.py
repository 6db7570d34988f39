"""Records of the NVD, CVE and GitHub for tests, small and made to order."""

import json
from collections.abc import Mapping, Sequence

NVD_TIME = "2023-05-01T10:15:09.143"
CVE_TIME = "2023-05-01T10:15:09.143Z"
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
SHOP = "cpe:2.3:a:shop:shop:*:*:*:*:*:*:*:*"


def only(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def criterion(cpe: str = SHOP, *, vulnerable: object = True, **bounds: str) -> dict[str, object]:
    return {"vulnerable": vulnerable, "criteria": cpe, "matchCriteriaId": "1", **bounds}


def node(*matches: Mapping[str, object], **members: object) -> dict[str, object]:
    return {"operator": "OR", "negate": False, "cpeMatch": list(matches), **members}


def nvd_cve(name: object = "CVE-2023-1000", **members: object) -> dict[str, object]:
    """Return an element of `vulnerabilities` about every version of shop before 2.0."""
    cve: dict[str, object] = {
        "id": name,
        "published": NVD_TIME,
        "lastModified": NVD_TIME,
        "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "es", "value": "se rompe"}, {"lang": "en", "value": "it breaks"}],
        "metrics": {
            "cvssMetricV31": [{"type": "Primary", "cvssData": {"vectorString": VECTOR}}],
        },
        "configurations": [{"nodes": [node(criterion(versionEndExcluding="2.0"))]}],
    }
    return {"cve": only(cve | members)}


def nvd_page(
    *cves: Mapping[str, object], start: int = 0, total: int | None = None, **members: object
) -> bytes:
    page: dict[str, object] = {
        "resultsPerPage": len(cves),
        "startIndex": start,
        "totalResults": len(cves) if total is None else total,
        "format": "NVD_CVE",
        "version": "2.0",
        "timestamp": NVD_TIME,
        "vulnerabilities": list(cves),
    }
    return json.dumps(only(page | members)).encode()


def cve_affected(*versions: Mapping[str, object], **members: object) -> dict[str, object]:
    """Return an entry of `affected` about shop on PyPI."""
    entry: dict[str, object] = {
        "collectionURL": "https://pypi.org/project",
        "packageName": "Shop",
        "versions": list(versions),
        "defaultStatus": "unaffected",
    }
    return only(entry | members)


BELOW_2: Mapping[str, object] = {
    "version": "0",
    "lessThan": "2.0",
    "status": "affected",
    "versionType": "python",
}


def cve_record(
    *affected: Mapping[str, object],
    name: str = "CVE-2023-1000",
    state: str = "PUBLISHED",
    adp: Sequence[Mapping[str, object]] = (),
    **cna: object,
) -> bytes:
    container: dict[str, object] = {
        "title": "it breaks",
        "affected": list(affected),
        "metrics": [{"cvssV3_1": {"vectorString": VECTOR}}],
    }
    record = {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": name,
            "state": state,
            "datePublished": CVE_TIME,
            "dateUpdated": CVE_TIME,
        },
        "containers": {"cna": only(container | cna), "adp": list(adp)},
    }
    return json.dumps(record).encode()


def ghsa(name: object = "GHSA-aaaa-bbbb-cccc", **members: object) -> dict[str, object]:
    """Return an advisory of GitHub's interface about shop before 2.0 on PyPI."""
    advisory: dict[str, object] = {
        "ghsa_id": name,
        "cve_id": "CVE-2023-1000",
        "summary": "it breaks",
        "severity": "critical",
        "published_at": "2023-05-01T10:15:09Z",
        "updated_at": "2023-05-02T10:15:09Z",
        "vulnerabilities": [vulnerable()],
        "cvss_severities": {
            "cvss_v3": {"vector_string": VECTOR, "score": 9.8},
            "cvss_v4": {"vector_string": None, "score": None},
        },
    }
    return only(advisory | members)


def vulnerable(
    versions: str = "< 2.0", *, patched: str | None = "2.0", ecosystem: str = "pip"
) -> dict[str, object]:
    return {
        "package": {"ecosystem": ecosystem, "name": "shop"},
        "vulnerable_version_range": versions,
        "first_patched_version": patched,
        "vulnerable_functions": [],
    }


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()
