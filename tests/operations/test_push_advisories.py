"""What is new in the advisories, over real logs, with what is recorded, noted and sent."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json
from assay.core.verdict import Verdict
from assay.gates.reading import SUPERSESSION_TYPE, VERDICT_TYPE, VULNS_TYPE
from assay.operations.deliver import Delivered
from assay.operations.evidence import gate_evidence
from assay.operations.find_affected import AffectedRequest, ask_affected
from assay.operations.home import open_home
from assay.operations.list_log import list_log
from assay.operations.manage_advisories import import_advisories, import_signals
from assay.operations.notification import count_states, describe_release
from assay.operations.push_advisories import (
    PushedRelease,
    PushReport,
    PushRequest,
    push_advisories,
    push_imported,
)
from assay.operations.try_target import try_target
from assay.operations.verify_log import verify_log
from tests.fakes.restserver import Answered, Asked, serving
from tests.operations.run import ENTRIES, check, clock, ledger
from tests.operations.site import Site, write_advisories
from tests.operations.test_notification import ALERT, DOUBT
from tests.vuln.foreign.records import criterion, node, nvd_cve, nvd_page

LEFT = "TEST-leftpad-py"
SECRET = "s" * 32


def push(*, hours: float = 1, dry_run: bool = False, given: tuple[Path, ...] = ()) -> PushReport:
    return push_advisories(
        PushRequest(repositories=given, dry_run=dry_run),
        progress=lambda _: None,
        clock=clock(hours=hours),
    )


def advise(site: Site, *, fixed: str = "2.0.0", package: str = "leftpad-py") -> None:
    source = write_advisories(site.folder / "osv", package=package, fixed=fixed, day="2026-02-01")
    import_advisories(source, clock=clock())


@pytest.fixture
def known(here: Site) -> Site:
    """A site that is in the portfolio, and whose mirror was pushed."""
    push(given=(here.top,))
    return here


def states(report: PushReport) -> list[tuple[str, str, str]]:
    return [
        (alert.release.product, alert.event.state.value, alert.event.vulnerability)
        for one in report.releases
        for alert in one.alerts
    ]


def notify(*tables: str) -> None:
    (open_home().folder / "notify.toml").write_text("\n".join(tables))


def to_file(path: Path, **members: str) -> str:
    said = "".join(f"{name} = {value}\n" for name, value in members.items())
    return f'[[notify]]\nname = "{path.stem}"\nkind = "file"\npath = "{path}"\n{said}'


def lines(path: Path) -> list[JsonValue]:
    found = path.read_bytes().splitlines() if path.exists() else []
    return [JsonValue(parse_json(line, max_bytes=2**20)) for line in found]


def test_nothing_is_new_where_nothing_changed(known: Site) -> None:
    report = push()
    assert (report.releases, report.changed, report.not_checked) == ((), 0, ())


def test_a_new_advisory_turns_a_verdict_that_passed(known: Site) -> None:
    advise(known)
    report = push()
    assert states(report) == [("shop", "affected", LEFT)]
    [release] = report.releases
    assert release.recorded
    assert [one.as_json() for one in release.redecided] == [
        {"stage": "source", "before": "PASSED", "now": "FAILED"}
    ]
    kinds = [entry.predicate_type for entry in list_log(known.top, clock=clock(hours=1))]
    assert (kinds[ENTRIES], kinds[-1]) == (VULNS_TYPE, VERDICT_TYPE)
    assert verify_log(known.top, clock=clock(hours=1)).size == len(kinds)
    assert push(hours=2).releases == ()
    assert check(known, hours=3).verdict is Verdict.FAILED


def test_a_dry_run_leaves_everything_to_the_next_one(known: Site, tmp_path: Path) -> None:
    told = tmp_path / "all.jsonl"
    notify(to_file(told))
    advise(known)
    tried = push(dry_run=True)
    assert states(tried) == [("shop", "affected", LEFT)]
    assert (tried.releases[0].recorded, lines(told)) == (False, [])
    assert len(list_log(known.top, clock=clock(hours=1))) == ENTRIES
    done = push()
    assert states(done) == states(tried)
    assert (done.delivered.arrived, len(lines(told))) == (1, 1)


def test_a_range_that_shrank_clears_and_supersedes(known: Site) -> None:
    advise(known)
    push()
    source = write_advisories(
        known.folder / "osv", package="leftpad-py", fixed="1.0.0", day="2026-03-01"
    )
    import_advisories(source, clock=clock(hours=1))
    report = push(hours=2)
    assert states(report) == [("shop", "cleared", LEFT)]
    [verdict] = report.releases[0].redecided
    assert (verdict.before, verdict.now) == (Verdict.FAILED, Verdict.PASSED)


def test_what_vanished_is_told_and_takes_no_finding_away(known: Site) -> None:
    advise(known)
    push()
    gone = known.folder / "gone"
    import_advisories(write_advisories(gone, day="2026-03-01"), clock=clock(hours=1))
    report = push(hours=2)
    assert states(report) == [("shop", "vanished", LEFT)]
    assert not report.releases[0].recorded
    assert push(hours=3).releases == ()


def test_what_vanished_stays_though_something_else_is_recorded(known: Site) -> None:
    """The statement about the new advisory does not supersede the one with the lost finding."""
    advise(known)
    push()
    other = known.folder / "other"
    write_advisories(other, package="leftpad-py", day="2026-03-01")
    (record,) = other.iterdir()
    record.write_text(record.read_text().replace(LEFT, "OTHER-1"))
    import_advisories(other, clock=clock(hours=1))
    report = push(hours=2)
    assert states(report) == [("shop", "affected", "OTHER-1"), ("shop", "vanished", LEFT)]
    with ledger(known, hours=2) as opened:
        subject = report.releases[0].alerts[0].release.subject
        evidence = gate_evidence(opened, subject)
        superseded = [one for one in evidence if one.predicate_type == SUPERSESSION_TYPE]
    assert len(superseded) == 1  # by the first push, of what the check had found


def test_what_is_exploited_by_now(known: Site, tmp_path: Path) -> None:
    cve = "CVE-2026-1000"
    source = write_advisories(known.folder / "osv", package="leftpad-py", cve=cve)
    import_advisories(source, clock=clock())
    push()
    entry = {"cveID": cve, "dateAdded": "2026-02-01"}
    source = tmp_path / "kev.json"
    source.write_text(
        json.dumps({"dateReleased": "2026-03-01", "count": 1, "vulnerabilities": [entry]})
    )
    import_signals(source, clock=clock(hours=1))
    report = push(hours=2)
    assert states(report) == [("shop", "exploited", cve)]
    [alert] = report.releases[0].alerts
    assert alert.priority is not None
    assert alert.as_json() | {"kev": "2026-02-01", "decision": "Act"} == alert.as_json()


def test_a_log_that_cannot_be_written_is_said_and_the_rest_goes_on(
    known: Site, tmp_path: Path
) -> None:
    told = tmp_path / "all.jsonl"
    notify(to_file(told))
    (known.home / "keys" / "signer.pem").unlink()
    advise(known)
    report = push()
    assert states(report) == [("shop", "affected", LEFT)]
    assert not report.releases[0].recorded
    [gap] = report.not_checked
    assert gap.what == "verdict"
    assert gap.why.startswith("its log does not say yet what is new: [usage] ")
    assert len(lines(told)) == 1


def test_a_repository_that_has_gone_is_told_about_from_the_last_reading(
    known: Site, tmp_path: Path
) -> None:
    advise(known)
    shutil.move(known.top, tmp_path / "away")
    report = push()
    assert states(report) == [("shop", "affected", LEFT)]
    assert [gap.what for gap in report.not_checked] == ["log", "verdict"]


def test_a_crash_before_anything_was_sent_loses_nothing_and_tells_once(
    known: Site, tmp_path: Path
) -> None:
    """The outbox is written, and the mirror does not count as pushed when the machine stops."""
    told = tmp_path / "all.jsonl"
    notify(to_file(told))
    advise(known)

    def stop(what: str) -> None:
        if what.startswith("Recording"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push_advisories(PushRequest(), progress=stop, clock=clock(hours=1))
    assert lines(told) == []
    report = push(hours=2)
    assert states(report) == [("shop", "affected", LEFT)]
    assert (report.delivered.arrived, len(lines(told))) == (1, 1)
    assert push(hours=3).delivered.arrived == 0


def test_a_crash_between_import_and_push(known: Site) -> None:
    """Two imports without a push in between: what both brought is pushed."""
    advise(known)
    source = write_advisories(known.folder / "osv", package="third-py", day="2026-03-01")
    import_advisories(source, clock=clock(hours=1))
    assert states(push(hours=2)) == [("shop", "affected", LEFT)]


def _answering(status: int) -> Callable[[Asked], Answered]:
    return lambda _: Answered(status=status, body=b"so")


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_webhook_that_fails_first_gets_it_the_next_time(
    known: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSIRT_SECRET", SECRET)
    with serving(_answering(500)) as server:
        notify(
            '[[notify]]\nname = "psirt"\nkind = "webhook"\nsecret = "env:PSIRT_SECRET"',
            f'url = "{server.url}/hook"',
        )
        advise(known)
        report = push()
        assert (report.delivered.arrived, report.delivered.waiting) == (0, 1)
        assert [gap.why for gap in report.not_checked] == ["not delivered: 127.0.0.1 answers 500"]
        server.answering = _answering(200)
        again = push(hours=2)
    assert states(again) == []
    assert (again.delivered.arrived, again.delivered.waiting) == (1, 0)
    names = {asked.headers["webhook-id"] for asked in server.asked}
    assert len(names) == 1
    assert server.asked[-1].document()["id"] in names


def test_many_advisories_are_one_message(known: Site, tmp_path: Path) -> None:
    told, few = tmp_path / "all.jsonl", tmp_path / "few.jsonl"
    notify(to_file(told), to_file(few, minimum='"Act"', severity='"critical"', exploited="true"))
    source = write_advisories(known.folder / "osv", package="leftpad-py", day="2026-02-01")
    text = (source / f"{LEFT}.json").read_text()
    for number in range(150):
        (source / f"N-{number}.json").write_text(text.replace(LEFT, f"N-{number}"))
    import_advisories(source, clock=clock())
    assert len(states(push())) == 151
    [message] = lines(told)
    assert len(message.field("alerts").items()) == 100
    assert message.field("more").integer() == 51
    assert message.field("counts").field("affected").integer() == 151
    # No catalogue is here: that nobody exploits it, nobody knows.
    assert len(lines(few)) == 1


def test_without_a_portfolio_nothing_is_held_and_nothing_new(here: Site) -> None:
    """Not even later: what was imported before there was any product is not new to it."""
    advise(here)
    assert push().releases == ()
    assert not (here.home / "portfolio.sqlite").exists()
    ask_affected(AffectedRequest(query=LEFT, repositories=(here.top,)), clock=clock())
    assert push(hours=2).releases == ()


def test_a_trial_goes_to_one_target_alone(here: Site, tmp_path: Path) -> None:
    told, other = tmp_path / "told.jsonl", tmp_path / "other.jsonl"
    notify(to_file(told), to_file(other))
    try_target("told", clock=clock())
    [message] = lines(told)
    assert message.field("text").text() == "A trial: nothing is new."
    assert lines(other) == []
    with pytest.raises(UsageError) as caught:
        try_target("tolt", clock=clock())
    assert str(caught.value) == "[usage] no target 'tolt' in notify.toml (did you mean 'told'?)"
    assert not (here.home / "portfolio.sqlite").exists()


def test_settings_that_are_wrong_stop_a_push_and_not_an_import(known: Site) -> None:
    notify('[[notify]]\nname = "psirt"\nkind = "pigeon"')
    advise(known)
    with pytest.raises(UsageError) as caught:
        push()
    path = known.home / "notify.toml"
    message = f"[usage] 'pigeon', at {path}: notify[0].kind (one of webhook, file)"
    assert str(caught.value) == message
    report = push_imported(progress=lambda _: None, clock=clock(hours=1))
    assert [gap.why for gap in report.not_checked] == [
        f"what was imported is not pushed yet: {message}"
    ]
    (known.home / "notify.toml").unlink()
    assert states(push(hours=2)) == [("shop", "affected", LEFT)]


def test_a_release_of_which_nobody_can_tell_is_not_checked(known: Site) -> None:
    """Its list of components is incomplete: what is new may concern it."""
    known.repo.commit("Add", files={"package.json": '{"dependencies": {"x": "^1.0.0"}}\n'})
    check(known, hours=1)
    advise(known)
    gaps = push(hours=2).not_checked
    assert [(gap.what, gap.where) for gap in gaps] == [("product", "shop")]


def test_what_a_program_reads() -> None:
    gap = NotChecked(what="log", where="x", why="gone")
    pushed = PushedRelease(alerts=(ALERT, DOUBT), recorded=True)
    report = PushReport(
        releases=(pushed,),
        changed=2,
        delivered=Delivered(arrived=1, waiting=3, problems=()),
        dry_run=True,
        not_checked=(gap,),
    )
    assert report.as_json() == {
        "dryRun": True,
        "changedPackages": 2,
        "counts": count_states([ALERT.event.state, DOUBT.event.state]),
        "releases": [
            {
                **describe_release(ALERT.release),
                "alerts": [ALERT.as_json(), DOUBT.as_json()],
                "recorded": True,
                "verdicts": [],
            }
        ],
        "messages": {"delivered": 1, "waiting": 3},
        "notChecked": [gap.as_json()],
    }


def test_an_advisory_that_nobody_can_read_is_told_of_once(known: Site) -> None:
    (known.folder / "osv" / "TEST-broken.json").write_text("{")
    import_advisories(known.folder / "osv", clock=clock())
    why = "1 new ones cannot be read, and may be about any package"
    told = [gap.why for gap in push().not_checked if gap.where == "PyPI"]
    assert told == [why]
    again = [gap.why for gap in push(hours=2).not_checked if gap.where == "PyPI"]
    assert again == []


def test_a_foreign_record_that_cannot_be_read_may_be_about_any_product(known: Site) -> None:
    odd = nvd_cve("CVE-2023-2000", configurations=[{"nodes": [node(criterion("shop"))]}])
    source = known.folder / "nvd.json"
    source.write_bytes(nvd_page(nvd_cve(), odd))
    import_advisories(source, clock=clock())
    [gap] = push().not_checked
    assert (gap.what, gap.where) == ("advisories", "NVD")
    assert gap.why == "1 new ones cannot be read, and may be about any package"
