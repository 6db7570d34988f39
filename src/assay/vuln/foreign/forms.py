"""The forms of foreign records: how a document of each is told by what is in it, and its reader.

A name says nothing. What is looked for can only be a key or a whole value in JSON, never a part of
a text, where the quotes would stand behind backslashes; whether the document holds what it seems to
hold, its reader finds.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.vuln.advisory import Advisory, Unreadable
from assay.vuln.csaf import advisories, aggregating, providing
from assay.vuln.foreign.cve import cve_records
from assay.vuln.foreign.ghsa import ghsa_records
from assay.vuln.foreign.nvd import nvd_records

Read = Iterable[Advisory | Unreadable]
Reader = Callable[[str, bytes], Read]  # the document's name and bytes

MAX_DOCUMENT_BYTES: Final = 2**29  # uncompressed; a year of the NVD has a quarter
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of records; `marks` are what each document of it has, all of them.

    What is found names its feed: the `source` of an advisory, the `ecosystem` of what cannot be
    read.
    """

    marks: tuple[bytes, ...]
    records: Reader


def _beside_csaf(read: Callable[[bytes], object]) -> Reader:
    """Return the reader of a file that stands beside advisories and holds none."""

    def records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
        try:
            read(data)
        except MalformedError as error:
            shown = printable(name)
            yield Unreadable(ecosystem=advisories.CSAF, name=shown, why=printable(str(error)))

    return records


FORMS: Final = (
    Form(marks=(b'"NVD_CVE"',), records=nvd_records),
    Form(marks=(b'"CVE_RECORD"',), records=cve_records),
    Form(marks=(b'"ghsa_id"', b'"updated_at"'), records=ghsa_records),
    Form(marks=(advisories.MARK,), records=advisories.csaf_records),
    Form(marks=(providing.METADATA_MARK,), records=_beside_csaf(providing.parse_provider_metadata)),
    Form(marks=(aggregating.AGGREGATOR_MARK,), records=_beside_csaf(aggregating.parse_aggregator)),
    Form(marks=(providing.ROLIE_MARK,), records=_beside_csaf(providing.parse_rolie)),
)


def form_of(data: bytes) -> Form | None:
    """Return the form of a document; None where it is none of a foreign feed."""
    return next((form for form in FORMS if all(mark in data for mark in form.marks)), None)


def one_by_one(feed: str, read: Callable[[bytes], Iterable[Advisory]]) -> Reader:
    """Return the reader of documents that are read as a whole, or not at all."""

    def records(name: str, data: bytes) -> Iterator[Advisory | Unreadable]:
        try:
            yield from tuple(read(data))
        except MalformedError as error:
            yield Unreadable(ecosystem=feed, name=printable(name), why=printable(str(error)))

    return records


def unpacked(data: bytes, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return `data`, or what is in it where it is compressed with gzip.

    Raises:
        MalformedError: No gzip that ends, or too large.
    """
    if not data.startswith(_GZIP):
        return data
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise MalformedError(f"no gzip: {error}") from error
    if len(plain) > max_bytes:
        raise MalformedError(f"over {max_bytes} bytes")
    if not machine.eof or machine.unused_data:
        raise MalformedError("a gzip that breaks off, or has something behind its end")
    return plain
