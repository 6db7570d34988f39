"""`assay check`: collect evidence about a commit, record it, and decide at the gate `source`.

Verify first, then store, then decide: the gate reads everything back from the log, and verifies it
again. Whatever stops this half-way leaves the log as it was, or with evidence and no verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import RejectedError, UsageError
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Statement, Subject
from assay.evidence.store import Receipt
from assay.findings.scanreport import PREDICATE_TYPE as SCAN_TYPE
from assay.findings.waiver import SetAside
from assay.gates.reading import IMPORTED_TYPE, LOG_CHECK_TYPE, VERDICT_TYPE, VEX_TYPE
from assay.gates.request import GateRequest
from assay.gates.verdict import GateVerdict
from assay.operations.checkreport import CheckReport, LoggedStatement
from assay.operations.collect import (
    Collected,
    CollectSettings,
    build_statements,
    collect_commit,
    commit_subject,
    count_workers,
)
from assay.operations.collect_context import context_statements
from assay.operations.commit_configuration import (
    load_configuration,
    product_name,
    resource_uri,
)
from assay.operations.commit_trust import load_commit_trust
from assay.operations.configuration import FILE_NAME, MAX_BYTES, Configuration
from assay.operations.evidence import gate_evidence, record_verdict
from assay.operations.identitykey import load_identity_key
from assay.operations.ledger import Ledger
from assay.operations.material import record_material
from assay.operations.record import Recorder, open_recorder
from assay.operations.savedverdict import SavedVerdict
from assay.operations.savedverdict import save_verdict as save_to
from assay.operations.show_status import status_of
from assay.operations.statementtitles import title_of
from assay.operations.supersede import build_supersession
from assay.operations.vexaccount import vex_statements
from assay.operations.waivers import load_waivers
from assay.policy.bundle import PolicyBundle, load_bundle, load_default_pack
from assay.signing.trust import trust_root_digest
from assay.source.entries import TreeEntry
from assay.source.repository import Repository, open_repository
from assay.source.tree import list_tree, load_blob
from assay.system.clock import now
from assay.vuln.vex.account import parse_vex_account
from assay.vuln.vex.judging import judge_vex

STAGE: Final = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    bundle: PolicyBundle
    files: dict[str, bytes]


def check_source(
    path: Path,
    *,
    workers: int,
    progress: Callable[[str], None],
    save_verdict: Path | None,
    clock: Clock = now,
) -> CheckReport:
    """Check the commit at HEAD of the repository at `path`, and record all of it.

    `workers` is the number of processes that read the history, 0 for one a core.

    Raises:
        UsageError: No repository, no log, or a configuration that is wrong.
        RejectedError: The repository or the log is damaged.
        UnavailableError: Something needed is missing, or nothing can be written.
    """
    at, processes = clock(), count_workers(workers)
    repository = open_repository(path)
    with open_recorder(repository, at=at, clock=clock) as recorder:
        entries = list_tree(repository, repository.head)
        configuration = load_configuration(repository, entries)
        product = product_name(repository, configuration)
        subject = commit_subject(repository, product)
        uri = resource_uri(repository, configuration)
        policy = _load_policy(repository, entries, configuration)
        settings = CollectSettings(
            configuration=configuration,
            product=product,
            identity_key=load_identity_key(recorder.ledger.home.folder),
            home=recorder.ledger.home,
            trust=load_commit_trust(recorder.ledger, commits=(repository.head,)),
            workers=processes,
            at=at,
            progress=progress,
        )
        collected = collect_commit(repository, entries, settings)
        progress("Recording the evidence")
        statements = (
            *build_statements(collected, subject, product=product, at=at),
            *context_statements(recorder.ledger, repository, entries, subject),
            *vex_statements(
                recorder.ledger, subject, uri=uri, findings=collected.vulnerabilities.findings
            ),
        )
        _record_evidence(recorder, subject, statements, settings, policy)
        progress("Deciding")
        gate, receipt = record_verdict(
            recorder,
            GateRequest(
                stage=STAGE,
                subject=subject,
                resource_uri=uri,
                evidence=(),
                bundle=policy.bundle,
                parameters=configuration.source,
                trust_root=trust_root_digest(recorder.ledger.trust),
                at=at,
            ),
        )
        report = _report(recorder, repository, collected, gate, receipt)
    if save_verdict is not None:
        save_to(save_verdict, SavedVerdict(envelope=report.envelope, proof=report.proof))
    return report


def _load_policy(
    repository: Repository, entries: tuple[TreeEntry, ...], configuration: Configuration
) -> _Policy:
    """Return the default rules, and those of the commit's own policy folder, which only add."""
    files = load_default_pack()
    folder = configuration.policy_folder.strip("/")
    own = [e for e in entries if e.path.startswith(f"{folder}/") and e.path.endswith(".rego")]
    if folder and not own:
        raise UsageError(f"no rules (*.rego) in {folder!r}", where=f"{FILE_NAME}: policy.folder")
    for entry in own if folder else ():
        rule = load_blob(repository, entry.oid, max_bytes=MAX_BYTES)
        files[f"own/{entry.path.removeprefix(folder + '/')}"] = rule
    return _Policy(bundle=load_bundle(files), files=files)


def _record_evidence(
    recorder: Recorder,
    subject: Subject,
    statements: tuple[Statement, ...],
    settings: CollectSettings,
    policy: _Policy,
) -> None:
    """Check the log, then record what was collected, and what of it takes the place of what."""
    checked = _log_check(recorder, subject, settings)  # before anything is recorded on top of it
    record_material(recorder, policy.bundle, policy.files)
    receipts = recorder.record((checked, *statements), role="collector")
    evidence = gate_evidence(recorder.ledger, subject.digest)
    new = frozenset(receipt.digest for receipt in receipts)
    supersession = build_supersession(subject, evidence, new=new)
    if supersession is not None:
        recorder.record((supersession,), role="collector")


def _log_check(recorder: Recorder, subject: Subject, settings: CollectSettings) -> Statement:
    """Verify the whole log as it is before this run, and state that it holds.

    Every row is what the log's key signed. That the log files each statement under what it says is
    for `assay log verify`: nobody without that key can change it.

    Raises:
        TamperedError: It does not; nothing is recorded on top of it.
    """
    ledger = recorder.ledger
    newest = ledger.store.verify_signed(log_key=ledger.keys)
    return Statement(
        subjects=(subject,),
        predicate_type=LOG_CHECK_TYPE,
        predicate={
            "size": newest.size if newest else 0,
            "root": newest.root.hex() if newest else "",
            "verified": True,
            "observedAt": format_time(settings.at),
        },
    )


def _report(
    recorder: Recorder,
    repository: Repository,
    collected: Collected,
    gate: GateVerdict,
    receipt: Receipt,
) -> CheckReport:
    ledger = recorder.ledger
    evidence = gate_evidence(ledger, gate.subject.digest)
    verdicts = ledger.verified(
        subject=gate.subject.digest, role="gate", predicate_type=VERDICT_TYPE
    )
    verdict = next(verified for verified in verdicts if verified.digest == receipt.digest)
    return CheckReport(
        product=gate.subject.name,
        branch=repository.branch or "",
        path=str(repository.top),
        gate=gate,
        reports=collected.reports,
        inventory=collected.inventory,
        evidence=tuple(_logged(recorder, item) for item in evidence),
        logged=_logged(recorder, verdict),
        envelope=verdict.envelope,
        proof=ledger.store.proof(receipt.index),
        status=status_of(ledger, gate.subject.digest),
        set_aside=_set_aside(ledger, evidence, gate),
    )


def _set_aside(
    ledger: Ledger, evidence: tuple[VerifiedStatement, ...], gate: GateVerdict
) -> dict[str, SetAside]:
    """Return what keeps findings out of the count, a person's waiver before VEX."""
    told = (item.predicate() for item in evidence if item.predicate_type == VEX_TYPE)
    accounts = [parse_vex_account(predicate) for predicate in told]
    vex = judge_vex(accounts, max_age=gate.parameters.vex_max_age, at=gate.at)
    return {**vex.set_aside, **load_waivers(ledger).in_force(at=gate.at)}


def _logged(recorder: Recorder, verified: VerifiedStatement) -> LoggedStatement:
    entry = recorder.ledger.find(verified.digest)
    if entry is None:
        raise RejectedError(f"the log lost {verified.digest}")
    return LoggedStatement(
        index=entry.index,
        title=_title(verified),
        predicate_type=verified.predicate_type,
        signed_by=tuple(sorted(verified.signed_by)),
        digest=verified.digest,
    )


def _title(verified: VerifiedStatement) -> str:
    """Say in a few words what a statement is."""
    if verified.predicate_type in {SCAN_TYPE, IMPORTED_TYPE}:
        return f"scan: {verified.predicate().field('scanner').text()}"
    return title_of(verified.predicate_type)
