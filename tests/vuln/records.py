"""OSV records for tests, small and made to order."""

import json
from collections.abc import Mapping, Sequence

MODIFIED = "2026-01-02T03:04:05Z"


def affected(
    name: str = "shop",
    *,
    ecosystem: str = "PyPI",
    events: Sequence[Mapping[str, str]] = ({"introduced": "0"}, {"fixed": "2.0"}),
    kind: str = "ECOSYSTEM",
    versions: Sequence[str] = (),
) -> dict[str, object]:
    """Return one entry of `affected`; no `events` means no range."""
    entry: dict[str, object] = {
        "package": {"ecosystem": ecosystem, "name": name},
        "versions": list(versions),
    }
    if events:
        entry["ranges"] = [{"type": kind, "events": [dict(event) for event in events]}]
    return entry


def record(name: str = "GHSA-aaaa-bbbb-cccc", **members: object) -> dict[str, object]:
    """Return a record about `shop` below 2.0, with `members` put in; None takes one out."""
    whole: dict[str, object] = {
        "schema_version": "1.6.0",
        "id": name,
        "modified": MODIFIED,
        "summary": "it breaks",
        "affected": [affected()],
    } | members
    return {key: value for key, value in whole.items() if value is not None}


def encoded(name: str = "GHSA-aaaa-bbbb-cccc", **members: object) -> bytes:
    """Return `record(...)` as bytes."""
    return json.dumps(record(name, **members)).encode()
