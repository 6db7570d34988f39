"""Reports, inventories, verdicts and the statements that hold them, for the tests of assurance."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from assay.assurance.record import LogCheck, Read, Record
from assay.core.clock import format_time
from assay.core.digest import Digest, sha256_of
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.statement import Subject
from assay.findings.finding import Finding, Kind, Location, Severity, identity_of
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.findings.scanreport import ScanReport
from assay.gates.decision import Decision, JudgedRule
from assay.gates.parameters import Parameters
from assay.gates.reading import LOG_CHECK_TYPE, SBOM_TYPE, SOURCE_TYPE, SUPERSESSION_TYPE
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import render_vsa
from assay.policy.metadata import Effect, RuleMetadata
from assay.policy.results import RuleResult
from assay.sbom.component import Component, Inventory
from assay.sbom.cyclonedx import render_cyclonedx
from assay.source.commit import SignatureKind
from assay.source.documents import Document, Role
from assay.source.facts import SourceFacts
from assay.source.signature import HeadSignature
from assay.vuln.predicate import PREDICATE_TYPE as VULNS_TYPE
from assay.vuln.predicate import render_vulns
from tests.fakes import sourcefacts
from tests.fakes.sourcefacts import CLONE, CONTENT, straight_history
from tests.fakes.trust import ALICE, COMMIT, GATE, NOW, ROOT, verified

_Value = TypeVar("_Value")
RULES = str(sha256_of(b"rules"))
INVENTORY = Inventory(
    components=(
        Component(
            purl="pkg:pypi/one@1",
            name="one",
            version="1",
            found_in=("poetry.lock",),
            hashes=(f"sha256:{'00' * 32}",),
        ),
    ),
    lock_files=("poetry.lock",),
    examined={"files": 1},
)
ALLOWED = HeadSignature(
    kind=SignatureKind.SSH,
    verdict=Verdict.PASSED,
    reason="",
    key=f"SHA256:{'k' * 43}",
    principal="alice",
    algorithm="ssh-ed25519",
)
GAP = NotChecked(what="file", where="src/odd.py", why="unreadable")
ACCEPTED = NotChecked(what="file", where="docs/x", why="left out", accepted="until 2027: docs")
EXAMINED: Mapping[str, Mapping[str, int]] = {
    "secrets": {"blobs": 40, "commits": 7},
    "code": {"files": 3, "lines": 90, "suppressed_in_source": 0},
    "workflows": {"workflows": 2, "actions": 0, "uses": 5, "pinned": 5},
    "vulnerabilities": {"components": 12, "advisories": 100},
}


def finding(
    rule: str = "tool/rule",
    *,
    severity: Severity = Severity.HIGH,
    path: str = "src/app.py",
    line: int = 4,
    title: str = "A fault",
) -> Finding:
    """Return a finding; another rule, path or line is another one."""
    return Finding(
        identity=identity_of(Kind.WEAKNESS, rule, path, str(line)),
        kind=Kind.WEAKNESS,
        rule=rule,
        title=title,
        severity=severity,
        message="it is",
        remedy="mend it",
        locations=(Location(path=path, line=line),),
    )


def report(
    scanner: str,
    *findings: Finding,
    at: datetime = NOW,
    gaps: tuple[NotChecked, ...] = (),
    examined: Mapping[str, int] | None = None,
    inputs: Mapping[str, str] | None = None,
) -> ScanReport:
    """Return a report of one of the collectors, which looked at all that it knows."""
    return ScanReport(
        scanner=scanner,
        tool="tool",
        version="1.2",
        observed_at=at,
        inputs={"rules": RULES} if inputs is None else inputs,
        examined=EXAMINED[scanner] if examined is None else examined,
        findings=findings,
        not_checked=gaps,
    )


def source_facts(
    *documents: Document,
    at: datetime = NOW,
    signatures: Mapping[SignatureKind, int] | None = None,
    head: HeadSignature = ALLOWED,
    gaps: tuple[NotChecked, ...] = (),
) -> SourceFacts:
    """Return the facts about a commit of four files, signed as `signatures` counts."""
    signed = {SignatureKind.SSH: 3} if signatures is None else signatures
    return SourceFacts(
        observed_at=at,
        clone=CLONE,
        head=sourcefacts.head(head),
        history=straight_history({kind: signed.get(kind, 0) for kind in SignatureKind}),
        files=4,
        content=CONTENT,
        documents=documents,
        work_tree=None,
        not_checked=gaps,
    )


def document(role: Role, path: str) -> Document:
    """Return a document that is there."""
    return Document(role=role, path=path, digest=Digest("gitBlob", "d0" * 20))


def verdict(result: Verdict = Verdict.PASSED, *, at: datetime = NOW, rules: int = 1) -> GateVerdict:
    """Return a verdict on `COMMIT` with one exception."""
    metadata = RuleMetadata(
        id="source.example",
        title="Example",
        description="Why",
        solution="Do it",
        stage="source",
        severity=Severity.HIGH,
        effect=Effect.ENFORCE,
        controls=(),
        answers=frozenset(Verdict),
    )
    judged = JudgedRule(
        result=RuleResult(rule=metadata, verdict=result, reasons=()), effect=Effect.ENFORCE
    )
    return GateVerdict(
        subject=Subject(name="shop", digest=COMMIT),
        resource_uri="pkg:generic/shop",
        at=at,
        decision=Decision(
            stage="source", verdict=result, rules=(judged,) * rules, not_checked=(ACCEPTED,)
        ),
        parameters=Parameters(),
        evidence=(sha256_of(b"one"), sha256_of(b"two")),
        policy=sha256_of(b"policy"),
        trust_root=sha256_of(b"root"),
        versions=(("assay", "0"),),
    )


def record_of(
    *values: ScanReport | Inventory | GateVerdict | LogCheck | SourceFacts,
    at: datetime = NOW,
) -> Record:
    """Return a record of `values`, each from a statement of its own, dated `at`."""
    read = [
        Read(value=value, statement=sha256_of(str(n).encode()), observed_at=at)
        for n, value in enumerate(values)
    ]
    return Record(
        subject=COMMIT,
        source=tuple(_typed(r, r.value) for r in read if isinstance(r.value, SourceFacts)),
        reports=tuple(_typed(r, r.value) for r in read if isinstance(r.value, ScanReport)),
        inventories=tuple(_typed(r, r.value) for r in read if isinstance(r.value, Inventory)),
        verdicts=tuple(_typed(r, r.value) for r in read if isinstance(r.value, GateVerdict)),
        log_checks=tuple(_typed(r, r.value) for r in read if isinstance(r.value, LogCheck)),
    )


def _typed(read: Read[object], value: _Value) -> Read[_Value]:
    return Read(value=value, statement=read.statement, observed_at=read.observed_at)


# The same as real statements: signed, sealed, parsed, verified.


def scan_statement(scanned: ScanReport, *, subject: Digest = COMMIT) -> VerifiedStatement:
    """Return the statement of a scanner."""
    return verified(scanned.as_json(), subjects=(subject,), predicate_type=SCAN_TYPE)


def vulns_statement(matched: ScanReport) -> VerifiedStatement:
    """Return the statement of a match with advisories."""
    return verified(render_vulns(matched), predicate_type=VULNS_TYPE)


def sbom_statement(inventory: Inventory, *, at: datetime = NOW) -> VerifiedStatement:
    """Return the statement of a component list."""
    document = render_cyclonedx(inventory, subject_name="shop", subject_version=COMMIT.hex, at=at)
    return verified(document, predicate_type=SBOM_TYPE)


def source_statement(facts: SourceFacts) -> VerifiedStatement:
    """Return the statement of facts about the source."""
    return verified(facts.as_json(), predicate_type=SOURCE_TYPE)


def log_check_statement(*, good: bool, at: datetime = NOW) -> VerifiedStatement:
    """Return the statement of a check of the log."""
    predicate = {"size": 9, "root": "ab" * 32, "verified": good, "observedAt": format_time(at)}
    return verified(predicate, predicate_type=LOG_CHECK_TYPE)


def supersession_statement(old: VerifiedStatement, reason: str) -> VerifiedStatement:
    """Return a statement that names `old` as superseded."""
    predicate = {"supersedes": [{"statement": str(old.digest), "reason": reason}]}
    return verified(predicate, predicate_type=SUPERSESSION_TYPE, by=ALICE)


def verdict_statement(decided: GateVerdict) -> VerifiedStatement:
    """Return the statement of a gate, verified for the role of a gate."""
    made = render_vsa(decided)
    return parse_envelope(seal_statement(made, signers=(GATE,))).verify(
        trusted=ROOT,
        role="gate",
        threshold=1,
        subject=COMMIT,
        predicate_type=made.predicate_type,
        at=NOW,
    )
