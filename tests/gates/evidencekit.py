"""Verified statements of collectors for tests: signed, sealed and verified like real ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement
from assay.findings.finding import Finding, Kind, Location, Severity, identity_of
from assay.findings.scanreport import ScanReport
from assay.gates.reading import (
    SBOM_TYPE,
    SCAN_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VULNS_TYPE,
)
from assay.sbom.component import Inventory
from assay.sbom.cyclonedx import render_cyclonedx
from assay.signing.keys import Signer
from assay.source.commit import SignatureKind
from assay.source.content import Content
from assay.source.documents import Document, Role
from assay.source.facts import Clone, Head, SourceFacts, WorkTree
from assay.source.history import History
from assay.source.signature import HeadSignature
from assay.vuln.predicate import render_vulns
from tests.fakes.trust import ALICE, COMMIT, NOW, verified
from tests.policy.cleandocument import EXAMINED

HOUR: Final = timedelta(hours=1)
INPUTS: Final = {"rules": "sha256:" + "ab" * 32}
CLONE: Final = Clone(
    git="2.47.1",
    object_format="sha1",
    bare=False,
    shallow=False,
    partial=False,
    linked_worktree=False,
    replace_refs=0,
    grafts=False,
    alternates=0,
    branches=1,
    tags=0,
    remotes=(),
)
CONTENT: Final = Content(
    size=900,
    executables=0,
    symlinks=0,
    leaving_symlinks=(),
    leaving_symlink_count=0,
    submodules=(),
    submodule_count=0,
    large=(),
    large_count=0,
)
SIGNED: Final = HeadSignature(
    kind=SignatureKind.SSH, verdict=Verdict.PASSED, reason="", key="SHA256:" + "A" * 43
)
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
    history = History(
        commits=3,
        merges=0,
        roots=1,
        boundary=0,
        first_parent=3,
        first_parent_merges=0,
        authors=1,
        committers=1,
        author_is_not_committer=0,
        dates_backwards=0,
        dates_ahead=0,
        malformed=0,
        signatures={SignatureKind.SSH: 3},
    )
    clean = SourceFacts(
        observed_at=NOW,
        clone=CLONE,
        head=Head(
            commit=COMMIT.hex,
            tree="ee" * 20,
            branch="main",
            parents=1,
            author=None,
            committer=None,
            signature=SIGNED,
        ),
        history=history,
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
