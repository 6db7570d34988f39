"""Reports about code in the tools' own formats: bandit, semgrep, gosec and SonarQube."""

from collections.abc import Iterator
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind
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
from assay.scan.scanner import SUPPRESSED

_WITHHELD: Final = "requires login"  # in the place of the lines, by semgrep since 1.100
_MORE: Final = "fetch all pages of the answer"


def read_bandit(document: JsonValue) -> tuple[Told, ...]:
    """Read what `bandit -f json` writes."""
    results = document.field("results").items()
    return (
        Told(
            tool="bandit",
            results=len(results),
            claims=tuple(map(_bandit, results)),
            observed_at=document.optional_text("generated_at"),
            not_checked=tuple(
                gap("file", printable(item.optional_text("filename")), why, "correct the file")
                for item in document.optional_items("errors")
                for why in (printable(item.optional_text("reason")),)
            ),
        ),
    )


def _bandit(item: JsonValue) -> Claim:
    rated = item.field("issue_severity").text()
    confidence = item.optional_text("issue_confidence").lower()
    number = object_of(item, "issue_cwe").optional("id")
    return Claim(
        kind=Kind.WEAKNESS,
        rule=item.field("test_id").text(),
        title=item.field("issue_text").text(),
        message=f"{item.field('issue_text').text()} ({confidence} confidence)",
        severity=severity_of(rated),
        rated=rated,
        weaknesses=(f"CWE-{number.integer()}",) if number else (),
        references=texts_of(item.optional("more_info")),
        spot=Spot(
            paths=(item.field("filename").text(),),
            line=line_of(item.optional("line_number")),
            text=item.optional_text("code"),
        ),
    )


def read_semgrep(document: JsonValue) -> tuple[Told, ...]:
    """Read what `semgrep --json` and `opengrep --json` write."""
    results = document.field("results").items()
    return (
        Told(
            tool="semgrep",
            version=document.optional_text("version"),
            results=len(results),
            claims=tuple(map(_semgrep, results)),
            suppressed=sum(_is_ignored(item) for item in results),
            not_checked=(
                *(_semgrep_error(item) for item in document.optional_items("errors")),
                *(
                    gap(
                        "file",
                        printable(item.field("path").text()),
                        f"semgrep skipped it: {printable(item.optional_text('reason'))}",
                        "look at it yourself, or raise the limit of the tool",
                    )
                    for item in object_of(document, "paths").optional_items("skipped")
                ),
            ),
        ),
    )


def _semgrep(item: JsonValue) -> Claim:
    extra = item.field("extra")
    metadata = object_of(extra, "metadata")
    rated = extra.optional_text("severity")
    name = item.field("check_id").text()
    fix = extra.optional_text("fix")
    return Claim(
        kind=Kind.WEAKNESS,
        rule=name,
        title=name.rpartition(".")[2].replace("-", " ").capitalize(),
        message=extra.optional_text("message"),
        severity=severity_of(rated),
        rated=rated,
        weaknesses=weaknesses_in(texts_of(metadata.optional("cwe"))),
        references=(
            *texts_of(metadata.optional("references")),
            *texts_of(metadata.optional("source")),
        ),
        remedy=f"Write instead: {fix}" if fix else "",
        note=f"{SUPPRESSED}: nosemgrep" if _is_ignored(item) else "",
        spot=Spot(
            paths=(item.field("path").text(),),
            line=line_of(object_of(item, "start").optional("line")),
            column=line_of(object_of(item, "start").optional("col")),
            end_line=line_of(object_of(item, "end").optional("line")),
            end_column=line_of(object_of(item, "end").optional("col")),
            text="" if (text := extra.optional_text("lines")) == _WITHHELD else text,
        ),
    )


def _is_ignored(item: JsonValue) -> bool:
    ignored = object_of(item, "extra").optional("is_ignored")
    return ignored is not None and ignored.boolean()


def _semgrep_error(item: JsonValue) -> NotChecked:
    text = item.optional_text("message") or item.optional_text("long_msg")
    kind = "".join(texts_of(item.optional("type"))[:1])
    return gap(
        "file",
        printable(item.optional_text("path") or "all files"),
        f"semgrep: {printable(text or kind or 'an error')}",
        "correct the file, or the rule",
    )


def read_gosec(document: JsonValue) -> tuple[Told, ...]:
    """Read what `gosec -fmt json` writes."""
    issues = document.optional_items("Issues")
    return (
        Told(
            tool="gosec",
            version=document.optional_text("GosecVersion"),
            results=len(issues),
            claims=tuple(map(_gosec, issues)),
            not_checked=tuple(
                gap("file", printable(path), f"gosec: {printable(text)}", "make it compile")
                for path, errors in object_of(document, "Golang errors").members()
                for item in errors.items()
                for text in (item.optional_text("error"),)
            ),
        ),
    )


def _gosec(item: JsonValue) -> Claim:
    rated, cwe = item.field("severity").text(), object_of(item, "cwe")
    first, _, last = _text_or_number(item.optional("line")).partition("-")  # "12", or "12-14"
    return Claim(
        kind=Kind.WEAKNESS,
        rule=item.field("rule_id").text(),
        title=item.field("details").text(),
        message=f"{item.field('details').text()} "
        f"({item.optional_text('confidence').lower()} confidence)",
        severity=severity_of(rated),
        rated=rated,
        weaknesses=weaknesses_in(
            f"CWE-{i}" for i in texts_of(cwe.optional("id") or cwe.optional("ID"))
        ),
        references=texts_of(cwe.optional("url") or cwe.optional("URL")),
        spot=Spot(
            paths=(item.field("file").text(),),
            line=int(first) if first.isdecimal() else 0,
            end_line=int(last) if last.isdecimal() else 0,
            text=item.optional_text("code"),
        ),
    )


def _text_or_number(value: JsonValue | None) -> str:
    return "" if value is None else str(value.value)


def read_sonarqube(document: JsonValue) -> tuple[Told, ...]:
    """Read issues and hotspots, from SonarQube's API or from sonar-report."""
    found = (*document.optional_items("issues"), *document.optional_items("hotspots"))
    paths = {
        item.optional_text("key"): item.optional_text("path") or item.optional_text("longName")
        for item in document.optional_items("components")
    }
    rules = object_of(document, "rules") if _is_object(document.optional("rules")) else None
    titles = dict((rules or JsonValue({})).members())
    kept = [item for item in found if item.optional_text("status") not in {"RESOLVED", "CLOSED"}]
    total = object_of(document, "paging").optional("total")
    short = total is not None and total.integer() > len(found)
    return (
        Told(
            tool="sonarqube",
            results=len(found),
            claims=tuple(_sonar(item, paths, titles) for item in kept),
            not_checked=(gap("scan", "the imported report", "it is one page of several", _MORE),)
            if short
            else (),
        ),
    )


def _is_object(value: JsonValue | None) -> bool:
    return value is not None and isinstance(value.value, dict)


def _sonar(item: JsonValue, paths: dict[str, str], rules: dict[str, JsonValue]) -> Claim:
    rule = item.optional_text("rule") or item.optional_text("ruleKey")
    component = item.optional_text("component")
    rated = item.optional_text("severity") or item.optional_text("vulnerabilityProbability")
    described = rules.get(rule, JsonValue({}))
    title = described.optional_text("name") or item.optional_text("message")
    span = object_of(item, "textRange")
    return Claim(
        kind=Kind.WEAKNESS,
        rule=rule,
        title=title,
        message=item.optional_text("message") or title,
        severity=severity_of(rated),
        rated=rated,
        weaknesses=weaknesses_in((*texts_of(item.optional("tags")), item.optional_text("message"))),
        note=_sonar_note(item),
        spot=Spot(
            paths=tuple(_sonar_paths(component, paths)),
            line=line_of(item.optional("line")) or line_of(span.optional("startLine")),
            end_line=line_of(span.optional("endLine")),
        ),
    )


def _sonar_paths(component: str, paths: dict[str, str]) -> Iterator[str]:
    yield paths.get(component) or component.partition(":")[2] or component


def _sonar_note(item: JsonValue) -> str:
    status = item.optional_text("status")
    return "to be reviewed" if status == "TO_REVIEW" else ""
