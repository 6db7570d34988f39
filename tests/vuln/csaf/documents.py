"""CSAF documents for tests: one that meets everything, and ways to change it."""

import copy
import json
from collections.abc import Mapping

from assay.core.jsonvalue import JsonValue

RELEASED = "2026-02-01T10:00:00Z"
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
ROOT = ("document", "product_tree", "vulnerabilities")


def product(number: int, **helper: object) -> dict[str, object]:
    """Return a full product name, `P1` and so on, with a purl unless another helper is given."""
    return {
        "name": f"shop {number}.0",
        "product_id": f"P{number}",
        "product_identification_helper": helper or {"purl": f"pkg:pypi/shop@{number}.0"},
    }


def branch(category: str, name: str, inside: object) -> dict[str, object]:
    """Return a branch around a product, or around other branches."""
    member = "branches" if isinstance(inside, list) else "product"
    return {member: inside, "category": category, "name": name}


def tree(*versions: dict[str, object]) -> dict[str, object]:
    """Return a product tree with these branches of versions."""
    named = branch("product_name", "shop", list(versions))
    return {"branches": [branch("vendor", "Example", [named])]}


def score(vector: str = VECTOR, base: float = 9.8, severity: str = "CRITICAL") -> dict[str, object]:
    """Return a score of CVSS 3.1 for the first product."""
    metrics = {
        "baseScore": base,
        "baseSeverity": severity,
        "vectorString": vector,
        "version": vector[5:8],
    }
    return {"cvss_v3": metrics, "products": ["P1"]}


def csaf() -> dict[str, object]:
    """Return a security advisory that meets every test: P1 is affected, P2 is fixed."""
    versions = [branch("product_version", f"{n}.0", product(n)) for n in (1, 2)]
    return {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "distribution": {"tlp": {"label": "WHITE"}},
            "lang": "en",
            "notes": [{"category": "summary", "text": "The shop breaks."}],
            "publisher": {
                "category": "vendor",
                "name": "Example Ltd",
                "namespace": "https://psirt.example.com",
            },
            "references": [
                {
                    "category": "self",
                    "summary": "This document",
                    "url": "https://psirt.example.com/2026/example-2026-001.json",
                }
            ],
            "title": "The shop breaks",
            "tracking": {
                "current_release_date": RELEASED,
                "id": "Example-2026-001",
                "initial_release_date": RELEASED,
                "revision_history": [{"date": RELEASED, "number": "1", "summary": "First."}],
                "status": "final",
                "version": "1",
            },
        },
        "product_tree": tree(*versions),
        "vulnerabilities": [
            {
                "cve": "CVE-2026-1000",
                "cwe": {
                    "id": "CWE-79",
                    "name": "Improper Neutralization of Input During Web Page Generation "
                    "('Cross-site Scripting')",
                },
                "notes": [{"category": "description", "text": "It breaks."}],
                "product_status": {"fixed": ["P2"], "known_affected": ["P1"]},
                "remediations": [
                    {"category": "vendor_fix", "details": "Update to 2.0.", "product_ids": ["P1"]}
                ],
                "scores": [score()],
            }
        ],
    }


def vex() -> dict[str, object]:
    """Return a VEX document that meets every mandatory test: P1 is not affected."""
    return changed(
        csaf(),
        {
            "document.category": "csaf_vex",
            "vulnerabilities.0.product_status": {"known_not_affected": ["P1"]},
            "vulnerabilities.0.flags": [
                {"label": "vulnerable_code_not_present", "product_ids": ["P1"]}
            ],
            "vulnerabilities.0.remediations": None,
            "vulnerabilities.0.scores": None,
        },
    )


def changed(document: dict[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Return a copy with members put in by their paths, `a.0.b`; None takes one out."""
    whole = copy.deepcopy(document)
    for path, value in changes.items():
        *steps, last = path.split(".")
        place: object = whole
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else _member(place, step)
        if isinstance(place, list):
            place[int(last) :] = [value]  # a place behind the last one is a new one
        elif isinstance(place, dict) and value is None:
            place.pop(last, None)
        elif isinstance(place, dict):
            place[last] = value
    return whole


def _member(value: object, name: str) -> object:
    return value.setdefault(name, {}) if isinstance(value, dict) else None


def encoded(document: object) -> bytes:
    """Return a document as bytes, its members in order."""
    return json.dumps(document, sort_keys=True).encode()


def parsed(document: object) -> JsonValue:
    """Return a document as readers get it."""
    return JsonValue(json.loads(encoded(document)))
