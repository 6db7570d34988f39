"""From a verified statement to what a gate can count: one reader for each kind of evidence.

A kind that is not known here is not skipped: it becomes a gap, and the gate answers UNKNOWN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypedDict

from assay.core.clock import parse_time
from assay.core.digest import Digest, parse_digest, sha256_of
from assay.core.errors import MalformedError
from assay.core.strictjson import canonical_form
from assay.evidence.envelope import VerifiedStatement
from assay.findings import scanreport
from assay.findings.scanreport import ScanReport, parse_scan_report
from assay.findings.waiveraccount import PREDICATE_TYPE as WAIVER_ACCOUNT_TYPE
from assay.findings.waiveraccount import WaiverAccount, parse_waiver_account
from assay.gates import vsa
from assay.gates.supersession import Replacement
from assay.sbom import cyclonedx
from assay.sbom.component import Inventory
from assay.scan.imports import predicate as imports
from assay.scan.imports.predicate import ImportedScan, parse_imported_scan
from assay.source import predicate as source
from assay.source.coverage import COVERAGE_TYPE, Coverage, parse_coverage
from assay.source.facts import SourceFacts
from assay.source.forge.account import ACCOUNT_TYPE, ForgeAccount, parse_forge_account
from assay.source.forge.facts import Control
from assay.source.owners import facts as owners
from assay.source.owners.facts import OwnersFacts, parse_owners_facts
from assay.vuln import predicate as vulns
from assay.vuln.vex import account as vex
from assay.vuln.vex.account import BLOCKING, VexAccount, parse_vex_account

SCAN_TYPE: Final = scanreport.PREDICATE_TYPE
VULNS_TYPE: Final = vulns.PREDICATE_TYPE
SOURCE_TYPE: Final = source.PREDICATE_TYPE
SBOM_TYPE: Final = cyclonedx.PREDICATE_TYPE
FORGE_TYPE: Final = ACCOUNT_TYPE
OWNERS_TYPE: Final = owners.OWNERS_TYPE
REVIEWS_TYPE: Final = COVERAGE_TYPE
WAIVERS_TYPE: Final = WAIVER_ACCOUNT_TYPE
VEX_TYPE: Final = vex.PREDICATE_TYPE
IMPORTED_TYPE: Final = imports.PREDICATE_TYPE
SUPERSESSION_TYPE: Final = "urn:assay:predicate:supersession:v1"
VERDICT_TYPE: Final = vsa.PREDICATE_TYPE
LOG_CHECK_TYPE: Final = "urn:assay:predicate:log-check:v1"
# Kinds that say nothing about the commit by themselves. A verdict is not evidence for a verdict.
NOT_EVIDENCE: Final = frozenset({VERDICT_TYPE, SUPERSESSION_TYPE, LOG_CHECK_TYPE})
COLLECTOR: Final = "collector"  # whose statements a gate decides from
# A scan statement cannot speak for a collector that has a kind of its own.
_RESERVED: Final = frozenset(
    {"source", "sbom", "vulnerabilities", "forge", "owners", "reviews", "waivers", "vex"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One statement of a collector, read; `report`, `source` or `inventory` holds what it says.

    `inputs` is what it depends on besides the subject, by name; `against` is what it holds against
    the subject. A later statement may take its place only in view of both (`gates.supersession`).
    """

    statement: Digest
    kind: str
    collector: str
    observed_at: datetime
    signed_by: tuple[str, ...]
    inputs: frozenset[tuple[str, str]]
    against: frozenset[str]
    report: ScanReport | None = None
    source: SourceFacts | None = None
    inventory: Inventory | None = None
    forge: ForgeAccount | None = None
    owners: OwnersFacts | None = None
    reviews: Coverage | None = None
    waivers: WaiverAccount | None = None
    vex: VexAccount | None = None
    imported: ImportedScan | None = None


def read_evidence(verified: VerifiedStatement) -> Evidence:
    """Return what one collector's statement says.

    Raises:
        MalformedError: A predicate that is not of its type, or a type that is not known.
    """
    reader = _READERS.get(verified.predicate_type)
    if reader is None:
        raise MalformedError(f"a kind of evidence that is not known: {verified.predicate_type!r}")
    return reader(verified)


def role_for(predicate_type: str) -> str:
    """Return the role in which evidence of this type has to be signed.

    What somebody imported is signed by an importer: it cannot pass for what a collector saw.
    """
    return imports.ROLE if predicate_type == IMPORTED_TYPE else COLLECTOR


def read_replacements(verified: VerifiedStatement) -> tuple[Replacement, ...]:
    """Return the entries of a supersession statement.

    Raises:
        MalformedError: Not of its type.
    """
    return tuple(
        Replacement(
            by=verified.digest,
            statement=str(parse_digest(item.field("statement").text())),
            reason=item.field("reason").text(),
        )
        for item in verified.predicate().field("supersedes").items()
    )


class _Origin(TypedDict):
    statement: Digest
    kind: str
    signed_by: tuple[str, ...]


def _origin(verified: VerifiedStatement) -> _Origin:
    """Return what is told of a statement of any kind: which it is, and who signed it."""
    return {
        "statement": verified.digest,
        "kind": verified.predicate_type,
        "signed_by": tuple(sorted(verified.signed_by)),
    }


def _read_scan(verified: VerifiedStatement) -> Evidence:
    report = parse_scan_report(verified.predicate())
    if report.scanner in _RESERVED:
        raise MalformedError(f"a scan that speaks for the collector {report.scanner!r}")
    return _from_report(verified, report)


def _read_vulns(verified: VerifiedStatement) -> Evidence:
    return _from_report(verified, vulns.parse_vulns(verified.predicate()))


def _from_report(verified: VerifiedStatement, report: ScanReport) -> Evidence:
    return Evidence(
        **_origin(verified),
        collector=report.scanner,
        observed_at=report.observed_at,
        inputs=frozenset({("tool", f"{report.tool} {report.version}"), *report.inputs.items()}),
        against=frozenset(finding.identity for finding in report.findings),
        report=report,
    )


def _read_imported(verified: VerifiedStatement) -> Evidence:
    """Read what somebody imported; it is as old as the run, where the report tells when that was.

    Raises:
        MalformedError: Not of its type, or a report that speaks for a collector of ours.
    """
    scan = parse_imported_scan(verified.predicate())
    if not scan.report.scanner.startswith(imports.PREFIX):
        raise MalformedError(f"an import that speaks for the collector {scan.report.scanner!r}")
    ran_at = scan.provenance.ran_at
    return replace(
        _from_report(verified, scan.report),
        observed_at=parse_time(ran_at) if ran_at else scan.report.observed_at,
        report=None,
        imported=scan,
    )


def _read_sbom(verified: VerifiedStatement) -> Evidence:
    predicate = verified.predicate()
    metadata = predicate.field("metadata")
    inventory = cyclonedx.parse_inventory(predicate)
    return Evidence(
        **_origin(verified),
        collector="sbom",
        observed_at=parse_time(metadata.field("timestamp").text()),
        inputs=frozenset({("tool", _digest_of(metadata.field("tools").value))}),
        against=frozenset({*inventory.unlocked, *inventory.unpinned}),
        inventory=inventory,
    )


def _read_source(verified: VerifiedStatement) -> Evidence:
    facts = source.parse_source_facts(verified.predicate())
    changing = {  # may differ between two looks at one commit
        "clone": facts.clone.as_json(),
        "signature": facts.head.signature.as_json(),
        "work tree": facts.work_tree.as_json() if facts.work_tree else None,
    }
    content = facts.content
    return Evidence(
        **_origin(verified),
        collector="source",
        observed_at=facts.observed_at,
        inputs=frozenset((name, _digest_of(value)) for name, value in changing.items()),
        against=frozenset({*content.leaving_symlinks, *(one.path for one in content.submodules)}),
        source=facts,
    )


def _read_forge(verified: VerifiedStatement) -> Evidence:
    account = parse_forge_account(verified.predicate())
    rules = account.protection.rules
    repository = account.repository
    return Evidence(
        **_origin(verified),
        # One forge does not speak for another one.
        collector=f"forge {repository.kind} {repository.url} {repository.path}",
        observed_at=account.observed_at,
        inputs=frozenset(
            {
                ("states", _digest_of(list(account.states))),
                ("trust root", str(account.trust_root)),
            }
        ),
        against=frozenset(
            {
                *(control.value for control in Control if control not in rules.held),
                *(_digest_of(one.as_json()) for one in account.protection.weakenings),
            }
        ),
        forge=account,
    )


def _read_owners(verified: VerifiedStatement) -> Evidence:
    facts = parse_owners_facts(verified.predicate())
    return Evidence(
        **_origin(verified),
        collector="owners",
        observed_at=facts.observed_at,
        inputs=frozenset({("dialect", facts.dialect.value), ("file", str(facts.digest))}),
        against=frozenset({*facts.unowned, *(f"{e.line} {e.what}" for e in facts.errors)}),
        owners=facts,
    )


def _read_reviews(verified: VerifiedStatement) -> Evidence:
    coverage = parse_coverage(verified.predicate())
    return Evidence(
        **_origin(verified),
        collector="reviews",
        observed_at=coverage.observed_at,
        inputs=frozenset({("base", coverage.base), *coverage.inputs}),
        against=frozenset({*(one.commit for one in coverage.open), *coverage.lost}),
        reviews=coverage,
    )


def _read_waivers(verified: VerifiedStatement) -> Evidence:
    account = parse_waiver_account(verified.predicate())
    return Evidence(
        **_origin(verified),
        collector="waivers",
        observed_at=account.observed_at,
        inputs=frozenset((one.waiver.finding, str(one.statement)) for one in account.waivers),
        against=frozenset(),
        waivers=account,
    )


def _read_vex(verified: VerifiedStatement) -> Evidence:
    account = parse_vex_account(verified.predicate())
    words = {word: _digest_of(word.as_json()) for word in account.words}
    return Evidence(
        **_origin(verified),
        collector="vex",
        observed_at=account.observed_at,
        inputs=frozenset((word.finding, told) for word, told in words.items()),
        against=frozenset(told for word, told in words.items() if word.status in BLOCKING),
        vex=account,
    )


def _digest_of(value: object) -> str:
    return str(sha256_of(canonical_form(value)))


_READERS: Final[Mapping[str, Callable[[VerifiedStatement], Evidence]]] = {
    SCAN_TYPE: _read_scan,
    VULNS_TYPE: _read_vulns,
    SBOM_TYPE: _read_sbom,
    SOURCE_TYPE: _read_source,
    FORGE_TYPE: _read_forge,
    OWNERS_TYPE: _read_owners,
    REVIEWS_TYPE: _read_reviews,
    WAIVERS_TYPE: _read_waivers,
    VEX_TYPE: _read_vex,
    IMPORTED_TYPE: _read_imported,
}
