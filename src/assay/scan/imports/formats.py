"""The formats of reports that can be imported, and which of them a file is in.

A format is told by what is in the file, not by its name. What looks like none of them, or like
several, is refused with the list: a report that nobody understood must not read as empty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.scan.imports.claim import Told
from assay.scan.imports.codetools import read_bandit, read_gosec, read_semgrep, read_sonarqube
from assay.scan.imports.configtools import read_checkov, read_hadolint, read_kics, read_tfsec
from assay.scan.imports.sarif import read_sarif
from assay.scan.imports.secrettools import read_gitleaks, read_noseyparker, read_trufflehog

MAX_REPORT_BYTES: Final = 256 * 2**20  # above any report that we have seen; bounds memory
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: `told_by` are the members that its object, or each item of its list, has.

    One of the groups is enough. `about` says how its tool writes it.
    """

    name: str
    about: str
    told_by: tuple[frozenset[str], ...]
    listed: bool  # a list, or lines, of such objects
    read: Callable[[JsonValue], tuple[Told, ...]]


def _any(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split()) for group in groups)


FORMATS: Final[tuple[Format, ...]] = (
    Format(
        name="sarif",
        about="any tool's SARIF 2.1.0",
        told_by=_any("version runs"),
        listed=False,
        read=read_sarif,
    ),
    Format(
        name="bandit",
        about="bandit -f json",
        told_by=_any("errors metrics results"),
        listed=False,
        read=read_bandit,
    ),
    Format(
        name="semgrep",
        about="semgrep --json, opengrep --json",
        told_by=_any("results errors paths", "results errors version", "results errors"),
        listed=False,
        read=read_semgrep,
    ),
    Format(
        name="gosec",
        about="gosec -fmt json",
        told_by=_any("Issues Stats"),
        listed=False,
        read=read_gosec,
    ),
    Format(
        name="sonarqube",
        about="SonarQube's API (issues, hotspots), sonar-report",
        told_by=_any("issues", "hotspots paging"),
        listed=False,
        read=read_sonarqube,
    ),
    Format(
        name="checkov",
        about="checkov -o json",
        told_by=_any("check_type results", "passed failed checkov_version"),
        listed=False,
        read=read_checkov,
    ),
    Format(
        name="checkov-list",
        about="checkov -o json of several frameworks",
        told_by=_any("check_type results", "passed failed checkov_version"),
        listed=True,
        read=read_checkov,
    ),
    Format(
        name="hadolint",
        about="hadolint -f json",
        told_by=_any("code file level line message"),
        listed=True,
        read=read_hadolint,
    ),
    Format(
        name="tfsec",
        about="tfsec -f json",
        told_by=_any("results"),
        listed=False,
        read=read_tfsec,
    ),
    Format(
        name="kics",
        about="kics scan --report-formats json",
        told_by=_any("queries files_scanned", "queries total_counter"),
        listed=False,
        read=read_kics,
    ),
    Format(
        name="gitleaks",
        about="gitleaks --report-format json",
        told_by=_any("RuleID File", "rule offender file", "rule file line"),
        listed=True,
        read=read_gitleaks,
    ),
    Format(
        name="trufflehog",
        about="trufflehog --json",
        told_by=_any("SourceMetadata DetectorName", "stringsFound reason path"),
        listed=True,
        read=read_trufflehog,
    ),
    Format(
        name="noseyparker",
        about="noseyparker report --format json, jsonl",
        told_by=_any("rule_name matches"),
        listed=True,
        read=read_noseyparker,
    ),
)
NAMES: Final = tuple(dict.fromkeys(entry.name.removesuffix("-list") for entry in FORMATS))


def parse_foreign_report(data: bytes, *, tool: str) -> tuple[Told, ...]:
    """Return what each run in a report tells. `tool` is a name of `FORMATS`, or empty: it is told.

    Raises:
        MalformedError: Not JSON, of no known format, or not what its format says.
        UsageError: No such format.
    """
    if tool and tool not in NAMES:
        raise UsageError(f"no format {tool!r}", hint=f"one of {', '.join(NAMES)}")
    document = _parse(data)
    fitting = [entry for entry in FORMATS if _is_named(entry, tool) and _fits(entry, document)]
    if not fitting or (document.value == [] and not tool):
        raise MalformedError(
            f"no report of {tool}" if tool else "no report in a format that is known",
            hint=f"it can be of {', '.join(NAMES)}; an empty list or file tells nothing: "
            "name the tool with --tool",
        )
    listed = fitting[0].listed and isinstance(document.value, dict)  # one line of lines
    return fitting[0].read(JsonValue([document.value]) if listed else document)


def _parse(data: bytes) -> JsonValue:
    """Read one JSON value, or lines of JSON objects as a list."""
    data = data.removeprefix(_BOM)
    try:
        return JsonValue(parse_json(data, max_bytes=MAX_REPORT_BYTES))
    except MalformedError:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines):
            raise
        return JsonValue([parse_json(line, max_bytes=MAX_REPORT_BYTES) for line in lines])


def _is_named(entry: Format, tool: str) -> bool:
    return not tool or entry.name.removesuffix("-list") == tool


def _fits(entry: Format, document: JsonValue) -> bool:
    """Tell whether a document has the members; an empty list fits where the tool is named."""
    value = document.value
    if entry.listed and isinstance(value, dict):
        value = [value]  # one line of lines
    if entry.listed:
        return isinstance(value, list) and all(_has(entry, item) for item in value[:8])
    return _has(entry, value)


def _has(entry: Format, value: object) -> bool:
    return isinstance(value, dict) and any(group <= value.keys() for group in entry.told_by)
