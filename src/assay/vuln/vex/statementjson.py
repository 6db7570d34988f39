"""VEX statements as JSON for reports: the same members whatever format they came from."""

from datetime import datetime

from assay.vuln.vex.statement import VexDocument, VexStatement, VexTarget
from assay.vuln.vex.targets import exact_time


def document_json(document: VexDocument) -> dict[str, object]:
    """Return a document, its statements, and what of it was not understood."""
    return {
        "id": document.id,
        "format": document.format,
        "author": document.author,
        "role": document.role,
        "issuedAt": _time(document.issued_at),
        "updatedAt": _time(document.updated_at),
        "version": document.version,
        "tooling": document.tooling,
        "statements": [statement_json(statement) for statement in document.statements],
        "notRead": dict(document.left_out),
        "notChecked": [note.as_json() for note in document.not_checked],
    }


def statement_json(statement: VexStatement) -> dict[str, object]:
    """Return one statement; what it does not say is empty or null."""
    return {
        "vulnerability": statement.vulnerability.name,
        "aliases": list(statement.vulnerability.aliases),
        "status": str(statement.status),
        "rawStatus": statement.raw_status,
        "justification": str(statement.justification or ""),
        "rawJustification": statement.raw_justification,
        "impact": statement.impact_statement,
        "action": statement.action_statement,
        "actionAt": _time(statement.action_at),
        "responses": list(statement.responses),
        "notes": statement.notes,
        "supplier": statement.supplier,
        "issuedAt": _time(statement.issued_at),
        "updatedAt": _time(statement.updated_at),
        "expiresAt": _time(statement.expires_at),
        "products": [
            _target(product.target)
            | {"components": [_target(part) for part in product.subcomponents]}
            for product in statement.products
        ],
    }


def _target(target: VexTarget) -> dict[str, object]:
    return {
        "name": target.label,
        "purl": target.purl,
        "ids": list(target.ids),
        "cpes": list(target.cpes),
        "hashes": list(target.hashes),
        "versions": [*target.versions, *target.ranges],
        "allVersions": target.all_versions,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else exact_time(at)
