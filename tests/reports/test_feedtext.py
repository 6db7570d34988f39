from dataclasses import replace
from datetime import UTC, datetime

from assay.core.digest import sha256_of
from assay.reports.feedtext import feed_words
from assay.vuln.advisory import Feed

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
FEED = Feed(
    ecosystem="NVD",
    digest=sha256_of(b""),
    advisories=1,
    unreadable=0,
    imported_at=AT,
    newest_modified=datetime(2026, 2, 1, tzinfo=UTC),
    source="there",
)


def test_a_feed_in_one_line() -> None:
    said = "NVD: advisories imported 2026-03-01 10:30, newest of "
    assert feed_words(FEED) == f"{said}2026-02-01"
    assert feed_words(replace(FEED, newest_modified=None)) == f"{said}no date"
