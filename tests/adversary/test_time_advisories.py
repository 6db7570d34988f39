"""Time: the age of advisory data, and dates in it that lie ahead or behind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import RejectedError, UnavailableError
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.mirrorfiles import load_feeds
from assay.vuln.mirrorupdate import update_advisories
from assay.vuln.ranges import Answer
from tests.vuln.records import encoded
from tests.vuln.test_match import component, known
from tests.vuln.test_mirror import FakeBucket, archive, folder

AT = datetime(2026, 3, 1, tzinfo=UTC)
PURL = "pkg:pypi/shop@1.0"


def test_feed_gap_is_part_of_the_result(tmp_path: Path) -> None:
    """Feed gap: data of last month give an answer that says it is of last month."""
    import_advisories(folder(tmp_path / "s", {"A": encoded()}), tmp_path / "m", at=AT)
    later = AT + timedelta(days=40)
    result = match_components(
        [component()], load_advisories(tmp_path / "m", [component()]), at=later
    )
    assert result.inputs["advisories/PyPI/importedAt"] == "2026-03-01T00:00:00Z"


def test_feed_gap_is_not_closed_by_a_failed_update(tmp_path: Path) -> None:
    """Feed gap: an update that did not happen must not look like one."""
    full = FakeBucket(PyPI=archive(tmp_path / "a.zip", encoded()))
    update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=full.fetch)
    with pytest.raises(UnavailableError, match="no route"):
        update_advisories(
            ["PyPI"], tmp_path / "m", at=AT + timedelta(days=40), fetch=FakeBucket().fetch
        )
    assert load_feeds(tmp_path / "m")["PyPI"].imported_at == AT


def test_feed_rolled_back(tmp_path: Path) -> None:
    """Clock set back: a feed whose newest record is older than before is refused."""
    new = FakeBucket(PyPI=archive(tmp_path / "a.zip", encoded()))
    update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=new.fetch)
    old = archive(tmp_path / "b.zip", encoded(modified="2024-01-01T00:00:00Z"))
    with pytest.raises(RejectedError, match="older than what is here"):
        update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=FakeBucket(PyPI=old).fetch)


def test_withdrawal_counts_from_its_date(tmp_path: Path) -> None:
    """Evidence dated by upload, not by event: a withdrawal ahead of time hides nothing yet."""
    gone = known(encoded(withdrawn="2026-03-01T00:00:00Z"))
    before = match_components([component()], gone, at=AT - timedelta(seconds=1))
    after = match_components([component()], gone, at=AT)
    assert before.answers[PURL] is Answer.AFFECTED
    assert (after.answers[PURL], after.withdrawn) == (
        Answer.NOT_AFFECTED,
        ("GHSA-aaaa-bbbb-cccc",),
    )


def test_an_advisory_of_tomorrow_counts_today() -> None:
    """Clock set back: an advisory that seems to be from the future still counts."""
    ahead = known(encoded(modified="2027-01-01T00:00:00Z", published="2027-01-01T00:00:00Z"))
    result = match_components([component()], ahead, at=AT)
    assert result.answers[PURL] is Answer.AFFECTED
