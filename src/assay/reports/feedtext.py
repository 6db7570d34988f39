"""What a feed of advisories is known by, in one line: its name, and how old it is."""

from assay.vuln.advisory import Feed


def feed_words(feed: Feed) -> str:
    """Return the line about a feed that stands under each answer from it."""
    newest = feed.newest_modified
    return (
        f"{feed.ecosystem}: advisories imported {feed.imported_at:%Y-%m-%d %H:%M}, "
        f"newest of {newest.date().isoformat() if newest else 'no date'}"
    )
