"""Records of VEX before they are looked into: which may hold a name, and which of them were ended.

What an importer brought in stays ended however often it is brought in again: else whoever may
import would take back what a `vex-author` withdrew.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.reading import LogEntry
from assay.operations.ledger import Ledger
from assay.operations.vexsignatures import document_bytes
from assay.signing.principals import VEX_AUTHOR
from assay.vuln.vex.record import IMPORT_TYPE, WITHDRAWAL_TYPE, parse_vex_record
from assay.vuln.vexformats import is_vex_xml

IMPORTER: Final = "importer"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVex:
    """A record that was not looked into yet: its document as bytes, None where it has none."""

    entry: LogEntry
    verified: VerifiedStatement
    document: bytes | None

    def holds(self, names: frozenset[str]) -> bool:
        """Tell whether any of `names` may stand in it, in whatever case.

        It decides what is read, and nothing else: what is passed over takes nothing away.
        """
        text = None if self.document is None else _searchable(self.document)
        if text is None:
            return True
        return any(_as_written(name) in text for name in names if name)

    @property
    def content(self) -> Digest | None:
        """Return the digest of what was signed by others, whatever it came in; else None."""
        if self.verified.predicate_type != IMPORT_TYPE or self.document is None:
            return None
        return sha256_of(self.document)


def keep_record(entry: LogEntry, verified: VerifiedStatement) -> KeptVex:
    """Return a record with its document, out of its envelope where it is in one."""
    try:
        document = document_bytes(parse_vex_record(verified.predicate()).content)
    except MalformedError:
        document = None
    return KeptVex(entry=entry, verified=verified, document=document)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedVex:
    """Who withdrew which record, and which content of those that others signed."""

    records: Mapping[Digest, frozenset[str]]
    contents: Mapping[Digest, frozenset[str]]

    def people(self, one: KeptVex) -> frozenset[str]:
        """Return who withdrew a record, or the same document in another; nobody mostly."""
        own = self.records.get(one.verified.digest, frozenset())
        content = one.content if self.contents else None
        return own if content is None else own | self.contents.get(content, frozenset())


def withdrawals(ledger: Ledger) -> Mapping[Digest, frozenset[str]]:
    """Return who withdrew which record."""
    records: dict[Digest, frozenset[str]] = {}
    for _, verified in ledger.of_type(WITHDRAWAL_TYPE, role=VEX_AUTHOR):
        for subject in verified.subjects:
            before = records.get(subject.digest, frozenset())
            records[subject.digest] = before | verified.signed_by
    return records


def ended_by(records: Mapping[Digest, frozenset[str]], kept: Iterable[KeptVex]) -> EndedVex:
    """Return what was withdrawn: `records`, and what those of them that are in `kept` hold."""
    contents: dict[Digest, frozenset[str]] = {}
    for one in kept:
        people = records.get(one.verified.digest)
        content = one.content if people else None
        if people and content is not None:
            contents[content] = contents.get(content, frozenset()) | people
    return EndedVex(records=records, contents=contents)


def _searchable(document: bytes) -> bytes | None:
    """Return a document in upper case, to look for names in; None where that may deceive."""
    if is_vex_xml(document) or b"\\u" in document:
        return None  # XML, and JSON this way, may write any character as a number
    return document.replace(b"\\/", b"/").upper()


def _as_written(name: str) -> bytes:
    """Return a name as JSON writes it: an id may hold quotes."""
    return json.dumps(name, ensure_ascii=False)[1:-1].encode().replace(b"\\/", b"/").upper()
