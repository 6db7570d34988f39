"""aggregator.json: what is read, what is refused, and what a folder is held against."""

import json
from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.vuln.csaf.aggregating import Aggregated, parse_aggregator
from assay.vuln.csaf.mirrored import hold_aggregator
from tests.vuln.csaf.documents import changed

AT = "2026-02-01T10:00:00Z"


def publisher(name: str, *mirrors: str) -> dict[str, object]:
    """Return an entry about the publisher of a host."""
    about = {
        "last_updated": AT,
        "publisher": {"category": "vendor", "name": name, "namespace": f"https://{name}"},
        "url": f"https://{name}/.well-known/csaf/provider-metadata.json",
    }
    return {"metadata": about, "mirrors": list(mirrors)}


AGGREGATOR: dict[str, object] = {
    "aggregator": {"category": "aggregator", "name": "All", "namespace": "https://all.example"},
    "aggregator_version": "2.0",
    "canonical_url": "https://all.example/aggregator.json",
    "csaf_providers": [
        publisher("one.example", "https://all.example/csaf/one/provider-metadata.json")
    ],
    "csaf_publishers": [publisher("two.example") | {"update_interval": "daily"}],
    "last_updated": AT,
}


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def test_read() -> None:
    found = parse_aggregator(encoded(AGGREGATOR))
    assert (found.name, found.mirrors) == ("All", True)
    assert found.updated_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    mirror = "https://all.example/csaf/one/provider-metadata.json"
    assert found.publishers == (
        Aggregated(namespace="https://one.example", mirrors=(mirror,)),
        Aggregated(namespace="https://two.example", mirrors=()),
    )


REFUSED = {
    "version": (
        {"aggregator_version": "9.0"},
        "[malformed] version '9.0', where 2.0 is read, at aggregator_version",
    ),
    "category": (
        {"aggregator.category": "friend"},
        "[malformed] the category 'friend', at aggregator.category",
    ),
    "time": ({"last_updated": None}, "[malformed] no last_updated, at last_updated"),
    "providers": ({"csaf_providers": None}, "[malformed] no csaf_providers, at csaf_providers"),
    "url": (
        {"csaf_providers.0.metadata.url": None},
        "[malformed] no url, at csaf_providers[0].metadata.url",
    ),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_aggregator(encoded(changed(AGGREGATOR, changes)))
    assert str(caught.value) == message


ONE = "one/provider-metadata.json"
GONE = (
    "CSAF mirror, https://one.example: aggregator.json lists a mirror, and it is not here "
    "(fetch the folder again)"
)
HELD = {
    "all-is-here": ({}, {ONE: "https://one.example"}, []),
    "a-stranger": (
        {},
        {ONE: "https://one.example", "x/provider-metadata.json": "https://x"},
        ["x/provider-metadata.json: aggregator.json does not list 'https://x'"],
    ),
    "no-mirror": (
        {},
        {},
        [GONE],
    ),
    "a-lister-has-none": ({"aggregator.category": "lister"}, {}, []),
    "one-alone": (
        {"csaf_publishers": None},
        {ONE: "https://one.example"},
        ["aggregator.json: fewer than 2 publishers are listed"],
    ),
}


@pytest.mark.parametrize(("changes", "here", "told"), HELD.values(), ids=HELD)
def test_held_against_a_folder(
    changes: dict[str, object], here: dict[str, str], told: list[str]
) -> None:
    aggregator = parse_aggregator(encoded(changed(AGGREGATOR, changes)))
    found = hold_aggregator(
        aggregator, where="aggregator.json", providers=here.items(), paths=set(here)
    )
    assert [str(one) for one in found] == told
