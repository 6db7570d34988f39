"""The files beside a publisher's documents: who publishes, and which documents there are."""

import json
from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.vuln.csaf.providing import (
    METADATA_MARK,
    ROLIE_MARK,
    Listed,
    parse_changes,
    parse_index,
    parse_provider_metadata,
    parse_rolie,
)

AT = datetime(2026, 2, 1, 10, tzinfo=UTC)
METADATA: dict[str, object] = {
    "canonical_url": "https://psirt.example.com/.well-known/csaf/provider-metadata.json",
    "last_updated": "2026-02-01T10:00:00Z",
    "metadata_version": "2.0",
    "public_openpgp_keys": [{"fingerprint": "ab" * 20, "url": "https://x.example"}, {"url": "u"}],
    "publisher": {"category": "vendor", "name": "Example", "namespace": "https://x.example"},
    "role": "csaf_provider",
}
ROLIE: dict[str, object] = {
    "feed": {
        "category": [{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}],
        "entry": [
            {
                "content": {"src": "https://x.example/white/2026/a.json"},
                "id": "a",
                "updated": "2026-02-01T10:00:00Z",
            }
        ],
    }
}


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def test_who_publishes() -> None:
    found = parse_provider_metadata(encoded(METADATA))
    assert (found.publisher, found.role, found.updated_at) == ("Example", "csaf_provider", AT)
    assert found.fingerprints == ("AB" * 20,)
    assert METADATA_MARK in encoded(METADATA)


def test_a_feed_lists_documents() -> None:
    assert parse_rolie(encoded(ROLIE)) == (Listed(path="https://x.example/white/2026/a.json"),)
    assert ROLIE_MARK in encoded(ROLIE)


def test_a_service_document_lists_none() -> None:
    assert parse_rolie(encoded({"service": {"workspace": []}})) == ()
    with pytest.raises(MalformedError) as caught:
        parse_rolie(b"{}")
    assert str(caught.value) == "[malformed] no feed, at feed"


def test_an_index_lists_documents() -> None:
    assert parse_index(b"2026/a.json\r\n\n2025/b.json\n") == (
        Listed(path="2026/a.json"),
        Listed(path="2025/b.json"),
    )


def test_changes_list_documents_with_their_times() -> None:
    data = b'"2026/a.json","2026-02-01T10:00:00Z"\n"2025/b.json","2026-02-01T11:00:00+01:00"\n'
    assert parse_changes(data) == (
        Listed(path="2026/a.json", changed_at=AT),
        Listed(path="2025/b.json", changed_at=AT),
    )


REFUSED_METADATA: dict[str, tuple[dict[str, object], str]] = {
    "version": ({"metadata_version": "3"}, "version '3', where 2.0 is read, at metadata_version"),
    "role": ({"role": "king"}, "the role 'king', at role"),
    "time": (
        {"last_updated": "today"},
        "'today' is no RFC 3339 time, at last_updated",
    ),
    "key": (
        {"public_openpgp_keys": [{"fingerprint": "xyz"}]},
        "'xyz' is no fingerprint, at public_openpgp_keys[0].fingerprint",
    ),
}


@pytest.mark.parametrize("name", REFUSED_METADATA)
def test_metadata_refused(name: str) -> None:
    changes, message = REFUSED_METADATA[name]
    with pytest.raises(MalformedError) as caught:
        parse_provider_metadata(encoded(METADATA | changes))
    assert str(caught.value) == f"[malformed] {message}"


@pytest.mark.parametrize(
    "line", ["../2026/a.json", "/2026/a.json", "2026/../a.json", "2026/a/b.json", "2026/a.txt", "a"]
)
def test_a_path_leads_nowhere_else(line: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_index(f"2026/a.json\n{line}\n".encode())
    assert str(caught.value) == f"[malformed] {line!r} is no YEAR/FILE.json, at line 2"


REFUSED_CHANGES = {
    "fields": (b"2026/a.json\n", "1 fields, not 2, at line 1"),
    "time": (b"2026/a.json,now\n", "'now' is no RFC 3339 time, at line 1"),
    "encoding": (b"\xff", "not UTF-8"),
    "quotes": (b'"2026/a.json" x,y\n', "not CSV: ',' expected after '\"'"),
}


@pytest.mark.parametrize("name", REFUSED_CHANGES)
def test_changes_refused(name: str) -> None:
    data, message = REFUSED_CHANGES[name]
    with pytest.raises(MalformedError) as caught:
        parse_changes(data)
    assert str(caught.value) == f"[malformed] {message}"
