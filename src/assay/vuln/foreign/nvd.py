"""CVEs as the NVD gives them: pages of its API 2.0, and its feeds of the same form.

Taken are the ratings, the NVD's own first, and which products are meant, by CPE. A CVE that was
rejected counts as withdrawn. One that nobody has analysed yet names no product, and so is found for
none: that is why the NVD never clears a component.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Rating, Unreadable
from assay.vuln.cpe.configuration import parse_configuration
from assay.vuln.foreign.names import cve_id, cve_of, summary_of
from assay.vuln.foreign.ratings import vectors_of
from assay.vuln.foreign.splitting import split_array

NVD: Final = "NVD"
MAX_CVE_BYTES: Final = 32 * 2**20  # the largest that we have seen has a tenth
MAX_FRAME_BYTES: Final = 2**16
_METRICS: Final = ("cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2")
_REJECTED: Final = "Rejected"


def nvd_records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
    """Yield the CVEs of a page or feed, whose name is `name`; all of it is one where it is none."""
    try:
        split = split_array(data, "vulnerabilities")
        check_frame(split.frame)
    except MalformedError as error:
        yield Unreadable(ecosystem=NVD, name=printable(name), why=printable(str(error)))
        return
    for number, element in enumerate(split.elements()):
        try:
            yield parse_nvd_cve(element)
        except MalformedError as error:
            shown = cve_of(element) or f"{name}#{number}"
            yield Unreadable(ecosystem=NVD, name=printable(shown), why=printable(str(error)))


def check_frame(frame: bytes) -> JsonValue:
    """Return what is around the CVEs of a page, and refuse what is of another form.

    Raises:
        MalformedError: It is not the NVD's form, version 2.x.
    """
    value = JsonValue(parse_json(frame, max_bytes=MAX_FRAME_BYTES))
    form, version = value.field("format").text(), value.field("version").text()
    if form != "NVD_CVE" or not version.startswith("2."):
        raise MalformedError(f"{form!r} {version!r}", hint="NVD_CVE 2.0 is read")
    return value


def parse_nvd_cve(data: bytes) -> Advisory:
    """Read one element of `vulnerabilities`.

    Raises:
        MalformedError: Not strict JSON, or a member that is needed is missing or of another type.
    """
    cve = JsonValue(parse_json(data, max_bytes=MAX_CVE_BYTES)).field("cve")
    modified = _time(cve.field("lastModified"))
    published = cve.optional("published")
    rejected = cve.optional_text("vulnStatus") == _REJECTED
    return Advisory(
        id=cve_id(cve.field("id")),
        modified=modified,
        published=None if published is None else _time(published),
        withdrawn=modified if rejected else None,
        summary=summary_of(cve.optional_items("descriptions")),
        ratings=_ratings(cve.optional("metrics")),
        configurations=tuple(map(parse_configuration, cve.optional_items("configurations"))),
        source=NVD,
    )


def _time(value: JsonValue) -> datetime:
    """Read a time of the NVD: in UTC, and without saying so."""
    text = value.text()
    with inside(value.where):
        return parse_time(text if text.endswith("Z") or "+" in text else f"{text}Z")


def _ratings(metrics: JsonValue | None) -> tuple[Rating, ...]:
    """Return the vectors of the newest method first, and of each the NVD's own."""
    if metrics is None:
        return ()
    found = (item for name in _METRICS for item in _own_first(metrics.optional_items(name)))
    return vectors_of((item.optional("cvssData") for item in found), "vectorString")


def _own_first(items: Iterable[JsonValue]) -> list[JsonValue]:
    return sorted(items, key=lambda item: item.optional_text("type") != "Primary")
