"""What the list of a mirror says about a feed, as JSON."""

from assay.core.clock import format_time, parse_time
from assay.core.digest import parse_digest
from assay.core.jsonvalue import JsonValue
from assay.vuln.advisory import Feed


def render_listed(feed: Feed) -> dict[str, object]:
    """Return what the list of a mirror says about a feed."""
    newest = feed.newest_modified
    return {
        "ecosystem": feed.ecosystem,
        "digest": str(feed.digest),
        "advisories": feed.advisories,
        "unreadable": feed.unreadable,
        "importedAt": format_time(feed.imported_at),
        "newestModified": None if newest is None else format_time(newest),
        "source": feed.source,
        "etag": feed.etag,
        "releases": list(feed.releases),
    }


def parse_listed(value: JsonValue) -> Feed:
    """Read what `render_listed` writes.

    Raises:
        MalformedError: It is something else.
    """
    newest = value.optional("newestModified")
    return Feed(
        ecosystem=value.field("ecosystem").text(),
        digest=parse_digest(value.field("digest").text()),
        advisories=value.field("advisories").integer(),
        unreadable=value.field("unreadable").integer(),
        imported_at=parse_time(value.field("importedAt").text()),
        newest_modified=None if newest is None else parse_time(newest.text()),
        source=value.field("source").text(),
        etag=value.field("etag").text(),
        releases=tuple(item.text() for item in value.field("releases").items()),
    )
