"""What statements are called in reports: one name for each type that Assay makes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.findings.waiver import PREDICATE_TYPE as WAIVER_TYPE
from assay.gates.reading import (
    FORGE_TYPE,
    IMPORTED_TYPE,
    LOG_CHECK_TYPE,
    OWNERS_TYPE,
    REVIEWS_TYPE,
    SBOM_TYPE,
    SCAN_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VERDICT_TYPE,
    VEX_TYPE,
    VULNS_TYPE,
    WAIVERS_TYPE,
)
from assay.operations.material import POLICY_TYPE
from assay.source.review import REVIEW_TYPE
from assay.source.revision import REVISION_TYPE
from assay.vuln.vex.record import DOCUMENT_TYPE, IMPORT_TYPE, WITHDRAWAL_TYPE

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        SOURCE_TYPE: "repository facts",
        SCAN_TYPE: "scan",
        IMPORTED_TYPE: "imported scan",
        SBOM_TYPE: "component list",
        VULNS_TYPE: "known vulnerabilities",
        FORGE_TYPE: "what the forge enforces",
        OWNERS_TYPE: "code owners",
        REVIEWS_TYPE: "reviews of changes",
        REVIEW_TYPE: "review",
        REVISION_TYPE: "revision of a branch",
        WAIVERS_TYPE: "accepted findings",
        WAIVER_TYPE: "waiver",
        VEX_TYPE: "VEX in force",
        DOCUMENT_TYPE: "VEX document",
        IMPORT_TYPE: "VEX of others",
        WITHDRAWAL_TYPE: "withdrawal of VEX",
        SUPERSESSION_TYPE: "supersession",
        LOG_CHECK_TYPE: "check of the log",
        VERDICT_TYPE: "verdict",
        POLICY_TYPE: "policy",
        TRUST_ROOT_TYPE: "trust root",
    }
)


def title_of(predicate_type: str) -> str:
    """Return what a statement of this type is called, also where others make it."""
    return TITLES.get(predicate_type, "statement of another kind")
