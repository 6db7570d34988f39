"""GitHub's global advisories, as its REST API gives them: one object, or a page of them.

The same advisories come from OSV, under the same ids; there the newer copy counts. Those that
nobody reviewed name no packages: of them the ratings are taken.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Affected, Range, Unreadable
from assay.vuln.ecosystems import scheme_of
from assay.vuln.foreign.comparisons import range_or_unknown
from assay.vuln.foreign.names import MAX_SUMMARY, check_name, cve_id
from assay.vuln.foreign.ratings import vectors_of

GHSA: Final = "GHSA"
MAX_PAGE_BYTES: Final = 64 * 2**20
_ECOSYSTEMS: Final = {
    "pip": "PyPI",
    "npm": "npm",
    "go": "Go",
    "rust": "crates.io",
    "maven": "Maven",
    "nuget": "NuGet",
    "rubygems": "RubyGems",
    "composer": "Packagist",
    "erlang": "Hex",
    "pub": "Pub",
    "swift": "SwiftURL",
    "actions": "GitHub Actions",
}


def ghsa_records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
    """Yield the advisories of a document, whose name is `name`."""
    try:
        page = JsonValue(parse_json(data, max_bytes=MAX_PAGE_BYTES))
    except MalformedError as error:
        yield Unreadable(ecosystem=GHSA, name=printable(name), why=printable(str(error)))
        return
    for number, item in enumerate(page.items() if isinstance(page.value, list) else (page,)):
        try:
            yield ghsa_advisory(item)
        except MalformedError as error:
            shown = _id(item) or f"{name}#{number}"
            yield Unreadable(ecosystem=GHSA, name=printable(shown), why=printable(str(error)))


def ghsa_advisory(item: JsonValue) -> Advisory:
    """Read one advisory.

    Raises:
        MalformedError: A member that is needed is missing or of another type, or a name is none.
    """
    published = item.optional("published_at")
    withdrawn = item.optional("withdrawn_at")
    cve = item.optional("cve_id")
    scores = item.optional("cvss_severities")
    rated = [scores.optional(f"cvss_v{version}") for version in (4, 3)] if scores else []
    return Advisory(
        id=check_name(item.field("ghsa_id")),
        modified=item.field("updated_at").parsed(parse_time),
        published=None if published is None else published.parsed(parse_time),
        withdrawn=None if withdrawn is None else withdrawn.parsed(parse_time),
        aliases=() if cve is None else (cve_id(cve),),
        summary=printable(item.optional_text("summary").strip(), limit=MAX_SUMMARY),
        ratings=vectors_of([*rated, item.optional("cvss")], "vector_string"),
        label=item.optional_text("severity").lower(),
        affected=tuple(_affected(item)),
        source=GHSA,
    )


def _id(item: JsonValue) -> str:
    found = item.value.get("ghsa_id") if isinstance(item.value, dict) else None
    return found if isinstance(found, str) else ""


def _affected(item: JsonValue) -> Iterator[Affected]:
    """Yield the packages of ecosystems that OSV has; GitHub's `other` names none."""
    for entry in item.optional_items("vulnerabilities"):
        package = entry.optional("package")
        if package is None:
            continue
        ecosystem = _ECOSYSTEMS.get(package.field("ecosystem").text())
        if ecosystem is not None:
            functions = [one.text() for one in entry.optional_items("vulnerable_functions")]
            yield Affected(
                ecosystem=ecosystem,
                name=check_name(package.field("name")),
                ranges=(_range(entry, ecosystem),),
                specific=MappingProxyType({"affected_functions": functions} if functions else {}),
            )


def _range(entry: JsonValue, ecosystem: str) -> Range:
    text = entry.optional_text("vulnerable_version_range")
    first = entry.optional("first_patched_version")
    patched = first.text() if first is not None and isinstance(first.value, str) else ""
    return range_or_unknown(text, patched=patched, scheme=scheme_of(ecosystem))
