"""CVE records, JSON 5.x, as their authors (CNAs) and those who add to them (ADPs) publish them.

* What they say about packages of an ecosystem is taken: by package URL, or by a registry and a
  name. A vendor and a product in prose name nothing that could be compared.
* A record in the state REJECTED counts as withdrawn.
* Which of a package's versions are affected: `assay.vuln.foreign.cveversions`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Affected, Rating, Unreadable
from assay.vuln.cpe.configuration import parse_configuration
from assay.vuln.foreign.cveversions import affected_of
from assay.vuln.foreign.names import (
    MAX_SUMMARY,
    cve_id,
    cve_of,
    package_of_purl,
    package_of_registry,
    summary_of,
)
from assay.vuln.foreign.ratings import vectors_of

CVE: Final = "CVE"
MAX_CVE_BYTES: Final = 32 * 2**20
_METRICS: Final = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_STATES: Final = frozenset({"PUBLISHED", "REJECTED"})


def cve_records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
    """Yield the one record of a document, whose name is `name`."""
    try:
        yield parse_cve(data)
    except MalformedError as error:
        shown = cve_of(data) or name
        yield Unreadable(ecosystem=CVE, name=printable(shown), why=printable(str(error)))


def parse_cve(data: bytes) -> Advisory:
    """Read one CVE record.

    Raises:
        MalformedError: Not strict JSON, of another major version than 5, of a state that is not
            known, or a member that is needed is missing or of another type.
    """
    record = JsonValue(parse_json(data, max_bytes=MAX_CVE_BYTES))
    version = record.field("dataVersion").text()
    if record.field("dataType").text() != "CVE_RECORD" or not version.startswith("5."):
        raise MalformedError(f"a record of the version {version[:40]!r}", hint="CVE_RECORD 5.x")
    about = record.field("cveMetadata")
    state = about.field("state").text()
    if state not in _STATES:
        raise MalformedError(f"the state {state[:40]!r}", where="cveMetadata.state")
    containers = _containers(record.field("containers"))
    published = about.optional("datePublished")
    updated = about.optional("dateUpdated") or about.optional("dateRejected") or published
    if updated is None:
        raise MalformedError("no dateUpdated", where="cveMetadata")
    return Advisory(
        id=cve_id(about.field("cveId")),
        modified=_time(updated),
        published=None if published is None else _time(published),
        withdrawn=_time(updated) if state == "REJECTED" else None,
        summary=_summary(containers),
        ratings=_ratings(containers),
        affected=tuple(_affected(containers)),
        configurations=tuple(
            parse_configuration(item)
            for one in containers
            for item in one.optional_items("cpeApplicability")
        ),
        source=CVE,
    )


def _containers(value: JsonValue) -> tuple[JsonValue, ...]:
    return (value.field("cna"), *value.optional_items("adp"))


def _time(value: JsonValue) -> datetime:
    """Read a time; records of the first years leave the zone out, which is UTC."""
    text = value.text()
    bare = not text.endswith("Z") and "+" not in text[10:] and "-" not in text[10:]
    with inside(value.where):
        return parse_time(f"{text}Z" if bare else text)


def _summary(containers: tuple[JsonValue, ...]) -> str:
    title = containers[0].optional_text("title").strip()
    if title:
        return printable(title.partition("\n")[0], limit=MAX_SUMMARY)
    prose = (summary_of(one.optional_items("descriptions")) for one in containers)
    return next((text for text in prose if text), "")


def _ratings(containers: Iterable[JsonValue]) -> tuple[Rating, ...]:
    metrics = [item for one in containers for item in one.optional_items("metrics")]
    found = (item.optional(name) for name in _METRICS for item in metrics)
    return vectors_of(found, "vectorString")


def _affected(containers: Iterable[JsonValue]) -> Iterator[Affected]:
    for container in containers:
        for item in container.optional_items("affected"):
            package = _package(item)
            if package is not None:
                yield affected_of(item, *package)


def _package(item: JsonValue) -> tuple[str, str] | None:
    """Return the ecosystem and the name of a package, if the entry says any."""
    purl = item.optional_text("packageURL")
    if purl:
        return package_of_purl(purl)
    return package_of_registry(
        item.optional_text("collectionURL"), item.optional_text("packageName")
    )
