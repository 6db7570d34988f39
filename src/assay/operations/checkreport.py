"""What `assay check` answers: the verdict, everything behind it, and its place in the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assay.assurance.statusjson import Status
from assay.core.digest import Digest
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.finding import Finding
from assay.findings.merge import merge_findings, worst_first
from assay.findings.scanreport import ScanReport
from assay.findings.waiver import SetAside
from assay.gates.verdict import GateVerdict
from assay.sbom.component import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedStatement:
    """One statement that the verdict was made from, and its place in the log.

    `title` says in two words what it is, as in "scan: secrets".
    """

    index: int
    title: str
    predicate_type: str
    signed_by: tuple[str, ...]
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """The result of one check of one commit.

    `set_aside` is what keeps findings out of the count: a waiver, or a word of VEX. `proof` is the
    C2SP tlog-proof of the verdict's envelope, with the log's signed checkpoint.
    """

    product: str
    branch: str  # empty where HEAD is detached
    path: str
    gate: GateVerdict
    reports: tuple[ScanReport, ...]
    inventory: Inventory
    evidence: tuple[LoggedStatement, ...]
    logged: LoggedStatement
    envelope: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    status: Status
    set_aside: Mapping[str, SetAside] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def verdict(self) -> Verdict:
        """Return what the gate decided."""
        return self.gate.decision.verdict

    @property
    def commit(self) -> str:
        """Return the commit that it is about, in hex."""
        return self.gate.subject.digest.hex

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, each identity once, the worst first."""
        found = (finding for report in self.reports for finding in report.findings)
        return worst_first(merge_findings(found))

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return what nobody looked at."""
        return self.gate.decision.not_checked
