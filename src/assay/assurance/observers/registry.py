"""Every observer, by the kind of evidence that it looks for, and the one way to run them all.

A kind of evidence that is not in this table is one that nothing here can see; the status says so.
To add one: a function beside the others, a line in the table, a test for each answer that it gives.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assay.assurance.evidence import Observation
from assay.assurance.observers import components, decisions, forges, reviews, scans, source
from assay.assurance.observers.saying import Sight
from assay.assurance.record import COLLECTORS, Kind, Record
from assay.core.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """A pure function from a record to what it shows, and the kinds of statement it reads."""

    observe: Callable[[Record], tuple[Sight, ...]]
    reads: frozenset[Kind]


def _reads(observe: Callable[[Record], tuple[Sight, ...]], *kinds: Kind) -> Observer:
    return Observer(observe=observe, reads=frozenset(kinds))


OBSERVERS: Final[Mapping[str, Observer]] = MappingProxyType(
    {
        "role_matrix_vs_real_permissions": _reads(
            source.role_matrix_vs_real_permissions, Kind.SOURCE
        ),
        "tool_pin_and_provenance": _reads(scans.tool_pin_and_provenance, Kind.WORKFLOWS),
        "pipeline_config_in_vcs": _reads(source.pipeline_config_in_vcs, Kind.SOURCE),
        "evidence_emission_coverage": _reads(
            decisions.evidence_emission_coverage, *COLLECTORS.values()
        ),
        "evidence_log_integrity": _reads(decisions.evidence_log_integrity, Kind.LOG_CHECK),
        "criteria_as_policy": _reads(decisions.criteria_as_policy, Kind.VERDICT),
        "gate_decision_log": _reads(decisions.gate_decision_log, Kind.VERDICT),
        "collector_freshness": _reads(decisions.collector_freshness, *COLLECTORS.values()),
        "record_tamper_evidence": _reads(decisions.record_tamper_evidence, Kind.LOG_CHECK),
        "secret_hygiene_state": _reads(scans.secret_hygiene_state, Kind.SECRETS),
        "commit_signature_verification": _reads(source.commit_signature_verification, Kind.SOURCE),
        "ref_protection_state_and_continuity": _reads(
            forges.ref_protection_state_and_continuity, Kind.FORGE
        ),
        "review_coverage_from_signed_history": _reads(
            reviews.review_coverage_from_signed_history, Kind.REVIEWS
        ),
        "sbom_present_and_bound": _reads(components.sbom_present_and_bound, Kind.SBOM),
        "lock_and_source_pinning": _reads(components.lock_and_source_pinning, Kind.SBOM),
        "vulnerability_match_current": _reads(
            components.vulnerability_match_current, Kind.VULNERABILITIES
        ),
        "lint_sast_result_on_commit": _reads(scans.lint_sast_result_on_commit, Kind.CODE),
        "static_analysis_run_binding": _reads(
            scans.static_analysis_run_binding, Kind.CODE, Kind.SOURCE
        ),
        "advisory_monitoring_timestamps": _reads(
            components.advisory_monitoring_timestamps, Kind.VULNERABILITIES
        ),
        "inbound_report_channel_probe": _reads(source.inbound_report_channel_probe, Kind.SOURCE),
        "supported_release_reanalysis": _reads(
            decisions.supported_release_reanalysis,
            Kind.SECRETS,
            Kind.CODE,
            Kind.WORKFLOWS,
            Kind.VULNERABILITIES,
        ),
        "disclosure_policy_published": _reads(source.disclosure_policy_published, Kind.SOURCE),
        "vulnerability_record_completeness": _reads(
            components.vulnerability_record_completeness, Kind.VULNERABILITIES
        ),
    }
)


def observe(record: Record) -> tuple[Observation, ...]:
    """Return what `record` shows of every kind of evidence that an observer looks for."""
    return tuple(
        observation
        for evidence_type, observer in OBSERVERS.items()
        for observation in _observations(evidence_type, observer, record)
    )


def _observations(evidence_type: str, observer: Observer, record: Record) -> Iterator[Observation]:
    """Yield what the observer saw, and what it could not read; never nothing."""
    sights = observer.observe(record)
    unread = [item for item in record.unread if item.kinds & observer.reads]
    for sight in sights:
        yield Observation(
            evidence_type=evidence_type,
            verdict=sight.answer.verdict,
            reason=sight.answer.reason,
            statements=sight.statements,
            observed_at=sight.observed_at,
            partial=sight.answer.partial,
        )
    for item in unread:
        yield Observation(
            evidence_type=evidence_type,
            verdict=Verdict.UNKNOWN,
            reason=f"a statement could not be read: {item.why}",
            statements=(item.statement,),
        )
    if not sights and not unread:
        wanted = " or ".join(kind.value for kind in Kind if kind in observer.reads)
        yield Observation(
            evidence_type=evidence_type,
            verdict=Verdict.UNKNOWN,
            reason=f"no statement about this commit: {wanted}",
        )
