"""One decision of the gate `source`: facts, policy, verdict; against a bare JSON round trip.

The evidence is what one `assay check` records: scans with findings spread over them, verified
before the clock starts, as a gate reads them from its log. The limit is `json.loads` and
`json.dumps` of the same document, made in the same run.

Run `python -m bench.gate [--rounds N]`.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from assay.core.digest import Digest, sha256_of
from assay.evidence.envelope import VerifiedStatement, parse_envelope, seal_statement
from assay.evidence.statement import Statement, Subject, render_statement
from assay.findings.finding import Finding, Kind, Location, Severity, identity_of
from assay.findings.scanreport import ScanReport
from assay.gates.decision import decide_gate
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reading import SCAN_TYPE
from assay.gates.request import GateRequest, decide_verdict
from assay.gates.vsa import render_vsa
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.engine import engine_version, evaluate
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.trust import (
    Principal,
    PrincipalKind,
    RoleGrant,
    TrustedKey,
    TrustRoot,
    Window,
)

AT = datetime(2026, 11, 1, tzinfo=UTC)
COMMIT = Digest("gitCommit", "c0" * 20)
SIGNER = generate_signer("ed25519")
WINDOW = Window(valid_from=datetime(2026, 1, 1, tzinfo=UTC))
ROOT = TrustRoot(
    principals=(
        Principal(
            name="collector",
            kind=PrincipalKind.SERVICE,
            roles=(RoleGrant(role="collector", window=WINDOW),),
            keys=(TrustedKey(public=SIGNER.public, window=WINDOW),),
            window=WINDOW,
        ),
    ),
    log_origin="bench.example/log",
    log_key=render_note_key(note_key("bench.example/log", generate_signer("ed25519").public)),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=200)
    rounds = arguments.parse_args().rounds
    print(f"{engine_version()}, Python {sys.version.split()[0]}, {rounds} rounds, {AT:%Y-%m-%d}")
    for findings in (0, 20, 200, 2_000):
        measure(findings, rounds=rounds if findings < 2_000 else max(10, rounds // 10))


def measure(findings: int, *, rounds: int) -> None:
    """Print the median and the 99th percentile of each step, in milliseconds."""
    request = make_request(findings)
    document = facts(request)
    results = evaluate(request.bundle, document)  # compiles the policy, once for a process
    text = json.dumps(document)
    steps: dict[str, Callable[[], object]] = {
        "json round trip": lambda: json.dumps(json.loads(text)),
        "facts": lambda: facts(request),
        "evaluate": lambda: evaluate(request.bundle, document),
        "decide": lambda: decide_gate(
            stage="source",
            results=results,
            document=document,
            parameters=request.parameters,
            at=AT,
        ),
        "all, with its statement": lambda: render_statement(render_vsa(decide_verdict(request))),
    }
    print(f"{findings} findings, a document of {len(text)} bytes:")
    limit = 0.0
    for name, step in steps.items():
        times = sorted(timed(step) * 1000 for _ in range(rounds))
        median, late = statistics.median(times), times[int(len(times) * 0.99)]
        limit = limit or median
        print(f"  {name:24} median {median:8.2f} ms   p99 {late:8.2f} ms   x {median / limit:.1f}")


def timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def facts(request: GateRequest) -> dict[str, object]:
    return build_facts(
        subject=COMMIT, evidence=request.evidence, parameters=request.parameters, at=AT
    )


def make_request(findings: int) -> GateRequest:
    return GateRequest(
        stage="source",
        subject=Subject(name="shop", digest=COMMIT),
        resource_uri="git+https://example.com/shop",
        evidence=tuple(
            scan(scanner, findings // 4) for scanner in ("secrets", "code", "workflows", "extra")
        ),
        bundle=load_bundle(load_default_pack()),
        parameters=Parameters(),
        trust_root=sha256_of(b"trust root"),
        at=AT,
    )


def scan(scanner: str, findings: int) -> VerifiedStatement:
    report = ScanReport(
        scanner=scanner,
        tool="bench",
        version="1",
        observed_at=AT,
        findings=tuple(finding(scanner, number) for number in range(findings)),
    )
    statement = Statement(
        subjects=(Subject(name="shop", digest=COMMIT),),
        predicate_type=SCAN_TYPE,
        predicate=report.as_json(),
    )
    return parse_envelope(seal_statement(statement, signers=(SIGNER,))).verify(
        trusted=ROOT,
        role="collector",
        threshold=1,
        subject=COMMIT,
        predicate_type=SCAN_TYPE,
        at=AT,
    )


def finding(scanner: str, number: int) -> Finding:
    return Finding(
        identity=identity_of(Kind.WEAKNESS, scanner, str(number)),
        kind=Kind.WEAKNESS,
        rule=f"{scanner}/rule-{number % 7}",
        title="a finding of ordinary length, as scanners write them",
        severity=(Severity.HIGH, Severity.MEDIUM, Severity.LOW)[number % 3],
        message="what was found, and why it matters, in about as many words as people read " * 2,
        remedy="what to do about it, in one sentence that can be followed",
        locations=tuple(
            Location(path=f"src/shop/module_{number}.py", line=n + 1) for n in range(2)
        ),
        references=("CWE-78",),
    )


if __name__ == "__main__":
    main()
