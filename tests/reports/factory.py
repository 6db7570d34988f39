"""Reports for tests, from values: every text that may come from outside can be chosen."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from assay.assurance.evidence import Observation
from assay.assurance.shipped import load_catalogue
from assay.assurance.status import assess
from assay.assurance.statusjson import Status
from assay.core.digest import Digest, sha256_of
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict, all_of
from assay.evidence.statement import Subject
from assay.findings.finding import Finding, Kind, Location, Severity
from assay.findings.scanreport import ScanReport
from assay.gates.decision import Decision, JudgedRule
from assay.gates.parameters import Parameters
from assay.gates.verdict import GateVerdict
from assay.operations.checkreport import CheckReport, LoggedStatement
from assay.policy.metadata import Effect, RuleMetadata
from assay.policy.results import Reason, RuleResult
from assay.sbom.component import Component, Inventory
from tests.fakes.trust import COMMIT, NOW

PROOF = b"c2sp.org/tlog-proof@v1\nindex 7\nbm8gcHJvb2Y=\n\nlog.example/shop\n8\ncm9vdA==\n"
CATALOGUE = load_catalogue("ssdf-1.1")


FAILED = Verdict.FAILED


def reason(
    what: str = "something is wrong",
    where: str = "a.py",
    remedy: str = "Mend it.",
    *,
    finding: str = "",
) -> Reason:
    return Reason(what=what, where=where, remedy=remedy, finding=finding)


def rule(
    name: str,
    verdict: Verdict,
    *reasons: Reason,
    effect: Effect = Effect.ENFORCE,
    waived: bool = False,
    severity: Severity = Severity.HIGH,
    text: str = "",
    obtain: str = "",
) -> JudgedRule:
    """Return the answer of the rule `source.<name>`; `text` is in all that it says of itself."""
    metadata = RuleMetadata(
        id=f"source.{name}",
        title=text or f"Title of {name}",
        description=text or f"Description of {name}.",
        solution=text or f"Solution of {name}.",
        stage="source",
        severity=severity,
        effect=effect,
        controls=(f"SSDF:{text or 'PW.7.2'}",),
        answers=frozenset(Verdict),
        obtain=obtain,
    )
    return JudgedRule(
        result=RuleResult(rule=metadata, verdict=verdict, reasons=reasons),
        effect=Effect.ADVISE if waived else effect,
    )


def blank(name: str, *, effect: Effect = Effect.ADVISE, waived: bool = False) -> JudgedRule:
    """Return the answer of a rule that had no evidence to judge."""
    nothing = reason("nothing is known", f"source.{name}", "Ask the forge.")
    return rule(
        name, Verdict.UNKNOWN, nothing, effect=effect, waived=waived, obtain="Ask the forge."
    )


def finding(
    name: str = "flaw",
    severity: Severity = Severity.HIGH,
    *,
    path: str = "app/a.py",
    line: int = 3,
    text: str = "",
    references: tuple[str, ...] = ("CWE-78", "https://example.org/flaw"),
) -> Finding:
    return Finding(
        identity=f"weakness/v1:{name}",
        kind=Kind.WEAKNESS,
        rule=f"bandit/{text or name}",
        title=text or f"Title of {name}",
        severity=severity,
        message=text or f"Message of {name}.",
        remedy=text or f"Remedy of {name}.",
        locations=(Location(path=path, line=line, commit="", note=text),),
        references=references,
    )


def against(found: Finding) -> Reason:
    """Return the reason that the default rules give for a finding."""
    place = f"{found.locations[0].path}:{found.locations[0].line}"
    what = f"{found.severity.value} {found.title}"
    return reason(what, place, found.remedy, finding=found.identity)


def gap(
    where: str = "b.py",
    *,
    what: str = "file",
    why: str = "bandit: syntax error",
    remedy: str = "make it valid Python",
    accepted: str = "",
) -> NotChecked:
    return NotChecked(what=what, where=where, why=why, remedy=remedy, accepted=accepted)


def unseen(item: NotChecked) -> Reason:
    """Return the reason that the default rules give for an open gap."""
    return reason(f"not checked: {item.what} {item.why}", item.where, item.remedy)


def scan(
    *findings: Finding, text: str = "", not_checked: tuple[NotChecked, ...] = ()
) -> ScanReport:
    return ScanReport(
        scanner="code",
        tool=text or "bandit",
        version=text or "1.9",
        observed_at=NOW,
        inputs=MappingProxyType({text or "config": text or "sha256:0"}),
        examined=MappingProxyType({"files": 12} | ({text: 1} if text else {})),
        findings=findings,
        not_checked=not_checked,
    )


def logged(index: int, title: str = "repository facts", *, by: str = "local") -> LoggedStatement:
    return LoggedStatement(
        index=index,
        title=title,
        predicate_type="urn:assay:predicate:source:v1",
        signed_by=(by,),
        digest=sha256_of(title.encode("utf-8", "surrogatepass")),
    )


def status(*, text: str = "seen") -> Status:
    """Return a status with a task of each state: met, not met, seen in part, unknown."""
    observations = (
        *(_observed(e.type, Verdict.PASSED, text) for e in CATALOGUE.tasks[0].evidence),
        _observed(CATALOGUE.tasks[1].evidence[0].type, Verdict.FAILED, text),
        replace(
            _observed(CATALOGUE.tasks[2].evidence[0].type, Verdict.UNKNOWN, text), partial=True
        ),
    )
    tasks = assess(CATALOGUE, observations, at=NOW)
    unread = (gap("statement 3", what="statement", why=text),)
    return Status(catalogue=CATALOGUE, subject=COMMIT, at=NOW, tasks=tasks, not_checked=unread)


def _observed(kind: str, verdict: Verdict, text: str) -> Observation:
    return Observation(
        evidence_type=kind,
        verdict=verdict,
        reason=text or "seen",
        statements=(Digest("sha256", "ab" * 32),),
        observed_at=NOW - timedelta(hours=5),
    )


def report(
    *rules: JudgedRule,
    findings: tuple[Finding, ...] = (),
    not_checked: tuple[NotChecked, ...] = (),
    blind: bool = False,
    text: str = "",
    path: str = "/src/shop",
) -> CheckReport:
    """Return a report; `blind` is a gate that could not read all of its evidence."""
    verdicts = [r.result.verdict for r in rules if r.effect is Effect.ENFORCE]
    decision = Decision(
        stage="source",
        verdict=all_of([*verdicts, *([Verdict.UNKNOWN] if blind else [])]),
        rules=rules,
        not_checked=not_checked,
    )
    component = Component(purl="pkg:pypi/a@1", name=text or "a", version="1", found_in=("r.txt",))
    return CheckReport(
        product=text or "shop",
        branch=text or "main",
        path=path,
        gate=GateVerdict(
            subject=Subject(name=text or "shop", digest=COMMIT),
            resource_uri=text or "https://example.org/shop",
            at=NOW,
            decision=decision,
            parameters=Parameters(),
            evidence=(sha256_of(b"evidence"),),
            policy=sha256_of(b"policy"),
            trust_root=sha256_of(b"trust root"),
            versions=(("assay", "1"), ("engine", text or "rego-cpp")),
        ),
        reports=(scan(*findings, text=text, not_checked=not_checked),),
        inventory=Inventory(components=(component,)),
        evidence=(logged(3, f"scan: {text}" if text else "repository facts", by=text or "local"),),
        logged=logged(7, "verdict"),
        envelope=b"{}",
        proof=PROOF,
        status=status(text=text or "seen"),
    )


def refused() -> CheckReport:
    """Return the report of a refusal: two findings, three unread files, one exclusion, advice."""
    worst, flaw = finding("leak", Severity.CRITICAL, path="k.env"), finding("flaw")
    minor = finding("minor", Severity.LOW, path="c.py")
    gaps = tuple(gap(f"f{number}.py") for number in range(3))
    excluded = gap("old.py", why="excluded", accepted="until 2027-01-01T00:00:00Z: it is old")
    return report(
        rule("clean", Verdict.PASSED),
        rule("code", Verdict.FAILED, against(flaw), *map(unseen, gaps)),
        rule("history", Verdict.UNKNOWN, reason("the clone is shallow", "history", "Fetch it.")),
        rule("leaks", Verdict.FAILED, against(worst), severity=Severity.CRITICAL),
        rule("signed", Verdict.FAILED, reason("unsigned", "HEAD", "Sign."), effect=Effect.ADVISE),
        findings=(worst, flaw, minor),
        not_checked=(*gaps, excluded),
    )


def passed() -> CheckReport:
    """Return the report of a pass with a waived rule."""
    waiver = gap(
        "source.code",
        what="rule",
        why="its answer FAILED does not count here",
        accepted="we replace it in May, until 2026-07-01T00:00:00Z",
    )
    return report(
        rule("clean", Verdict.PASSED),
        rule("code", Verdict.FAILED, reason("weak", "a.py:1", "Mend it."), waived=True),
        not_checked=(waiver,),
    )


def unknown() -> CheckReport:
    """Return the report of an answer that could not be given, because files were not read."""
    gaps = tuple(gap(f"src/part{number}.py") for number in range(80))
    return report(
        rule("clean", Verdict.PASSED),
        rule("code", Verdict.UNKNOWN, *map(unseen, gaps)),
        not_checked=gaps,
    )


def blind() -> CheckReport:
    """Return the report of a gate all of whose rules passed, and that could not read a statement."""
    unread = gap("3", what="statement", why="cannot be read", remedy="Record it again.")
    return report(rule("clean", Verdict.PASSED), not_checked=(unread,), blind=True)


def untouched() -> CheckReport:
    """Return the report of a gate without rules, on no branch, where nothing was looked at."""
    return replace(report(), branch="", reports=(), inventory=Inventory())


def hostile(text: str) -> CheckReport:
    """Return a report with `text` wherever something from outside can stand."""
    found = finding("flaw", path=text, text=text, references=(text,))
    open_gap = gap(text, what=text, why=text, remedy=text)
    accepted = gap(text, what=text, why=text, remedy=text, accepted=text)
    reasons = (against(found), unseen(open_gap), reason(text, text, text))
    return report(
        rule("code", Verdict.FAILED, *reasons, text=text),
        rule("advice", Verdict.UNKNOWN, reason(text, text, text), effect=Effect.ADVISE, text=text),
        rule("waived", Verdict.FAILED, reason(text, text, text), waived=True, text=text),
        findings=(found,),
        not_checked=(open_gap, accepted),
        text=text,
        path=f"/src/{text}",
    )


def huge(findings: int, *, name: str = "module") -> CheckReport:
    """Return a report with so many findings and unread files, and four rules that refuse."""
    names = [f"src/package{number % 97}/{name}{number}.py" for number in range(findings)]
    found = tuple(
        finding(f"flaw{n}", tuple(Severity)[n % 6], path=path, line=n)
        for n, path in enumerate(names)
    )
    gaps = tuple(gap(path, why=f"reason {n % 400}") for n, path in enumerate(names))
    accepted = tuple(replace(item, accepted=f"{item.why}, until 2027") for item in gaps)
    return report(
        rule("code", Verdict.FAILED, *map(against, found), *map(unseen, gaps)),
        *(rule(f"rule{n}", Verdict.UNKNOWN, *map(unseen, gaps)) for n in range(3)),
        findings=found,
        not_checked=(*gaps, *accepted),
    )
