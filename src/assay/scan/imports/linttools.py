"""Reports of linters in the tools' own formats: ESLint and Brakeman."""

from collections.abc import Iterator
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind
from assay.scan.imports.claim import Claim, Spot, Told, gap, line_of, severity_of, texts_of
from assay.scan.scanner import SUPPRESSED

_ESLINT: Final = {1: "warning", 2: "error"}
_RATED: Final = {"warning": "low", "error": "medium"}  # most of its rules are about style
_BRAKEMAN: Final = {"High": "high", "Medium": "medium", "Weak": "low"}  # it rates how sure it is


def read_eslint(document: JsonValue) -> tuple[Told, ...]:
    """Read what `eslint --format json` writes."""
    found = [
        (item.field("filePath").text(), name, message)
        for item in document.items()
        for name in ("messages", "suppressedMessages")
        for message in item.optional_items(name)
    ]
    suppressed = sum(name != "messages" for _, name, _ in found)
    return (
        Told(
            tool="eslint",
            results=len(found),
            claims=tuple(
                _eslint(path, message, SUPPRESSED if name != "messages" else "")
                for path, name, message in found
                if message.optional("ruleId") is not None
            ),
            suppressed=suppressed,
            not_checked=tuple(_eslint_gaps(found)),
        ),
    )


def _eslint(path: str, item: JsonValue, note: str) -> Claim:
    number = item.optional("severity")
    rated = _ESLINT.get(number.integer() if number else 0, "")
    return Claim(
        kind=Kind.WEAKNESS,
        rule=item.field("ruleId").text(),
        title=item.optional_text("message"),
        message=item.optional_text("message"),
        severity=severity_of(_RATED.get(rated, "")),
        rated=rated,
        note=note,
        spot=Spot(
            paths=(path,),
            line=line_of(item.optional("line")),
            column=line_of(item.optional("column")),
            end_line=line_of(item.optional("endLine")),
            end_column=line_of(item.optional("endColumn")),
        ),
    )


def _eslint_gaps(found: list[tuple[str, str, JsonValue]]) -> Iterator[NotChecked]:
    """Yield the files about which ESLint says something of no rule: it could not read them."""
    for path, _, item in found:
        if item.optional("ruleId") is None:
            why = f"eslint: {printable(item.optional_text('message'))}"
            yield gap("file", printable(path), why, "correct the file, or what ESLint ignores")


def read_brakeman(document: JsonValue) -> tuple[Told, ...]:
    """Read what `brakeman -f json` writes."""
    info = document.field("scan_info")
    warnings = document.field("warnings").items()
    ignored = document.optional_items("ignored_warnings")
    return (
        Told(
            tool="brakeman",
            version=info.optional_text("brakeman_version"),
            results=len(warnings) + len(ignored),
            claims=(
                *(_brakeman(item, "") for item in warnings),
                *(_brakeman(item, "suppressed in brakeman.ignore") for item in ignored),
            ),
            suppressed=len(ignored),
            observed_at=info.optional_text("end_time"),
            not_checked=tuple(
                gap(
                    "file",
                    printable(item.optional_text("location")),
                    f"brakeman: {printable(item.optional_text('error'))}",
                    "correct the file",
                )
                for item in document.optional_items("errors")
            ),
        ),
    )


def _brakeman(item: JsonValue, note: str) -> Claim:
    rated = item.optional_text("confidence")
    numbers = item.optional_items("cwe_id")
    return Claim(
        kind=Kind.WEAKNESS,
        rule=item.optional_text("check_name") or item.field("warning_type").text(),
        title=item.field("warning_type").text(),
        message=item.optional_text("message"),
        severity=severity_of(_BRAKEMAN.get(rated, "")),
        rated=f"{rated} confidence",
        weaknesses=tuple(f"CWE-{number.integer()}" for number in numbers),
        references=texts_of(item.optional("link")),
        note=note,
        spot=Spot(
            paths=(item.field("file").text(),),
            line=line_of(item.optional("line")),
            text=item.optional_text("code"),
        ),
    )
