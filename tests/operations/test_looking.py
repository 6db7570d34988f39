"""Operations that only look: the log's list, the status, the advisories."""

from pathlib import Path

import pytest

from assay.core.errors import AssayError, UnavailableError, UsageError
from assay.operations.list_log import list_log
from assay.operations.manage_advisories import (
    explain_vulnerability,
    feed_gaps,
    feed_json,
    import_advisories,
    list_feeds,
)
from assay.operations.show_status import show_status
from tests.operations.run import AT, ENTRIES, check, clock, told
from tests.operations.site import Site, write_advisories
from tests.vuln.foreign.records import nvd_cve, nvd_page


def test_the_list_has_every_entry_in_order(here: Site) -> None:
    listed = list_log(here.top, clock=clock())
    assert [entry.index for entry in listed] == list(range(ENTRIES))
    assert {entry.subject for entry in listed[2:]} == {f"gitCommit:{here.repo.head}"}


def test_the_list_changes_nothing(here: Site) -> None:
    before = here.log.read_bytes(), here.anchor.read_bytes()
    list_log(here.top, clock=clock())
    show_status(here.top, clock=clock())
    assert (here.log.read_bytes(), here.anchor.read_bytes()) == before


def test_the_status_is_about_the_commit_at_head(here: Site) -> None:
    checked = show_status(here.top, clock=clock(hours=1))
    assert len(checked.tasks) == 42
    here.repo.commit("Unchecked")
    unchecked = show_status(here.top, clock=clock(hours=1))
    assert unchecked.subject != checked.subject
    assert checked.as_json() == checked.as_json() | {"schema": "assay.status/v1"}
    assert {task.verdict.value for task in unchecked.tasks} == {"UNKNOWN"}
    assert {task.verdict.value for task in checked.tasks} > {"UNKNOWN"}


def test_the_status_of_a_check_is_the_status(here: Site) -> None:
    report = check(here, hours=1)
    assert show_status(here.top, clock=clock(hours=1)).as_json() == report.status.as_json()


@pytest.mark.parametrize("look", [list_log, show_status])
def test_no_log(here: Site, tmp_path: Path, look: object) -> None:
    (here.top / ".assay").rename(tmp_path / "away")
    assert callable(look)
    with pytest.raises(UsageError) as caught:
        look(here.top, clock=clock())
    assert told(caught.value, here) == (
        "[usage] this repository has no log yet, at {}/shop/.assay/log.sqlite "
        "(run: assay init {}/shop)"
    )


def test_feeds(here: Site) -> None:
    [feed] = list_feeds()
    assert (feed.ecosystem, feed.advisories, feed.unreadable) == ("PyPI", 1, 0)
    assert feed.imported_at == AT
    assert feed_json(feed)["newestModified"] == "2026-01-01T00:00:00Z"
    assert feed_gaps((feed,)) == ()


def test_records_that_cannot_be_read_are_counted_and_told(here: Site) -> None:
    folder = write_advisories(here.folder / "more")
    (folder / "broken.json").write_text("{")
    [feed] = import_advisories(folder, clock=clock(hours=1))
    assert (feed.advisories, feed.unreadable) == (1, 1)
    [gap] = feed_gaps((feed,))
    assert (gap.what, gap.where, gap.why) == ("advisories", "PyPI", "1 cannot be read")


def test_an_import_that_fails_leaves_what_was_there(here: Site) -> None:
    before = list_feeds()
    (here.folder / "no.zip").write_text("no zip")
    for source in (here.folder / "no.zip", here.folder / "gone", here.top / ".assay"):
        with pytest.raises(AssayError):
            import_advisories(source, clock=clock(hours=1))
    assert list_feeds() == before


def test_no_advisories_yet(here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "elsewhere"))
    assert list_feeds() == ()


def test_why_advisories_are_one_vulnerability(here: Site) -> None:
    document = explain_vulnerability("TEST-rightpad-py", clock=clock()).as_json()
    assert document == document | {"notChecked": []}
    feeds = document["feeds"]
    assert isinstance(feeds, list)
    assert [feed["ecosystem"] for feed in feeds] == ["PyPI"]
    assert document["clusters"] == [
        {
            "ecosystem": "PyPI",
            "package": "rightpad-py",
            "vulnerability": "TEST-rightpad-py",
            "members": [
                {
                    "advisory": "TEST-rightpad-py",
                    "aliases": [],
                    "why": ("no CVE is known; named after TEST-rightpad-py: TEST-rightpad-py"),
                    "withdrawn": False,
                    "source": "OSV",
                    "rank": "package",
                    "says": ["affected: before 2.0.0"],
                }
            ],
        }
    ]


def test_an_explanation_names_all_feeds_and_what_nobody_could_read(here: Site) -> None:
    """Those of other forms than OSV as well: the answer may turn on a record that is not read."""
    page = nvd_page(nvd_cve(), nvd_cve("CVE-2023-1001", lastModified=None))
    (here.folder / "nvd.json").write_bytes(page)
    import_advisories(here.folder / "nvd.json", clock=clock())
    found = explain_vulnerability("CVE-2023-1000", clock=clock())
    assert [feed.ecosystem for feed in found.feeds] == ["NVD"]
    assert [(gap.where, gap.why) for gap in found.not_checked] == [("NVD", "1 cannot be read")]


def test_an_id_that_no_advisory_has(here: Site) -> None:
    with pytest.raises(UnavailableError) as caught:
        explain_vulnerability("CVE-2099-1", clock=clock())
    assert str(caught.value) == (
        "[unavailable] no advisory here names 'CVE-2099-1' "
        "(run `assay vulns update`, or `assay vulns import DIR|ZIP` when offline)"
    )
