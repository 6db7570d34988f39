"""Verified statements of collectors for tests: signed, sealed and verified like real ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.findings.finding import Finding, Kind, Location, Severity, identity_of
from assay.findings.scanreport import ScanReport
from assay.gates.reading import (
    IMPORTED_TYPE,
    SBOM_TYPE,
    SCAN_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VULNS_TYPE,
)
from assay.sbom.component import Inventory
from assay.sbom.cyclonedx import render_cyclonedx
from assay.scan.imports.predicate import PREFIX, ROLE, ImportedScan, Provenance
from assay.signing.keys import Signer
from assay.source.commit import SignatureKind
from assay.source.documents import Document, Role
from assay.source.facts import SourceFacts, WorkTree
from assay.vuln.predicate import render_vulns
from tests.fakes.sourcefacts import CLONE, CONTENT, head, straight_history
from tests.fakes.trust import ALICE, COMMIT, NOW, verified
from tests.policy.cleandocument import EXAMINED

HOUR: Final = timedelta(hours=1)
INPUTS: Final = {"rules": "sha256:" + "ab" * 32}
GAP: Final = NotChecked(what="blob", where="big.bin", why="over 32 MiB", remedy="make it smaller")
ACCEPTED: Final = NotChecked(
    what="file", where="docs/x", why="excluded", accepted="samples, until 2026-12-31T00:00:00Z"
)


def finding(
    name: str = "one",
    *,
    severity: Severity = Severity.HIGH,
    kind: Kind = Kind.SECRET,
    path: str = "app/settings.py",
) -> Finding:
    """Return a finding whose identity follows from `name`."""
    return Finding(
        identity=identity_of(kind, name),
        kind=kind,
        rule=f"tool/{name}",
        title=f"finding {name}",
        severity=severity,
        message=f"there is {name}",
        remedy=f"remove {name}",
        locations=(Location(path=path, line=3),),
    )


def scan(
    scanner: str = "secrets",
    *findings: Finding,
    gaps: tuple[NotChecked, ...] = (),
    inputs: Mapping[str, str] = INPUTS,
    at: datetime = NOW,
    subject: Digest = COMMIT,
    by: Signer = ALICE,
) -> VerifiedStatement:
    """Return the statement of a scan; "vulnerabilities" comes in its own predicate."""
    report = ScanReport(
        scanner=scanner,
        tool="tool",
        version="1.0",
        observed_at=at,
        inputs=inputs,
        examined=EXAMINED.get(scanner, {}),
        findings=findings,
        not_checked=gaps,
    )
    if scanner == "vulnerabilities":
        return verified(render_vulns(report), predicate_type=VULNS_TYPE, subjects=(subject,), by=by)
    return verified(report.as_json(), predicate_type=SCAN_TYPE, subjects=(subject,), by=by)


def imported(
    *findings: Finding,
    tool: str = "trivy",
    ran_at: str = "",
    gaps: tuple[NotChecked, ...] = (),
    role: str = ROLE,
) -> VerifiedStatement:
    """Return the statement that somebody imported what another tool said."""
    report = ScanReport(
        scanner=f"{PREFIX}{tool}",
        tool=tool,
        version="1.0",
        observed_at=NOW,
        findings=findings,
        not_checked=gaps,
    )
    source = Provenance(file="report.sarif", digest=Digest("sha256", "cd" * 32), ran_at=ran_at)
    scan = ImportedScan(report=report, provenance=source)
    return verified(scan.as_json(), predicate_type=IMPORTED_TYPE, role=role)


def sbom(
    inventory: Inventory = Inventory(),  # noqa: B008  # an immutable value
    *,
    at: datetime = NOW,
    subject: Digest = COMMIT,
) -> VerifiedStatement:
    """Return the statement of a component list."""
    predicate = render_cyclonedx(inventory, subject_name="shop", subject_version=subject.hex, at=at)
    return verified(predicate, predicate_type=SBOM_TYPE, subjects=(subject,))


def facts(**changes: object) -> SourceFacts:
    """Return the facts of a commit with which nothing is wrong."""
    clean = SourceFacts(
        observed_at=NOW,
        clone=CLONE,
        head=head(),
        history=straight_history({SignatureKind.SSH: 3}),
        files=3,
        content=CONTENT,
        documents=(
            Document(role=Role.LICENCE, path="LICENSE", digest=Digest("gitBlob", "aa" * 20)),
            Document(
                role=Role.SECURITY_POLICY, path="SECURITY.md", digest=Digest("gitBlob", "bb" * 20)
            ),
            Document(
                role=Role.DEPENDENCY_MANIFEST,
                path="requirements.txt",
                digest=Digest("gitBlob", "cc" * 20),
            ),
        ),
        work_tree=WorkTree(modified=0, untracked=0, hidden=0),
        not_checked=(),
    )
    return replace(clean, **changes)  # type: ignore[arg-type]  # a field by its name


def source(**changes: object) -> VerifiedStatement:
    """Return the statement of `facts`."""
    return verified(facts(**changes).as_json(), predicate_type=SOURCE_TYPE)


def supersession(
    *entries: tuple[VerifiedStatement | str, str], subject: Digest = COMMIT
) -> VerifiedStatement:
    """Return a statement that names others with a reason each."""
    return verified(
        {
            "supersedes": [
                {
                    "statement": named if isinstance(named, str) else str(named.digest),
                    "reason": reason,
                }
                for named, reason in entries
            ]
        },
        predicate_type=SUPERSESSION_TYPE,
        subjects=(subject,),
    )
