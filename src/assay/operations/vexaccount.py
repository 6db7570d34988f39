"""What VEX comes to for one commit: the account for the gates, and the same for whoever looks."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.evidence.statement import Statement, Subject
from assay.findings.finding import Finding, Kind
from assay.findings.merge import merge_findings
from assay.gates.reading import IMPORTED_TYPE, role_for
from assay.operations.commit_configuration import (
    load_configuration,
    product_name,
    resource_uri,
)
from assay.operations.ledger import Ledger
from assay.operations.vexrecords import RecordedVex, has_vex, load_vex
from assay.scan.imports.predicate import parse_imported_scan
from assay.source.repository import Repository
from assay.source.tree import list_tree
from assay.vuln.vex.account import PREDICATE_TYPE, VexAccount
from assay.vuln.vex.believing import believe
from assay.vuln.vex.judging import NOTHING, VexJudgement, judge_vex
from assay.vuln.vex.statement import VexTarget
from assay.vuln.vex.targets import parse_target


@dataclass(frozen=True, slots=True, kw_only=True)
class VexStanding:
    """Every document in the log, and what they do now to the findings about one commit."""

    documents: tuple[RecordedVex, ...]
    judged: VexJudgement


def vex_standing(
    ledger: Ledger, repository: Repository, findings: tuple[Finding, ...], *, whole: bool
) -> VexStanding:
    """Return what VEX comes to now for `findings` at HEAD, as the next check would see it.

    It names all documents (`whole`), or those that may be about the findings, and no others count.
    """
    if not has_vex(ledger):
        return VexStanding(documents=(), judged=NOTHING)
    configuration = load_configuration(repository, list_tree(repository, repository.head))
    name = product_name(repository, configuration)
    subject = Subject(name=name, digest=Digest("gitCommit", repository.head))
    uri = resource_uri(repository, configuration)
    documents = load_vex(ledger, naming=names_of(findings), whole=whole)
    mattering = [one for one in documents if one.matters]
    account = vex_account(ledger, mattering, subject, uri=uri, findings=findings)
    max_age = configuration.source.vex_max_age
    return VexStanding(
        documents=documents, judged=judge_vex((account,), max_age=max_age, at=ledger.at)
    )


def product_target(subject: Subject, uri: str) -> VexTarget:
    """Return by which names a statement can mean the product of which `subject` is a commit."""
    known = parse_target(uri) if uri.startswith("pkg:") else VexTarget()
    names = (uri, f"urn:assay:product:{quote(subject.name)}", str(subject.digest))
    return VexTarget(purl=known.purl, ids=tuple(dict.fromkeys(names)), name=subject.name)


def vex_statements(
    ledger: Ledger, subject: Subject, *, uri: str, findings: Iterable[Finding]
) -> tuple[Statement, ...]:
    """Return the account for the gates, as a statement about `subject`; none without VEX.

    `findings` are those of the collectors; what was imported about the commit is added here.
    """
    if not has_vex(ledger):
        return ()
    known = (*findings, *_imported(ledger, subject))
    documents = load_vex(ledger, naming=names_of(known))
    account = vex_account(ledger, documents, subject, uri=uri, findings=known)
    predicate = account.as_json()
    return (Statement(subjects=(subject,), predicate_type=PREDICATE_TYPE, predicate=predicate),)


def names_of(findings: Iterable[Finding]) -> frozenset[str]:
    """Return by which names a document may speak of the vulnerabilities among `findings`."""
    found = [finding for finding in findings if finding.kind is Kind.VULNERABILITY]
    clusters = {seen.trait("cluster") for finding in found for seen in finding.observations}
    return frozenset({*clusters, *(name for finding in found for name in finding.references)})


def vex_account(
    ledger: Ledger,
    recorded: Iterable[RecordedVex],
    subject: Subject,
    *,
    uri: str,
    findings: Iterable[Finding],
) -> VexAccount:
    """Return whose word counts about `findings`, and what was not believed, with why."""
    documents = tuple(recorded)
    vulnerable = [f for f in merge_findings(findings) if f.kind is Kind.VULNERABILITY]
    believed = believe(
        [one.signed for one in documents if one.signed is not None],
        vulnerable,
        product=product_target(subject, uri),
    )
    named = {word.document for word in believed.words}
    relied = (one.signed.reliance for one in documents if one.signed is not None)
    unread = [one.as_gap() for one in documents if one.signed is None]
    return VexAccount(
        observed_at=ledger.at,
        documents=tuple(one for one in relied if one.statement in named),
        words=believed.words,
        not_checked=tuple(sorted({*believed.not_checked, *unread})),
    )


def _imported(ledger: Ledger, subject: Subject) -> Iterator[Finding]:
    role = role_for(IMPORTED_TYPE)
    for verified in ledger.verified(
        subject=subject.digest, role=role, predicate_type=IMPORTED_TYPE
    ):
        with suppress(MalformedError):  # the gate refuses it, and answers UNKNOWN
            yield from parse_imported_scan(verified.predicate()).report.findings
