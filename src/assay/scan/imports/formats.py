"""The formats of reports that can be imported, and which of them a file is in.

A format is told by what is in the file, not by its name. What looks like none of them is refused
with the list: a report that nobody understood must not read as empty. An empty file is one only of
a tool that writes a line for each result, and only where that tool is named.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.scan.imports.claim import Told
from assay.scan.imports.codetools import read_bandit, read_gosec, read_semgrep, read_sonarqube
from assay.scan.imports.componenttools import read_grype, read_trivy
from assay.scan.imports.configtools import read_checkov, read_hadolint, read_kics, read_tfsec
from assay.scan.imports.dynamictools import read_nuclei, read_zap
from assay.scan.imports.govulncheck import read_govulncheck
from assay.scan.imports.linttools import read_brakeman, read_eslint
from assay.scan.imports.sarif import read_sarif
from assay.scan.imports.secrettools import (
    read_detect_secrets,
    read_gitleaks,
    read_noseyparker,
    read_trufflehog,
)

MAX_REPORT_BYTES: Final = 256 * 2**20  # above any report that we have seen; bounds memory
_BY_LINES: Final = frozenset({"trufflehog", "noseyparker", "nuclei"})  # of nothing, no line
_BOM: Final = b"\xef\xbb\xbf"
Reader = Callable[[JsonValue], tuple[Told, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: `told_by` are the members that its object, or each item of its list, has.

    One of the groups is enough. `about` says how its tool writes it.
    """

    name: str
    about: str
    told_by: tuple[frozenset[str], ...]
    listed: bool  # a list, or lines, of such objects
    read: Reader


def _listed(name: str, about: str, read: Reader, *told_by: str) -> Format:
    return replace(_format(name, about, read, *told_by), listed=True)


def _format(name: str, about: str, read: Reader, *told_by: str) -> Format:
    groups = tuple(frozenset(group.split()) for group in told_by)
    return Format(name=name, about=about, told_by=groups, listed=False, read=read)


# The first that fits is taken: those that are told by less come later.
_CHECKOV: Final = ("check_type results", "passed failed checkov_version")
FORMATS: Final[tuple[Format, ...]] = (
    _format("sarif", "any tool's SARIF 2.1.0", read_sarif, "version runs"),
    _format("bandit", "bandit -f json", read_bandit, "errors metrics results"),
    _format(
        "detect-secrets", "a .secrets.baseline", read_detect_secrets, "results plugins_used version"
    ),
    _format("semgrep", "semgrep --json, opengrep --json", read_semgrep, "results errors"),
    _format("gosec", "gosec -fmt json", read_gosec, "Issues Stats"),
    _format(
        "sonarqube",
        "SonarQube's API (issues, hotspots), sonar-report",
        read_sonarqube,
        "issues",
        "hotspots paging",
    ),
    _format("checkov", "checkov -o json", read_checkov, *_CHECKOV),
    _listed("checkov-list", "checkov -o json of several frameworks", read_checkov, *_CHECKOV),
    _listed("hadolint", "hadolint -f json", read_hadolint, "code file level line message"),
    _format("brakeman", "brakeman -f json", read_brakeman, "scan_info warnings"),
    _listed("eslint", "eslint --format json", read_eslint, "filePath messages"),
    _format(
        "trivy", "trivy --format json", read_trivy, "SchemaVersion ArtifactName", "ClusterName"
    ),
    _listed("trivy-list", "trivy --format json before 0.20", read_trivy, "Target Type"),
    _format("grype", "grype -o json", read_grype, "matches"),
    _format("zap", "ZAP's traditional JSON report", read_zap, "@version site"),
    _listed("nuclei", "nuclei -jsonl", read_nuclei, "template-id info", "templateID info"),
    _format("tfsec", "tfsec -f json", read_tfsec, "results"),
    _format(
        "kics",
        "kics scan --report-formats json",
        read_kics,
        "queries files_scanned",
        "queries total_counter",
    ),
    _listed(
        "gitleaks",
        "gitleaks --report-format json",
        read_gitleaks,
        "RuleID File",
        "rule offender file",
        "rule file line",
    ),
    _listed(
        "trufflehog",
        "trufflehog --json",
        read_trufflehog,
        "SourceMetadata DetectorName",
        "stringsFound reason path",
    ),
    _listed(
        "noseyparker",
        "noseyparker report --format json, jsonl",
        read_noseyparker,
        "rule_name matches",
    ),
    _listed(
        "govulncheck",
        "govulncheck -format json",
        read_govulncheck,
        "config",
        "progress",
        "SBOM",
        "osv",
        "finding",
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
    document = _parse(data) if data.strip() or tool not in _BY_LINES else JsonValue([])
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
    """Read one JSON value; or objects, each in its line or indented, as a list."""
    data = data.removeprefix(_BOM)
    try:
        return JsonValue(parse_json(data, max_bytes=MAX_REPORT_BYTES))
    except MalformedError:
        if len(parts := _objects(data)) > 1:
            return JsonValue([parse_json(part, max_bytes=MAX_REPORT_BYTES) for part in parts])
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines):
            raise
        return JsonValue([parse_json(line, max_bytes=MAX_REPORT_BYTES) for line in lines])


def _objects(data: bytes) -> list[bytes]:
    """Return the objects in a stream of indented ones: no text in JSON holds an end of line."""
    parts = data.replace(b"\r\n", b"\n").split(b"\n}\n{")
    return [
        (b"{" if number else b"") + part + (b"\n}" if number < len(parts) - 1 else b"")
        for number, part in enumerate(parts)
    ]


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
