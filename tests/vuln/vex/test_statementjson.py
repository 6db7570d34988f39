"""VEX as JSON for reports: every member that a statement has, under its name."""

from dataclasses import replace
from datetime import timedelta

from assay.vuln.vex.statement import (
    Loss,
    Status,
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
    VexTarget,
    VexVulnerability,
)
from assay.vuln.vex.statementjson import document_json, statement_json
from tests.vuln.vex.vexes import AT, CALM, CVE

HASH = f"sha256:{'a' * 64}"
PART = VexTarget(
    ids=("urn:part",),
    cpes=("cpe:2.3:a:acme:part:1.0:*:*:*:*:*:*:*",),
    hashes=(HASH,),
    versions=("1.0",),
    ranges=("vers:npm/<2",),
)
WHOLE = VexTarget(purl="pkg:npm/a", all_versions=True)
STATEMENT = VexStatement(
    vulnerability=VexVulnerability(name=CVE, aliases=("GHSA-a",)),
    products=(VexProduct(target=WHOLE, subcomponents=(PART,)),),
    status=Status.AFFECTED,
    impact_statement="i",
    action_statement="a",
    action_at=AT,
    responses=("update",),
    notes="n",
    supplier="s",
    issued_at=AT + timedelta(hours=1),
    updated_at=AT + timedelta(hours=2),
    expires_at=AT + timedelta(hours=3, microseconds=5),
    raw_status="exploitable",
)


def test_a_statement() -> None:
    assert statement_json(STATEMENT) == {
        "vulnerability": CVE,
        "aliases": ["GHSA-a"],
        "status": "affected",
        "rawStatus": "exploitable",
        "justification": "",
        "rawJustification": "",
        "impact": "i",
        "action": "a",
        "actionAt": "2026-06-01T00:00:00Z",
        "responses": ["update"],
        "notes": "n",
        "supplier": "s",
        "issuedAt": "2026-06-01T01:00:00Z",
        "updatedAt": "2026-06-01T02:00:00Z",
        "expiresAt": "2026-06-01T03:00:00.000005Z",
        "products": [
            {
                "name": "pkg:npm/a",
                "purl": "pkg:npm/a",
                "ids": [],
                "cpes": [],
                "hashes": [],
                "versions": [],
                "allVersions": True,
                "components": [
                    {
                        "name": "urn:part",
                        "purl": "",
                        "ids": ["urn:part"],
                        "cpes": ["cpe:2.3:a:acme:part:1.0:*:*:*:*:*:*:*"],
                        "hashes": [HASH],
                        "versions": ["1.0", "vers:npm/<2"],
                        "allVersions": False,
                    }
                ],
            }
        ],
    }


def test_why_it_is_not_affected() -> None:
    reasons = ("justification", "rawJustification")
    ours = statement_json(CALM)
    assert [ours[name] for name in reasons] == ["vulnerable_code_not_in_execute_path", ""]
    other = replace(CALM, justification=None, raw_justification="requires_environment")
    assert [statement_json(other)[name] for name in reasons] == ["", "requires_environment"]


def test_a_document() -> None:
    document = VexDocument(
        id="urn:d",
        author="A",
        role="r",
        issued_at=AT,
        updated_at=AT + timedelta(hours=1),
        version=7,
        tooling="t",
        format="OpenVEX 0.2.0",
        statements=(CALM,),
        unread=(UnreadStatement(where="statements[1]", why="no status", names=(CVE,)),),
        left_out={"licenses": 2},
    )
    assert document_json(document) == {
        "id": "urn:d",
        "format": "OpenVEX 0.2.0",
        "author": "A",
        "role": "r",
        "issuedAt": "2026-06-01T00:00:00Z",
        "updatedAt": "2026-06-01T01:00:00Z",
        "version": 7,
        "tooling": "t",
        "statements": [statement_json(CALM)],
        "notRead": {"licenses": 2},
        "notChecked": [gap.as_json() for gap in document.not_checked],
    }


def test_a_loss() -> None:
    loss = Loss(where="statements[0]", what="a range", why="no member", whole=True)
    assert loss.as_json() == {
        "where": "statements[0]",
        "what": "a range",
        "why": "no member",
        "whole": True,
    }
