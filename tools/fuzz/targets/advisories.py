"""Readers of CSAF: documents as VEX, as advisories and as such, and the files beside them."""

import json
from typing import Final

from assay.vuln.csaf.advisories import csaf_records
from fuzz.target import Target, consumed, raw, text, value

_AT: Final = "2026-02-01T10:00:00Z"


def _document(category: str, status: dict[str, object], **more: object) -> bytes:
    """Return a document about three products: a version, a range, and one inside the other."""
    branches = [
        {
            "category": category_,
            "name": name,
            "product": {
                "name": name,
                "product_id": f"P{number}",
                "product_identification_helper": helper,
            },
        }
        for number, (category_, name, helper) in enumerate(
            (
                ("product_version", "1.0", {"purl": "pkg:pypi/shop@1.0"}),
                ("product_version_range", "vers:pypi/>=2|<3", {"purl": "pkg:pypi/shop"}),
                ("product_version_range", "<4", {"cpe": "cpe:2.3:a:b:c:*:*:*:*:*:*:*:*"}),
            )
        )
    ]
    relationship = {
        "category": "installed_on",
        "full_product_name": {"name": "x", "product_id": "R"},
        "product_reference": "P0",
        "relates_to_product_reference": "P2",
    }
    document = {
        "document": {
            "category": category,
            "csaf_version": "2.0",
            "lang": "en",
            "publisher": {"category": "vendor", "name": "E", "namespace": "https://e.example"},
            "title": "t",
            "tracking": {
                "current_release_date": _AT,
                "id": "E-1",
                "initial_release_date": _AT,
                "revision_history": [{"date": _AT, "number": "1", "summary": "s"}],
                "status": "final",
                "version": "1",
            },
        },
        "product_tree": {"branches": branches, "relationships": [relationship]},
        "vulnerabilities": [
            {
                "cve": "CVE-2026-1000",
                "notes": [{"category": "description", "text": "d"}],
                "product_status": status,
                **more,
            }
        ],
    }
    return json.dumps(document, sort_keys=True).encode()


_METRICS: Final = {
    "baseScore": 9.8,
    "baseSeverity": "CRITICAL",
    "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "version": "3.1",
}
_SEEDS: Final = (
    _document(
        "csaf_security_advisory",
        {"fixed": ["P1"], "known_affected": ["P0", "P2", "R"]},
        remediations=[{"category": "vendor_fix", "details": "d", "product_ids": ["P0"]}],
        scores=[{"cvss_v3": _METRICS, "products": ["P0"]}],
    ),
    _document(
        "csaf_vex",
        {"known_not_affected": ["P0", "R"]},
        flags=[{"label": "component_not_present", "product_ids": ["P0", "R"]}],
        threats=[{"category": "impact", "details": "[assay:expires=x]", "product_ids": ["P0"]}],
    ),
)
_METADATA: Final = (
    b'{"metadata_version":"2.0","role":"csaf_provider","last_updated":"2026-02-01T10:00:00Z",'
    b'"publisher":{"name":"E","namespace":"https://e.example"},"public_openpgp_keys":[]}'
)
_ROLIE: Final = (
    b'{"feed":{"entry":[{"updated":"2026-02-01T10:00:00Z","content":{"src":"2026/a.json"}}]}}'
)
_VECTORS: Final = (b"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:F/MS:U", b"AV:N/AC:L/Au:N/C:C")

_AGGREGATOR: Final = (
    b'{"aggregator":{"category":"aggregator","name":"A","namespace":"https://a"},'
    b'"aggregator_version":"2.0","last_updated":"2026-02-01T10:00:00Z","csaf_providers":['
    b'{"metadata":{"last_updated":"2026-02-01T10:00:00Z","publisher":{"namespace":"https://b"},'
    b'"url":"https://b/p.json"},"mirrors":["https://a/b/provider-metadata.json"]}]}'
)

TARGETS: Final = (
    raw("assay.vuln.csaf.validate:validate_csaf", lambda: _SEEDS),
    value("assay.vuln.csaf.vexread:read_csaf", lambda: _SEEDS),
    Target(
        name="assay.vuln.csaf.advisories:csaf_records",
        read=lambda data: consumed(csaf_records("a.json", data)),
        seeds=lambda: _SEEDS,
    ),
    raw("assay.vuln.csaf.providing:parse_provider_metadata", lambda: (_METADATA,)),
    raw("assay.vuln.csaf.providing:parse_rolie", lambda: (_ROLIE,)),
    raw("assay.vuln.csaf.aggregating:parse_aggregator", lambda: (_AGGREGATOR,)),
    raw("assay.vuln.csaf.providing:parse_index", lambda: (b"2026/a.json\n2025/b.json\n",)),
    raw(
        "assay.vuln.csaf.providing:parse_changes",
        lambda: (b'"2026/a.json","2026-02-01T10:00:00Z"\n',),
    ),
    text("assay.vuln.csaf.cvssmetrics:read_vector", lambda: _VECTORS),
    text("assay.vuln.csaf.cvssscores:scores_of", lambda: _VECTORS),
)
