"""VEX and what is pushed: it takes the alarm away, never the record, and no longer than it holds."""

import shutil
from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.operations.find_affected import AffectedRequest, ask_affected
from assay.operations.manage_advisories import import_advisories
from assay.operations.push_advisories import PushReport, PushRequest, push_advisories
from assay.signing.keyfile import load_key_file
from tests.operations.run import check, clock
from tests.operations.site import Site, write_advisories
from tests.operations.test_push_advisories import lines, notify, push, to_file
from tests.operations.trustkit import pinned, update, with_revoked
from tests.operations.vexkit import NAME, document, record, vendor_key, vendors

WORDS = "it is not_affected, says vendor: not_affected: inline_mitigations_already_exist"


@pytest.fixture(scope="session")
def passed_site(vexed_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site whose check passed by VEX."""
    site = vexed_site.copy(tmp_path_factory.mktemp("quiet") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        record(site, vendors(site, document(author="vendor")))
        assert check(site, hours=4).verdict is Verdict.PASSED
    return site


@pytest.fixture
def shop(passed_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a copy of it, whose home is that of this process."""
    site = passed_site.copy(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    return site


@pytest.fixture
def told(shop: Site, tmp_path: Path) -> Path:
    """Where alarms come to."""
    assert shop.home.exists()
    path = tmp_path / "all.jsonl"
    notify(to_file(path))
    return path


def said(report: PushReport) -> list[tuple[str, str, bool]]:
    """Return state, words of VEX, and whether anything is decided, of each alert."""
    return [
        (alert.event.state.value, alert.set_aside, alert.priority is not None)
        for one in report.releases
        for alert in one.alerts
    ]


def texts(path: Path) -> list[str]:
    return [line.field("text").text() for line in lines(path)]


def test_what_vex_takes_away_is_listed_and_alarms_nobody(shop: Site, told: Path) -> None:
    report = push(hours=5, given=(shop.top,))
    assert said(report) == [("affected", WORDS, False)]
    [alert] = report.releases[0].alerts
    assert alert.as_json() | {"setAside": WORDS, "decision": None} == alert.as_json()
    assert texts(told) == []
    assert said(push(hours=6)) == []


def test_that_it_is_cleared_is_told_whatever_vex_says(shop: Site, told: Path) -> None:
    push(hours=5, given=(shop.top,))
    source = write_advisories(
        shop.folder / "newest", package="leftpad-py", fixed="1.0.0", day="2026-03-01"
    )
    import_advisories(source, clock=clock(hours=6))
    assert said(push(hours=7)) == [("cleared", "", False)]
    assert len(texts(told)) == 1


def test_a_word_that_ended_is_an_alarm_once(shop: Site, told: Path) -> None:
    push(hours=5, given=(shop.top,))
    late = 24 * 367
    tried = push(hours=late, dry_run=True)
    assert (said(tried), texts(told)) == ([("lapsed", "", True)], [])
    report = push(hours=late)
    assert said(report) == said(tried)
    [release] = report.releases
    assert release.recorded
    [again] = release.redecided
    assert (again.before, again.now) == (Verdict.PASSED, Verdict.FAILED)
    assert said(push(hours=late + 1)) == []
    assert texts(told) == [
        f"shop: vulnerabilities: 1 which VEX does not take away any more. First: {NAME}"
    ]


def test_a_word_that_fell_with_its_key_is_an_alarm(shop: Site, told: Path) -> None:
    push(hours=5, given=(shop.top,))
    key = load_key_file(vendor_key(shop)).public.key_id
    update(shop, with_revoked(pinned(shop), key, hours=2), hours=6)
    assert said(push(hours=7)) == [("lapsed", "", True)]
    assert len(texts(told)) == 1


def test_a_crash_before_all_was_recorded_is_mended_by_the_next_push(shop: Site, told: Path) -> None:
    """What VEX took away is noted when all else is done: that it ended is found again."""
    push(hours=5, given=(shop.top,))

    def stop(step: str) -> None:
        if step.startswith("Recording"):
            raise KeyboardInterrupt

    late = clock(hours=24 * 367)
    with pytest.raises(KeyboardInterrupt):
        push_advisories(PushRequest(), progress=stop, clock=late)
    report = push_advisories(PushRequest(), progress=lambda _: None, clock=late)
    assert (said(report), report.releases[0].recorded) == ([("lapsed", "", True)], True)
    assert len(texts(told)) == 1


def test_vex_in_a_log_that_cannot_be_read_takes_nothing_away(
    shop: Site, told: Path, tmp_path: Path
) -> None:
    request = AffectedRequest(query=NAME, repositories=(shop.top,))
    assert [
        place.found.set_aside for place in ask_affected(request, clock=clock(hours=5)).places
    ] == [WORDS]
    shutil.move(shop.top, tmp_path / "away")
    unread = ask_affected(AffectedRequest(query=NAME), clock=clock(hours=5))
    assert [place.found.set_aside for place in unread.places] == [""]
    report = push(hours=6)
    assert said(report) == [("affected", "", True)]
    assert "log" in {gap.what for gap in report.not_checked}
    assert len(texts(told)) == 1


def test_what_vex_takes_away_has_nothing_to_act_on(shop: Site) -> None:
    request = AffectedRequest(query=NAME, repositories=(shop.top,))
    report = ask_affected(request, clock=clock(hours=5))
    [place] = report.places
    assert report.verdict is Verdict.UNKNOWN  # no KEV and no EPSS is here
    assert (place.priority, place.found.set_aside) == (None, WORDS)
    assert (
        place.as_json()
        | {
            "priority": None,
            "setAside": WORDS,
            "reach": {
                "level": "declared",
                "shown": "declared; no import of it was seen (requirements.txt)",
            },
        }
        == place.as_json()
    )


def test_an_answer_from_what_was_read_names_what_it_lacks(shop: Site) -> None:
    """And VEX holds in it as long as its word does, and no longer."""
    push(hours=5, given=(shop.top,))
    shutil.rmtree(shop.top)
    request = AffectedRequest(query=NAME, as_read=True)
    report = ask_affected(request, clock=clock(hours=6))
    assert [place.found.set_aside for place in report.places] == [WORDS]
    [gap] = [gap for gap in report.not_checked if gap.what == "logs"]
    assert gap.why == ("not looked at now; the longest ago, one was read on 2026-06-01T17:00:00Z")
    late = ask_affected(request, clock=clock(hours=24 * 367))
    assert [place.found.set_aside for place in late.places] == [""]
    assert late.verdict is Verdict.FAILED
