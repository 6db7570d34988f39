"""Reports about configuration in the tools' own formats: checkov, hadolint, tfsec and KICS."""

from collections.abc import Iterator
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind, Severity
from assay.findings.observation import traits_of
from assay.scan.imports.claim import (
    Claim,
    Spot,
    Told,
    gap,
    line_of,
    object_of,
    severity_of,
    texts_of,
    weaknesses_in,
)

_DOCUMENTED: Final = "https://github.com/hadolint/hadolint/wiki/"


def read_checkov(document: JsonValue) -> tuple[Told, ...]:
    """Read what `checkov -o json` writes: one object, or a list with one for each framework."""
    parts = document.items() if isinstance(document.value, list) else (document,)
    return tuple(_checkov_part(part) for part in parts)


def _checkov_part(part: JsonValue) -> Told:
    results, summary = object_of(part, "results"), object_of(part, "summary")
    summary = summary if summary.members() else part  # of nothing it writes the counts alone
    framework = part.optional_text("check_type")
    failed, skipped = (results.optional_items(f"{name}_checks") for name in ("failed", "skipped"))
    return Told(
        tool="checkov",
        version=summary.optional_text("checkov_version"),
        results=len(failed) + len(skipped) + len(results.optional_items("passed_checks")),
        claims=(
            *(_checkov(item, framework, "") for item in failed),
            *(_checkov(item, framework, _skipped(item)) for item in skipped),
        ),
        suppressed=len(skipped),
        not_checked=(
            *(
                gap("file", printable(path), "checkov cannot read it", "correct the file")
                for path in texts_of(results.optional("parsing_errors"))
            ),
            *_hidden(results, summary),
        ),
    )


def _hidden(results: JsonValue, summary: JsonValue) -> Iterator[NotChecked]:
    """Yield what is counted and not listed: `--quiet` takes it out of the report."""
    counts = {"skipped": "skipped_checks", "parsing_errors": "parsing_errors"}
    for counted, listed in counts.items():
        missing = line_of(summary.optional(counted)) - len(results.optional_items(listed))
        if missing > 0:
            yield gap(
                "scan",
                "the imported report",
                f"it counts more {listed.replace('_', ' ')} than it lists: {missing}",
                "run checkov without --quiet",
            )


def _skipped(item: JsonValue) -> str:
    why = object_of(item, "check_result").optional_text("suppress_comment")
    return "suppressed in the source: checkov:skip" + (f": {why}" if why else "")


def _checkov(item: JsonValue, framework: str, note: str) -> Claim:
    rated = item.optional_text("severity")
    lines = item.optional_items("file_line_range")
    name = item.field("check_name").text()
    resource = item.optional_text("resource")
    secret = framework == "secrets"
    paths = (item.optional_text(name) for name in ("repo_file_path", "file_path", "file_abs_path"))
    return Claim(
        kind=Kind.SECRET if secret else Kind.MISCONFIGURATION,
        rule=item.field("check_id").text(),
        title=name,
        message=f"{name}: {resource}" if resource and not secret else name,
        severity=severity_of(rated) if rated else Severity.MEDIUM,  # the free edition says none
        rated=rated,
        references=texts_of(item.optional("guideline")),
        remedy=f"Read {url}" if (url := item.optional_text("guideline")) else "",
        note=note,
        traits=() if secret else traits_of({"resource": _resource(resource, framework)}),
        spot=Spot(
            paths=tuple(path.lstrip("/") for path in paths if path),
            line=line_of(lines[0]) if lines else 0,
            end_line=line_of(lines[1]) if len(lines) > 1 else 0,
        ),
    )


def _resource(name: str, framework: str) -> str:
    """Return what a check is about, empty where that is one instruction: its place tells more.

    Of a Dockerfile checkov names the path and the instruction, all those of a kind alike.
    """
    return "" if framework == "dockerfile" and not name.endswith(".") else name


def read_hadolint(document: JsonValue) -> tuple[Told, ...]:
    """Read what `hadolint -f json` writes."""
    items = document.items()
    return (
        Told(
            tool="hadolint",
            results=len(items),
            claims=tuple(_hadolint(item) for item in items if not _is_unparsed(item)),
            not_checked=tuple(
                gap(
                    "file",
                    printable(item.field("file").text()),
                    f"hadolint cannot read it: {printable(item.field('message').text())}",
                    "correct the file",
                )
                for item in items
                if _is_unparsed(item)
            ),
        ),
    )


def _is_unparsed(item: JsonValue) -> bool:
    return item.field("code").text() == "DL1000"


def _hadolint(item: JsonValue) -> Claim:
    code, rated = item.field("code").text(), item.field("level").text()
    url = f"https://www.shellcheck.net/wiki/{code}" if code.startswith("SC") else _DOCUMENTED + code
    return Claim(
        kind=Kind.MISCONFIGURATION,
        rule=code,
        title=item.field("message").text(),
        message=item.field("message").text(),
        severity=severity_of(rated),
        rated=rated,
        references=(url,),
        remedy=item.field("message").text(),
        spot=Spot(
            paths=(item.field("file").text(),),
            line=line_of(item.optional("line")),
            column=line_of(item.optional("column")),
        ),
    )


def read_tfsec(document: JsonValue) -> tuple[Told, ...]:
    """Read what `tfsec -f json` writes."""
    items = document.optional_items("results")
    failed = [item for item in items if item.optional_text("status") not in {"passed", "ignored"}]
    return (Told(tool="tfsec", results=len(items), claims=tuple(map(_tfsec, failed))),)


def _tfsec(item: JsonValue) -> Claim:
    rated, place = item.optional_text("severity"), object_of(item, "location")
    return Claim(
        kind=Kind.MISCONFIGURATION,
        rule=item.optional_text("long_id") or item.field("rule_id").text(),
        title=item.optional_text("rule_description") or item.field("rule_id").text(),
        message=item.optional_text("rule_description") or item.optional_text("description"),
        severity=severity_of(rated),
        rated=rated,
        remedy=item.optional_text("resolution"),
        references=texts_of(item.optional("links")),
        spot=Spot(
            paths=(place.optional_text("filename"),),
            line=line_of(place.optional("start_line")),
            end_line=line_of(place.optional("end_line")),
        ),
    )


def read_kics(document: JsonValue) -> tuple[Told, ...]:
    """Read what `kics scan --report-formats json` writes."""
    queries = document.optional_items("queries")
    claims = tuple(
        _kics(query, item) for query in queries for item in query.optional_items("files")
    )
    failed = {
        name: line_of(document.optional(name))
        for name in ("files_failed_to_scan", "queries_failed_to_execute")
    }
    return (
        Told(
            tool="kics",
            version=document.optional_text("kics_version"),
            results=len(claims),
            claims=claims,
            observed_at=document.optional_text("end"),
            not_checked=tuple(
                gap(
                    "scan",
                    "the imported report",
                    f"{name.replace('_', ' ')}: {count}",
                    "run it again",
                )
                for name, count in failed.items()
                if count
            ),
        ),
    )


def _kics(query: JsonValue, item: JsonValue) -> Claim:
    rated, name = query.field("severity").text(), query.field("query_name").text()
    expected = item.optional_text("expected_value")
    return Claim(
        kind=Kind.MISCONFIGURATION,
        rule=query.optional_text("query_id") or name,
        title=name,
        message=item.optional_text("actual_value") or query.optional_text("description") or name,
        severity=severity_of(rated),
        rated=rated,
        weaknesses=weaknesses_in(f"CWE-{name}" for name in texts_of(query.optional("cwe"))),
        remedy=f"It should be so: {expected}" if expected else "",
        references=texts_of(query.optional("query_url")),
        traits=traits_of({"resource": item.optional_text("search_key")}),
        spot=Spot(
            paths=(item.field("file_name").text(),),
            line=line_of(item.optional("line")),
        ),
    )
