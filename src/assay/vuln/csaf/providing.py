"""The files beside the documents of a publisher: provider-metadata.json, ROLIE feeds, lists.

Section 7.1 of CSAF 2.0. Only what a folder can be held against is read: who publishes, which
documents there are, and when each was last changed.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json

METADATA_MARK: Final = b'"metadata_version"'
ROLIE_MARK: Final = b'"urn:ietf:params:rolie:category:information-type"'
MAX_LIST_BYTES: Final = 64 * 2**20  # of a feed or a list; the largest that we know has a tenth
MAX_METADATA_BYTES: Final = 4 * 2**20
_ROLES: Final = frozenset({"csaf_publisher", "csaf_provider", "csaf_trusted_provider"})
_FINGERPRINT: Final = re.compile(r"[0-9a-fA-F]{40,}\Z")
_YEAR: Final = re.compile(r"[0-9]{4}/[^/\\]+\.json\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMetadata:
    """Who publishes: name and namespace, the role they take on, and their OpenPGP keys."""

    publisher: str
    namespace: str
    role: str
    updated_at: datetime
    fingerprints: tuple[str, ...]  # upper case, of the keys that are named; none: not every one is


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A document in a list: its path or URL, and when it was last changed, if the list says."""

    path: str
    changed_at: datetime | None = None


def parse_provider_metadata(data: bytes) -> ProviderMetadata:
    """Read a provider-metadata.json.

    Raises:
        MalformedError: Not strict JSON, of another version than 2.0, or a member that is needed
            is missing or of another form.
    """
    root = JsonValue(parse_json(data, max_bytes=MAX_METADATA_BYTES))
    version = root.field("metadata_version")
    if version.text() != "2.0":
        raise MalformedError(
            f"version {version.text()[:40]!r}, where 2.0 is read", where=version.where
        )
    role = root.field("role")
    if role.text() not in _ROLES:
        raise MalformedError(f"the role {role.text()[:40]!r}", where=role.where)
    publisher = root.field("publisher")
    prints = (item.optional("fingerprint") for item in root.optional_items("public_openpgp_keys"))
    return ProviderMetadata(
        publisher=publisher.field("name").text(),
        namespace=publisher.field("namespace").text(),
        role=role.text(),
        updated_at=root.field("last_updated").parsed(parse_time),
        fingerprints=tuple(one.parsed(_fingerprint) for one in prints if one is not None),
    )


def parse_rolie(data: bytes) -> tuple[Listed, ...]:
    """Read a ROLIE feed, and return the documents that it lists; a service document lists none.

    When an entry was updated says nothing: it need not be when its document was released.

    Raises:
        MalformedError: Not strict JSON, or neither a feed of CSAF documents nor such a service.
    """
    root = JsonValue(parse_json(data, max_bytes=MAX_LIST_BYTES))
    if root.optional("service") is not None:
        return ()
    entries = root.field("feed").field("entry").items()
    return tuple(Listed(path=item.field("content").field("src").text()) for item in entries)


def parse_index(data: bytes) -> tuple[Listed, ...]:
    """Read an index.txt: a path in each line, `YEAR/FILE.json`.

    Raises:
        MalformedError: Not UTF-8, too large, or a line that is no such path.
    """
    lines = enumerate(_text(data).splitlines(), start=1)
    return tuple(Listed(path=_path(line, number)) for number, line in lines if line)


def parse_changes(data: bytes) -> tuple[Listed, ...]:
    """Read a changes.csv: a path and a time in each line, the newest first.

    Raises:
        MalformedError: Not UTF-8, too large, or a line that is not these two.
    """
    return tuple(_changes(_text(data)))


def _changes(text: str) -> Iterator[Listed]:
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            if row:
                if len(row) != 2:
                    raise MalformedError(f"{len(row)} fields, not 2", where=f"line {number}")
                with inside(f"line {number}"):
                    yield Listed(path=_path(row[0], number), changed_at=parse_time(row[1]))
    except csv.Error as error:
        raise MalformedError(f"not CSV: {error}") from error


def _text(data: bytes) -> str:
    if len(data) > MAX_LIST_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_LIST_BYTES} are read")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("not UTF-8") from error


def _path(text: str, number: int) -> str:
    """Return the path of a document: of a folder of a year, so that it leads nowhere else."""
    if not _YEAR.match(text) or not text.isprintable():
        raise MalformedError(f"{text[:80]!r} is no YEAR/FILE.json", where=f"line {number}")
    return text


def _fingerprint(text: str) -> str:
    if not _FINGERPRINT.match(text):
        raise MalformedError(f"{text[:80]!r} is no fingerprint")
    return text.upper()
