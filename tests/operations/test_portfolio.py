"""The portfolio as it is read from logs: nothing that a product holds, or held, is left out."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.operations.find_affected import AffectedReport, AffectedRequest, ask_affected
from assay.operations.home import open_home
from assay.operations.manage_advisories import import_advisories
from assay.system.sqlite import open_sqlite
from tests.operations.fallenkit import compromised
from tests.operations.run import check, clock
from tests.operations.site import Site, write_advisories
from tests.vuln.records import affected, encoded

LEFT = "TEST-leftpad-py"
UPGRADE = {"requirements.txt": "leftpad-py==2.0.0 --hash=sha256:" + "0f" * 32 + "\n"}


def ask(
    query: str = LEFT, *given: Path, all_releases: bool = False, hours: float = 0
) -> AffectedReport:
    request = AffectedRequest(query=query, repositories=given, all_releases=all_releases)
    return ask_affected(request, clock=clock(hours=hours))


def advise(site: Site, *, fixed: str = "2.0.0") -> None:
    source = write_advisories(site.folder / "new", package="leftpad-py", fixed=fixed)
    import_advisories(source, clock=clock())


def gaps(report: AffectedReport) -> list[tuple[str, str]]:
    return [(gap.what, gap.where) for gap in report.not_checked]


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask from a folder that is no repository."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("away")
def test_a_product_is_not_forgotten_when_the_tables_are_made_anew(
    here: Site, tmp_path: Path
) -> None:
    """Of another version of the tables, all is read again; who cannot be read is not checked."""
    advise(here, fixed="1.0.0")
    assert ask(LEFT, here.top).verdict is Verdict.PASSED
    database = open_sqlite(here.home / "portfolio.sqlite", create=False)
    database.execute("UPDATE portfolio_version SET version = 1")
    database.close()
    shutil.move(here.top, tmp_path / "elsewhere")
    report = ask()
    assert report.verdict is Verdict.UNKNOWN
    assert [what for what, _ in gaps(report)] == ["log", "products"]
    assert report.not_checked[0].why.startswith("not read by this version: [usage] ")


@pytest.mark.usefixtures("away")
def test_another_log_in_the_place_of_one_is_not_taken_for_it(here: Site, tmp_path: Path) -> None:
    advise(here, fixed="1.0.0")
    assert ask(LEFT, here.top).verdict is Verdict.PASSED
    database = open_sqlite(here.home / "portfolio.sqlite", create=False)
    database.execute("UPDATE portfolio_logs SET origin = 'other.example/log'")
    database.close()
    report = ask()
    assert report.verdict is Verdict.UNKNOWN
    assert gaps(report) == [("log", "other.example/log")]


def test_a_look_at_another_branch_does_not_hide_the_protected_one(here: Site) -> None:
    advise(here)
    here.repo.git("checkout", "--quiet", "-b", "upgrade")
    here.repo.commit("Upgrade", files=UPGRADE)
    check(here, hours=1)
    report = ask(LEFT, here.top)
    assert (report.verdict, len(report.places), report.replaced) == (Verdict.FAILED, 1, 0)
    here.repo.git("checkout", "--quiet", "main")
    here.repo.git("merge", "--quiet", "--ff-only", "upgrade")
    merged = ask(LEFT, here.top)
    assert (merged.verdict, merged.replaced) == (Verdict.PASSED, 1)


def test_a_product_under_another_name_is_the_same_product(here: Site) -> None:
    advise(here)
    here.repo.commit("Rename", files={"assay.toml": '[product]\nname = "store"\n', **UPGRADE})
    check(here, hours=1)
    report = ask(LEFT, here.top)
    assert (report.verdict, report.products, report.replaced) == (Verdict.PASSED, 1, 1)


def test_a_list_whose_key_was_revoked_leaves_its_product_in_doubt(here: Site) -> None:
    """It counts no more, and what is in the product is not known: it is not one product less."""
    advise(here, fixed="1.0.0")
    assert ask(LEFT, here.top).verdict is Verdict.PASSED
    compromised(here)
    report = ask(LEFT, here.top, hours=3)
    assert (report.verdict, report.products) == (Verdict.UNKNOWN, 1)
    [gap] = [gap for gap in report.not_checked if gap.what == "product"]
    assert gap.where == "shop"
    assert gap.why.startswith("a list of its components counts no more: key ")


def test_a_second_look_at_a_commit_is_one_release(here: Site) -> None:
    advise(here)
    check(here, hours=1)
    report = ask(LEFT, here.top, all_releases=True)
    assert (len(report.places), report.counts) == (
        1,
        {answer: int(answer.value == "affected") for answer in report.counts},
    )


def test_older_releases_are_asked_for_with_their_own_gaps(here: Site) -> None:
    advise(here, fixed="1.0.0")
    here.repo.commit("Add", files={"package.json": '{"dependencies": {"x": "^1.0.0"}}\n'})
    check(here, hours=1)
    here.repo.commit("Remove", files={"package.json": "{}\n"})
    check(here, hours=2)
    assert ask(LEFT, here.top, hours=2).verdict is Verdict.PASSED
    report = ask(LEFT, here.top, all_releases=True, hours=2)
    assert report.verdict is Verdict.UNKNOWN
    assert ("product", "shop") in gaps(report)


def test_advisories_that_are_old_do_not_clear(here: Site) -> None:
    """A range may have become wider since: 168 hours, as at the gate."""
    advise(here, fixed="1.0.0")
    assert ask(LEFT, here.top, hours=168).verdict is Verdict.PASSED
    late = ask(LEFT, here.top, hours=168.1)
    assert (late.verdict, gaps(late)) == (Verdict.UNKNOWN, [("advisories", "PyPI")])


def _import(site: Site, **records: bytes) -> None:
    folder = site.folder / "records"
    folder.mkdir(exist_ok=True)
    for name, data in records.items():
        (folder / f"{name}.json").write_bytes(data)
    import_advisories(folder, clock=clock())


def test_a_record_that_only_another_ones_alias_leads_to(here: Site) -> None:
    """It does not name the CVE: the record about another package does, and names them both."""
    _import(
        here,
        first=encoded("GHSA-1", aliases=["CVE-2026-1"], affected=[affected("other")]),
        second=encoded("PYSEC-1", aliases=["GHSA-1"], affected=[affected("leftpad-py")]),
    )
    report = ask("CVE-2026-1", here.top)
    assert (report.verdict, len(report.places)) == (Verdict.FAILED, 1)


def test_what_is_named_beside_another_cve_is_not_that_one(here: Site) -> None:
    _import(
        here,
        first=encoded("GHSA-1", aliases=["CVE-2026-1"], affected=[affected("other")]),
        both=encoded("X-1", aliases=["CVE-2026-1", "CVE-2026-2"], affected=[affected("third")]),
        second=encoded("CVE-2026-2", affected=[affected("leftpad-py")]),
        third=encoded("GHSA-2", aliases=["CVE-2026-2"], affected=[affected("fourth")]),
        fourth=encoded("PYSEC-2", aliases=["GHSA-2"], affected=[affected("leftpad-py")]),
    )
    assert ask("CVE-2026-1", here.top).verdict is Verdict.PASSED


def test_an_unreadable_record_of_any_ecosystem_that_is_held(here: Site) -> None:
    """The id is known in one ecosystem; in another that products hold, a record cannot be read."""
    advise(here, fixed="1.0.0")
    _import(
        here,
        known=encoded(LEFT, affected=[affected("other", ecosystem="npm")]),
        broken=json.dumps(
            {"id": "B", "affected": [{"package": {"ecosystem": "PyPI", "name": "any"}}]}
        ).encode(),
    )
    report = ask(LEFT, here.top)
    assert report.verdict is Verdict.UNKNOWN
    assert ("advisories", "PyPI") in gaps(report)


def test_a_page_is_the_first_of_what_is_counted(here: Site) -> None:
    advise(here)
    request = AffectedRequest(query=LEFT, repositories=(here.top,))
    whole = ask_affected(request, clock=clock())
    page = ask_affected(replace(request, most=0), clock=clock())
    assert (page.places, page.counts, page.verdict) == ((), whole.counts, Verdict.FAILED)
    assert open_home().folder == here.home
