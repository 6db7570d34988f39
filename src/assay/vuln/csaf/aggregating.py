"""aggregator.json: which publishers somebody lists or mirrors (CSAF 2.0, section 7.1, 21 to 23).

It is the aggregator's word about others: it says whose documents are to be expected in a folder,
and proves nothing about them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json

AGGREGATOR_MARK: Final = b'"aggregator_version"'
MAX_AGGREGATOR_BYTES: Final = 16 * 2**20
_CATEGORIES: Final = frozenset({"aggregator", "lister"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """One publisher that is listed, by its namespace, and where it is mirrored."""

    namespace: str
    mirrors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregator:
    """Who lists publishers, whether with mirrors of their documents, and which."""

    name: str
    mirrors: bool
    updated_at: datetime
    publishers: tuple[Aggregated, ...]


def parse_aggregator(data: bytes) -> Aggregator:
    """Read an aggregator.json.

    Raises:
        MalformedError: Not strict JSON, of another version than 2.0, or a member that is needed
            is missing or of another form.
    """
    root = JsonValue(parse_json(data, max_bytes=MAX_AGGREGATOR_BYTES))
    version = root.field("aggregator_version")
    if version.text() != "2.0":
        raise MalformedError(
            f"version {version.text()[:40]!r}, where 2.0 is read", where=version.where
        )
    who = root.field("aggregator")
    category = who.field("category")
    if category.text() not in _CATEGORIES:
        raise MalformedError(f"the category {category.text()[:40]!r}", where=category.where)
    listed = (*root.field("csaf_providers").items(), *root.optional_items("csaf_publishers"))
    return Aggregator(
        name=who.field("name").text(),
        mirrors=category.text() == "aggregator",
        updated_at=root.field("last_updated").parsed(parse_time),
        publishers=tuple(map(_aggregated, listed)),
    )


def _aggregated(entry: JsonValue) -> Aggregated:
    about = entry.field("metadata")
    about.field("last_updated").parsed(parse_time)
    about.field("url").text()
    return Aggregated(
        namespace=about.field("publisher").field("namespace").text(),
        mirrors=tuple(item.text() for item in entry.optional_items("mirrors")),
    )
