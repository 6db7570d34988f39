"""Silence when advisories change: what is new, lost or doubtful is told, once, and never clean."""

import json
from pathlib import Path

import pytest

from assay.core.errors import TamperedError
from assay.operations.manage_advisories import import_advisories
from assay.operations.notifysettings import Target
from assay.operations.push_advisories import PushReport, PushRequest, push_advisories
from assay.sbom.component import Component
from assay.system.sqlite import open_sqlite
from assay.vuln.mirror import import_advisories as import_into
from assay.vuln.mirror import load_advisories
from assay.vuln.portfolio.baseline import hold_difference
from assay.vuln.portfolio.changes import find_changes
from assay.vuln.portfolio.pushing import Judging, State, find_concerned, find_events
from assay.vuln.portfolio.store import Portfolio
from tests.operations.conftest import dated_site, here
from tests.operations.run import clock
from tests.operations.site import Site, write_advisories
from tests.vuln.portfolio.test_store import AT, LOG, release
from tests.vuln.records import affected, encoded
from tests.vuln.test_match import component
from tests.vuln.test_mirror import folder

__all__ = ["dated_site", "here"]


def _push(*given: Path, hours: float = 1) -> PushReport:
    request = PushRequest(repositories=given)
    return push_advisories(request, progress=lambda _: None, clock=clock(hours=hours))


def test_a_feed_that_shrinks_suddenly_clears_nobody(tmp_path: Path) -> None:
    """Dead feed: two thousand advisories, then one. Each that is gone is told, and clears nobody."""
    name = "package-{}".format
    many = {
        f"V-{number}": encoded(f"V-{number}", affected=[affected(name(number))])
        for number in range(2000)
    }
    held = tuple(component(f"pkg:pypi/{name(number)}@1.0") for number in range(2000))
    states = [tmp_path / "old", tmp_path / "new"]
    import_into(folder(tmp_path / "all", many), states[0], at=AT)
    import_into(folder(tmp_path / "few", {"V-0": many["V-0"]}), states[1], at=AT)
    changes = find_changes(*states, likely=None)
    old, new = (load_advisories(state, held) for state in states)
    with Portfolio(open_sqlite(tmp_path / "portfolio.sqlite", create=True)) as portfolio:
        portfolio.put(LOG, [(release(), held)], anew=False)
        judging = Judging(old=old, new=new, changes=changes, at=AT)
        events = find_events(judging, find_concerned(portfolio, changes.packages, ()))
    assert [event.state for event in events] == [State.VANISHED] * 1999


def test_a_mirror_that_was_edited_is_not_pushed(here: Site) -> None:
    """Row edited: what was pushed last is compared with its digest, like all that is read."""
    _push(here.top)
    kept = here.home / "advisories" / "pushed"
    [content] = kept.glob("*.advisories")
    content.unlink()
    content.write_bytes(b"assay-advisories/2\tPyPI\n")
    source = write_advisories(here.folder / "osv", package="leftpad-py")
    import_advisories(source, clock=clock())
    with pytest.raises(TamperedError):
        _push()


def test_a_push_that_is_stopped_anywhere_is_made_up_for(here: Site, tmp_path: Path) -> None:
    """Crash in between: at each step, the next push finds what this one found, and tells it once."""
    _push(here.top)
    told = tmp_path / "alerts.jsonl"
    settings = f'[[notify]]\nname = "all"\nkind = "file"\npath = "{told}"\n'
    (here.home / "notify.toml").write_text(settings)
    source = write_advisories(here.folder / "osv", package="leftpad-py")
    import_advisories(source, clock=clock())
    for step in ("Reading", "Comparing", "Recording", "Sending"):

        def stop(what: str, step: str = step) -> None:
            if what.startswith(step):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            push_advisories(PushRequest(), progress=stop, clock=clock(hours=1))
    assert not told.exists()
    _push(hours=2)
    [line] = told.read_text().splitlines()
    assert json.loads(line)["counts"]["affected"] == 1


def test_while_one_pushes_another_import_is_for_the_next_push(tmp_path: Path) -> None:
    """Two writers: what comes in between is not taken for pushed."""
    mirror = tmp_path / "mirror"
    first = folder(tmp_path / "first", {"A": encoded("A")})
    second = folder(tmp_path / "second", {"A": encoded("A"), "B": encoded("B")})
    import_into(first, mirror, at=AT)
    with hold_difference(mirror) as difference:
        import_into(second, mirror, at=AT)
        difference.close()
    with hold_difference(mirror) as difference:
        assert find_changes(difference.old, difference.new, likely=None).packages == {
            ("PyPI", "shop")
        }


def test_stopped_while_the_mirrors_change_places(tmp_path: Path) -> None:
    """Crash: what was pushed last is still known, and what came since is not taken for pushed."""
    mirror = tmp_path / "mirror"
    import_into(folder(tmp_path / "first", {"A": encoded("A")}), mirror, at=AT)
    with hold_difference(mirror) as difference:
        difference.close()
    (mirror / "pushed").rename(mirror / "pushed.old")
    with hold_difference(mirror) as difference:
        assert find_changes(difference.old, difference.new, likely=None).packages == frozenset()


def test_an_empty_filter_is_everything_and_not_nothing() -> None:
    """Empty means no: a target without filters hears of all states."""
    assert Target(name="all", kind="file", where="/alerts").states == tuple(State)


def test_an_unreadable_advisory_about_anything_is_told_of(tmp_path: Path) -> None:
    """Unreadable advisory: nobody knows what it is about, and the answer says that there is one."""
    good = {"A": encoded("A")}
    import_into(folder(tmp_path / "old-source", good), tmp_path / "old", at=AT)
    import_into(folder(tmp_path / "source", good | {"X": b"{"}), tmp_path / "new", at=AT)
    assert find_changes(tmp_path / "old", tmp_path / "new", likely=None).unplaced == (("PyPI", 1),)


def test_one_held_version_that_nobody_can_read_is_told_of(tmp_path: Path) -> None:
    """Unparsable version: a new advisory about its package leaves it in doubt, not out."""
    held = Component(purl="pkg:pypi/shop@trunk", name="shop", version="trunk", found_in=("lock",))
    import_into(folder(tmp_path / "source", {"A": encoded("A")}), tmp_path / "new", at=AT)
    changes = find_changes(tmp_path / "old", tmp_path / "new", likely=None)
    old, new = (load_advisories(tmp_path / name, (held,)) for name in ("old", "new"))
    with Portfolio(open_sqlite(tmp_path / "portfolio.sqlite", create=True)) as portfolio:
        portfolio.put(LOG, [(release(), (held,))], anew=False)
        judging = Judging(old=old, new=new, changes=changes, at=AT)
        [event] = find_events(judging, find_concerned(portfolio, changes.packages, ()))
    assert (event.state, event.vulnerability) == (State.DOUBTFUL, "A")
