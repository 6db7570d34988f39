"""All readers of the code base, and those that need no target of their own, with the reason."""

from typing import Final

from fuzz.target import Target
from fuzz.targets import (
    advisories,
    commits,
    core,
    facts,
    findings,
    forges,
    independent,
    inventories,
    judgement,
    kernel,
    keys,
    reach,
    remedy,
    sboms,
    scans,
    sigstore,
    vexes,
    vexinforce,
    vulns,
)

# Functions named like readers that are left out: each is reached through another, or reads nothing
# that comes from outside.
_INSIDE_SOURCE: Final = "a part of what assay.source.predicate:parse_source_facts reads"
_INSIDE_LOOK: Final = "a part of what assay.source.forge.predicate:parse_forge_state reads"
_INSIDE_ACCOUNT: Final = "a part of what assay.source.forge.account:parse_forge_account reads"
_INSIDE_MODULE: Final = "read through assay.vuln.reach.pymodule:parse_module"
_INSIDE_FINDING: Final = "a part of what assay.findings.finding:parse_finding reads"
_INSIDE_SBOM: Final = "a part of what assay.sbom.formats.reader:parse_sbom reads"
_INSIDE_VEX: Final = "a part of what assay.vuln.vexformats:parse_vex reads"
_INSIDE_VERDICT: Final = "a part of what assay.gates.vsa:parse_vsa reads"
EXCUSED: Final[dict[str, str]] = {
    "assay.sbom.formats.cyclonedxread:read_inventory": (
        "all that assay.sbom.cyclonedx:parse_inventory leaves to others"
    ),
    "assay.sbom.formats.annotations:parse_comments": _INSIDE_SBOM,
    "assay.sbom.formats.properties:read_document_properties": _INSIDE_SBOM,
    "assay.sbom.formats.properties:read_inventory_properties": _INSIDE_SBOM,
    "assay.sbom.formats.cyclonedxread:read_with_references": _INSIDE_VEX,
    "assay.sbom.hashes:parse_spdx_hash": _INSIDE_SBOM,
    "assay.vuln.vex.openvexparts:read_products": _INSIDE_VEX,
    "assay.vuln.vex.openvexparts:read_vulnerability": _INSIDE_VEX,
    "assay.vuln.vex.words:parse_raw_justification": _INSIDE_VEX,
    "assay.vuln.vex.words:parse_raw_status": _INSIDE_VEX,
    "assay.source.content:parse_content": _INSIDE_SOURCE,
    "assay.source.documents:parse_document": _INSIDE_SOURCE,
    "assay.source.elsewhere:parse_submodule": _INSIDE_SOURCE,
    "assay.source.history:parse_history": _INSIDE_SOURCE,
    "assay.source.signature:parse_head_signature": _INSIDE_SOURCE,
    "assay.source.forge.approvals:parse_approvals": _INSIDE_ACCOUNT,
    "assay.source.forge.predicate:parse_forge_repository": _INSIDE_LOOK,
    "assay.source.forge.predicate:parse_member": _INSIDE_LOOK,
    "assay.source.forge.predicate:parse_ref_rules": _INSIDE_LOOK,
    "assay.source.forge.predicate:parse_request": _INSIDE_LOOK,
    "assay.source.forge.continuity:parse_since": _INSIDE_ACCOUNT,
    "assay.source.forge.continuity:parse_weakening": _INSIDE_ACCOUNT,
    "assay.source.forge.permissions:parse_permission_change": _INSIDE_ACCOUNT,
    "assay.findings.fixes.edit:parse_fix": _INSIDE_FINDING,
    "assay.findings.observation:parse_location": _INSIDE_FINDING,
    "assay.findings.reach:parse_reach": _INSIDE_FINDING,
    "assay.vuln.reach.pysource:parse_tree": _INSIDE_MODULE,
    "assay.vuln.reach.pysource:read_notebook": _INSIDE_MODULE,
    "assay.core.reliance:parse_reliance": _INSIDE_VERDICT,
    "assay.gates.withdrawal:parse_withdrawal": _INSIDE_VERDICT,
    "assay.operations.standing:read_verdict": (
        "verifies, and leaves reading to assay.gates.vsa:parse_verdict"
    ),
    "assay.evidence.index.page:parse_leaf": (
        "cuts 72 bytes that assay.evidence.index.proof:verify_index_path has checked"
    ),
    "assay.operations.verifierkeys:read_witness_keys": (
        "counts them, and leaves each to assay.signing.notekey:parse_witness_key"
    ),
    "assay.system.http:read_body": "bounds bytes; whoever asked for them parses them",
    "assay.operations.verifierkeys:read_log_key": (
        "says more about what assay.signing.notekey:parse_note_key refuses"
    ),
    "assay.operations.verifierkeys:read_witness_key": (
        "says more about what assay.signing.notekey:parse_witness_key refuses"
    ),
    "assay.vuln.context:parse_context": (
        "a part of what assay.operations.configuration:parse_configuration reads"
    ),
    "assay.signing.principaljson:parse_principal": (
        "a part of what assay.signing.trust:parse_trust_root reads"
    ),
    "assay.signing.principaljson:parse_revocation": (
        "a part of what assay.signing.trust:parse_trust_root reads"
    ),
}


def all_targets() -> tuple[Target, ...]:
    """Return all readers with their examples."""
    return (
        *core.TARGETS,
        *commits.TARGETS,
        *keys.TARGETS,
        *kernel.TARGETS,
        *sigstore.TARGETS,
        *independent.TARGETS,
        *facts.TARGETS,
        *findings.TARGETS,
        *forges.TARGETS,
        *inventories.TARGETS,
        *sboms.TARGETS,
        *scans.TARGETS,
        *judgement.TARGETS,
        *vulns.TARGETS,
        *advisories.TARGETS,
        *vexes.TARGETS,
        *vexinforce.TARGETS,
        *remedy.TARGETS,
        *reach.TARGETS,
    )
