"""Silence: what could not be read about vulnerabilities is never taken for "not affected"."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.vuln.match import GET_ADVISORIES, MatchResult, match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.mirrorfiles import load_feeds
from assay.vuln.mirrorupdate import update_advisories
from assay.vuln.ranges import Answer
from tests.vuln.records import affected, encoded
from tests.vuln.test_match import component
from tests.vuln.test_mirror import FakeBucket, archive, folder

AT = datetime(2026, 3, 1, tzinfo=UTC)
PURL = "pkg:pypi/shop@1.0"
OTHER = encoded("GHSA-other", affected=[affected("other")])


def _matched(tmp_path: Path, purl: str = PURL, **records: bytes) -> MatchResult:
    mirror = tmp_path / "mirror"
    import_advisories(folder(tmp_path / "source", records), mirror, at=AT)
    one = component(purl)
    return match_components([one], load_advisories(mirror, [one]), at=AT)


def test_unreadable_advisory(tmp_path: Path) -> None:
    """Unreadable advisory: treated as clean."""
    result = _matched(tmp_path, good=OTHER, bad=b"{ not JSON")
    assert result.answers[PURL] is Answer.UNKNOWN
    assert [(item.what, item.where) for item in result.not_checked] == [("advisory", "bad.json")]


def test_unreadable_advisory_that_names_its_package(tmp_path: Path) -> None:
    """Unreadable advisory, about one package: that one is unknown, the others are not."""
    result = _matched(tmp_path, good=OTHER, bad=encoded(modified="soon"))
    assert result.answers[PURL] is Answer.UNKNOWN
    clean = _matched(tmp_path, "pkg:pypi/third@1.0", good=OTHER, bad=encoded(modified="soon"))
    assert clean.answers["pkg:pypi/third@1.0"] is Answer.NOT_AFFECTED


def test_unknown_schema_version(tmp_path: Path) -> None:
    """Unknown schema version: treated as clean, or read by the rules of the old one."""
    result = _matched(tmp_path, good=OTHER, later=encoded(schema_version="2.0.0"))
    assert (result.answers[PURL], result.findings) == (Answer.UNKNOWN, ())
    assert "schema version '2.0.0'" in result.not_checked[0].why


def test_unknown_kind_of_range(tmp_path: Path) -> None:
    """Unknown fields ignored: a range of a kind that this version does not know."""
    later = encoded(affected=[affected(kind="LUNAR")])
    assert _matched(tmp_path, later=later).answers[PURL] is Answer.UNKNOWN


def test_unparsable_version(tmp_path: Path) -> None:
    """Unparsable lock file line: its version is none, so nobody can tell."""
    result = _matched(tmp_path, "pkg:pypi/shop@git-main", good=encoded())
    assert result.answers["pkg:pypi/shop@git-main"] is Answer.UNKNOWN


def test_no_data_for_the_ecosystem(tmp_path: Path) -> None:
    """Evidence expected and absent: no advisories is not "no vulnerabilities"."""
    result = match_components([component()], load_advisories(tmp_path, [component()]), at=AT)
    assert result.answers[PURL] is Answer.UNKNOWN
    assert result.not_checked[0].remedy == GET_ADVISORIES


def test_dead_feed_shows_its_age(tmp_path: Path) -> None:
    """Dead feed: fetched today, and nothing new in it for a year. Both times are in the result."""
    result = _matched(tmp_path, good=encoded(modified="2025-03-01T00:00:00Z"))
    assert result.inputs["advisories/PyPI/importedAt"] == "2026-03-01T00:00:00Z"
    assert result.inputs["advisories/PyPI/newestModified"] == "2025-03-01T00:00:00Z"


def test_dead_feed_does_not_look_alive_by_one_date_in_the_future(tmp_path: Path) -> None:
    """Dead feed: a record from the year 9999 would keep it fresh for ever."""
    old = encoded("A", modified="2025-03-01T00:00:00Z")
    far = encoded("B", modified="9999-01-01T00:00:00Z")
    inputs = _matched(tmp_path, old=old, far=far).inputs
    assert inputs["advisories/PyPI/newestModified"] == "2025-03-01T00:00:00Z"


def test_dead_feed_that_comes_back_empty(tmp_path: Path) -> None:
    """Dead feed: an archive that lost its advisories does not replace the ones that are here."""
    full = FakeBucket(PyPI=archive(tmp_path / "a.zip", *(encoded(f"A-{n}") for n in range(9))))
    update_advisories(["PyPI"], tmp_path / "m", at=AT, fetch=full.fetch)
    broken = FakeBucket(PyPI=archive(tmp_path / "b.zip", OTHER))
    with pytest.raises(Exception, match="1 advisories, where there were 9"):
        update_advisories(["PyPI"], tmp_path / "m", at=AT + timedelta(days=1), fetch=broken.fetch)
    assert load_feeds(tmp_path / "m")["PyPI"].advisories == 9
    one = component()
    assert match_components([one], load_advisories(tmp_path / "m", [one]), at=AT).findings


def test_another_ecosystem_in_a_feed_replaces_nothing(tmp_path: Path) -> None:
    """Silence by replacement: one foreign record in PyPI's archive must not stand for all of npm."""
    mirror = tmp_path / "m"
    node = [affected("left", ecosystem="npm")]
    import_advisories(folder(tmp_path / "npm", {"N": encoded("N", affected=node)}), mirror, at=AT)
    both = encoded("B", affected=[affected("shop"), affected("right", ecosystem="npm")])
    archive(tmp_path / "PyPI.zip", both)
    import_advisories(tmp_path / "PyPI.zip", mirror, at=AT)
    one = component("pkg:npm/left@1.0.0")
    assert match_components([one], load_advisories(mirror, [one]), at=AT).findings
