"""What foreign feeds could not take in is listed by name, and not only counted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.operations.list_unreadable import MAX_LISTED, list_unreadable
from assay.operations.manage_advisories import import_advisories
from tests.vuln.csaf.documents import changed, csaf, encoded
from tests.vuln.records import encoded as osv

AT = datetime(2026, 3, 1, tzinfo=UTC)
FEED = "CSAF:psirt.example.com"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def listed(source: Path) -> list[str]:
    return [str(gap) for gap in list_unreadable(import_advisories(source, clock=lambda: AT))]


def test_each_is_listed_with_its_reason(source: Path) -> None:
    draft = changed(csaf(), {"document.tracking.status": "draft"})
    (source / "a.json").write_bytes(encoded(csaf()))
    (source / "b.json").write_bytes(encoded(draft))
    assert listed(source) == [
        f"advisory, {FEED}, b.json: [malformed] a draft (look at it by hand, or ask its publisher)"
    ]


def test_long_lists_are_cut(source: Path) -> None:
    draft = encoded(changed(csaf(), {"document.tracking.status": "draft"}))
    for number in range(MAX_LISTED + 2):
        (source / f"{number}.json").write_bytes(draft)
    found = listed(source)
    assert len(found) == MAX_LISTED + 1
    assert found[-1] == f"advisory, {FEED}: 2 more (look at it by hand, or ask its publisher)"


def test_feeds_without_such_records_have_no_list(source: Path) -> None:
    (source / "a.json").write_bytes(encoded(csaf()))
    (source / "b.json").write_bytes(osv())
    assert listed(source) == []
