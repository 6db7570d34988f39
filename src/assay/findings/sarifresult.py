"""One finding as a SARIF result (section 3.27), with its fixes and what was accepted of it.

What SARIF has no member for (every tool's own report, the severity as we hold it) is in the bag
under `assayFinding`; `assay.findings.sarifread` reads it back.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from assay.core.clock import format_time
from assay.findings.finding import Finding, Location, Severity
from assay.findings.fixes.edit import Edit, Fix
from assay.findings.sarifrules import SCORES, taxon_reference, weakness_numbers
from assay.findings.sariftext import artifact, plain
from assay.findings.waiver import SetAside

MAX_LOCATIONS: Final = 100  # of a result: GitHub keeps 1,000, and nobody reads a hundred
FINGERPRINT: Final = "assayFindingId/v1"
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.UNKNOWN: "error",  # nobody said, so it counts as the worst
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}


def render_result(
    finding: Finding, *, rule_index: int, taxa: Mapping[int, int], waiver: SetAside | None
) -> dict[str, object]:
    """Return the result; `taxa` leads from the number of a CWE to its place in the taxonomy."""
    places = sorted(set(finding.locations))
    named = [number for number in weakness_numbers(finding.references) if number in taxa]
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": plain(" ".join(_parts(finding, places)))},
        "locations": [_location(place) for place in places[:MAX_LOCATIONS]],
        "partialFingerprints": {
            FINGERPRINT: finding.identity,
            "primaryLocationLineHash": finding.identity,
        },
        "properties": {
            "severity": finding.severity.value,
            "security-severity": SCORES[finding.severity],
            **({"reach": finding.reach.level.word} if finding.reach is not None else {}),
            **_bag(finding),
        },
    }
    if named:
        result["taxa"] = [taxon_reference(number, taxa[number]) for number in named]
    if finding.fixes:
        result["fixes"] = [_fix(fix) for fix in finding.fixes]
    if waiver is not None:
        result["suppressions"] = [_suppression(waiver)]
    return result


def _parts(finding: Finding, places: list[Location]) -> list[str]:
    more = len(places) - MAX_LOCATIONS
    notes = {place.note: None for place in places if place.note}
    parts = [finding.message, finding.remedy, *(f"Note: {note}." for note in notes)]
    if more > 0:
        parts.append(f"It is in {more} more places.")
    return parts


def _bag(finding: Finding) -> dict[str, object]:
    """Return the finding as we hold it, nothing where that is no text for a viewer.

    A path that is no UTF-8, a message with control characters or links: who wants it as it is has
    the evidence.
    """
    value = finding.as_json()
    texts = (text.replace("\n", " ").strip() for text in _texts(value))  # of a fix, several lines
    if not all(plain(text) == text for text in texts):
        return {}
    return {"assayFinding": value}


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _location(place: Location) -> dict[str, object]:
    """Return where it is; a finding about a whole file stands in line 1, as GitHub wants a line."""
    located: dict[str, object] = {
        "physicalLocation": {"artifactLocation": artifact(place.path), "region": _region(place)}
    }
    if place.commit:
        located["message"] = {"text": f"since commit {plain(place.commit)}"}
    return located


def _region(place: Location) -> dict[str, int]:
    """Return the region (section 3.30): what is not known of it is left out, never 0."""
    region = {"startLine": max(place.line, 1)}
    if place.line > 0 and place.column > 0:
        region["startColumn"] = place.column
    if 0 < place.line <= place.end_line:
        region["endLine"] = place.end_line
        if place.end_column > 0:
            region["endColumn"] = place.end_column
    return region


def _fix(fix: Fix) -> dict[str, object]:
    """Return the `fix` (section 3.55): the replacements of each file together."""
    paths = dict.fromkeys(edit.path for edit in fix.edits)
    return {
        "description": {"text": plain(fix.description)},
        "artifactChanges": [
            {
                "artifactLocation": artifact(path),
                "replacements": [_replacement(edit) for edit in fix.edits if edit.path == path],
            }
            for path in paths
        ],
    }


def _replacement(edit: Edit) -> dict[str, object]:
    replacement: dict[str, object] = {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        }
    }
    if edit.text:
        replacement["insertedContent"] = {"text": edit.text}
    return replacement


def _suppression(waiver: SetAside) -> dict[str, object]:
    """Return the `suppression` (section 3.35); a comment in the source is none (decision 4)."""
    return {
        "kind": "external",
        "status": "accepted",
        "justification": plain(f"{waiver.reason} (until {format_time(waiver.expires)})"),
        "properties": {
            "expires": format_time(waiver.expires),
            "acceptedBy": [plain(name) for name in waiver.accepted_by],
        },
    }
