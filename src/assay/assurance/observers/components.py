"""What the SBOM of the commit and its match with advisories show."""

from datetime import datetime, timedelta
from typing import Final

from assay.assurance.observers.saying import (
    Answer,
    Sight,
    counted,
    each,
    failed,
    in_part,
    left_open,
    listed,
    unknown,
)
from assay.assurance.record import Record
from assay.core.clock import format_time, parse_time
from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.findings.scanreport import ScanReport
from assay.sbom.component import Inventory

FEED_MAX_AGE: Final = timedelta(days=1)  # the catalogue: a feed older than a day ends the evidence


def sbom_present_and_bound(record: Record) -> tuple[Sight, ...]:
    """PS.3.2: the SBOM of a commit is not yet that of an artifact."""
    return each(record.inventories, _judge_sbom)


def lock_and_source_pinning(record: Record) -> tuple[Sight, ...]:
    """PW.4.1: one manifest without a lock, or one component without a digest, is a no."""
    return each(record.inventories, _judge_pinning)


def vulnerability_match_current(record: Record) -> tuple[Sight, ...]:
    """PW.4.4: a known vulnerability without a VEX status is a no, an old feed is no answer."""
    return each(record.reports_of("vulnerabilities"), _judge_match)


def advisory_monitoring_timestamps(record: Record) -> tuple[Sight, ...]:
    """RV.1.1: one point of the line that the catalogue asks for."""
    return each(record.reports_of("vulnerabilities"), _judge_monitoring)


def vulnerability_record_completeness(record: Record) -> tuple[Sight, ...]:
    """RV.2.1: what the matching knows of each vulnerability, and what people have yet to add."""
    return each(record.reports_of("vulnerabilities"), _judge_records)


def _judge_sbom(inventory: Inventory) -> Answer:
    if not inventory.components:
        return unknown("the SBOM of this commit lists no component")
    return in_part(
        f"a signed SBOM of {_components(inventory)}, bound to this commit",
        not_seen=listed(left_open(inventory.not_checked), "the artifact of a release"),
    )


def _judge_pinning(inventory: Inventory) -> Answer:
    if inventory.unlocked:
        first = printable(inventory.unlocked[0], limit=120)
        return failed(
            f"{counted(len(inventory.unlocked), 'manifest')} without a lock, first: {first}"
        )
    if inventory.unpinned:
        first = printable(inventory.unpinned[0], limit=120)
        return failed(
            f"{counted(len(inventory.unpinned), 'requirement')} not pinned, first: {first}"
        )
    if not inventory.components:
        return unknown("no dependency of this commit is known, so there is nothing to see")
    bare = sum(not component.hashes for component in inventory.components)
    digests = f"a digest of {counted(bare, 'component')}" if bare else ""
    return in_part(
        f"{_components(inventory)} locked",
        not_seen=listed(left_open(inventory.not_checked), digests, "which sources are allowed"),
    )


def _judge_match(report: ScanReport) -> Answer:
    if report.findings:
        first = min(report.findings, key=lambda f: (f.severity.rank, f.identity))
        named = f"{printable(first.title, limit=100)} in {printable(first.locations[0].path)}"
        many = counted(len(report.findings), "vulnerability", "vulnerabilities")
        return failed(f"{many} known and without a VEX status, first: {named}")
    fetched = _oldest_feed(report)
    if fetched is None:
        return unknown("no advisory data with a date of import, so nothing was matched")
    if report.observed_at - fetched >= FEED_MAX_AGE:
        return unknown(
            f"the advisories were fetched on {format_time(fetched)}, "
            f"a day or more before the match of {format_time(report.observed_at)}"
        )
    return in_part(
        f"no known vulnerability in {_matched(report)}, advisories of {format_time(fetched)}",
        not_seen=listed(left_open(report.not_checked), "the SBOM of every supported release"),
    )


def _judge_monitoring(report: ScanReport) -> Answer:
    fetched = _oldest_feed(report)
    if fetched is None:
        return unknown("no advisory data with a date of import")
    return in_part(
        f"advisories fetched on {format_time(fetched)}, matched on "
        f"{format_time(report.observed_at)}",
        not_seen=listed(
            left_open(report.not_checked),
            "that no fetch was left out before",
            "the time from publication to detection",
            "the other supported releases",
        ),
    )


def _judge_records(report: ScanReport) -> Answer:
    if not report.findings:
        return unknown("no vulnerability is on record for this commit, so there is nothing to see")
    many = counted(len(report.findings), "vulnerability", "vulnerabilities")
    return in_part(
        f"id, affected component and severity of {many}",
        not_seen="exploitability, exposure, VEX status, owner of the decision",
    )


def _oldest_feed(report: ScanReport) -> datetime | None:
    """Return when the oldest of the feeds was fetched, None where one of them does not say."""
    imported = [text for name, text in report.inputs.items() if name.endswith("/importedAt")]
    try:
        return min((parse_time(text) for text in imported), default=None)
    except MalformedError:
        return None


def _components(inventory: Inventory) -> str:
    return counted(len(inventory.components), "component")


def _matched(report: ScanReport) -> str:
    return counted(report.examined.get("components", 0), "component")
