"""VEX statements and documents for tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.vuln.vex.openvexread import read_openvex
from assay.vuln.vex.statement import (
    Justification,
    Status,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.targets import parse_target

AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
CVE: Final = "CVE-2026-1000"
SHOP: Final = parse_target("pkg:generic/shop@1.0")
LIBRARY: Final = parse_target("pkg:npm/a@1.2.3")
OTHER: Final = parse_target("pkg:npm/b@2.0.0")
INSIDE: Final = VexProduct(target=SHOP, subcomponents=(LIBRARY,))
CALM: Final = VexStatement(
    vulnerability=VexVulnerability(name=CVE),
    products=(INSIDE,),
    status=Status.NOT_AFFECTED,
    justification=Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH,
    issued_at=AT,
)
AFFECTED: Final = replace(CALM, status=Status.AFFECTED, justification=None)
DOCUMENT: Final = VexDocument(
    id="https://example.com/vex/1", author="Example Ltd", issued_at=AT, statements=(CALM,)
)


def openvex(*statements: dict[str, object], **members: object) -> VexDocument:
    """Read an OpenVEX document with these statements."""
    document: dict[str, object] = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.com/vex/1",
        "author": "Example Ltd",
        "timestamp": "2026-06-01T00:00:00Z",
        "version": 1,
        "statements": list(statements),
    }
    return read_openvex(JsonValue(document | members))


def said(**members: object) -> dict[str, object]:
    """Return an OpenVEX statement with some members changed; None takes one away."""
    whole: dict[str, object] = {
        "vulnerability": {"name": CVE},
        "products": [{"@id": SHOP.purl, "subcomponents": [{"@id": LIBRARY.purl}]}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
    }
    return {name: value for name, value in (whole | members).items() if value is not None}


def target(text: str, **members: object) -> VexTarget:
    """Return a target with some fields set."""
    return replace(parse_target(text) if text else VexTarget(), **members)  # type: ignore[arg-type]
