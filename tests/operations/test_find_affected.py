"""Which products a vulnerability, or a package, is in: over real logs."""

import json
import shutil
from pathlib import Path

import pytest

from assay.core.errors import AssayError, RejectedError, UsageError
from assay.core.verdict import Verdict
from assay.operations.find_affected import AffectedReport, AffectedRequest, ask_affected
from assay.operations.manage_advisories import (
    import_advisories,
    import_signals,
    is_signal,
    list_signals,
)
from assay.vuln.context import ProductContext
from assay.vuln.ranges import Answer
from assay.vuln.ssvc import Decided, Decision
from tests.operations.run import check, clock
from tests.operations.site import Site, write_advisories
from tests.vuln.foreign.records import nvd_cve, nvd_page

LEFT = "TEST-leftpad-py"
CVE = "CVE-2026-1000"
NEITHER = "neither an id nor a package URL (such as CVE-2021-44228, GHSA-…, or pkg:pypi/requests)"


def ask(
    site: Site, query: str, *, rebuild: bool = False, all_releases: bool = False
) -> AffectedReport:
    request = AffectedRequest(
        query=query, repositories=(site.top,), rebuild=rebuild, all_releases=all_releases
    )
    return ask_affected(request, clock=clock())


def advise(site: Site, *, fixed: str) -> None:
    source = write_advisories(site.folder / "new", package="leftpad-py", fixed=fixed)
    import_advisories(source, clock=clock())


def _gaps(report: AffectedReport) -> list[tuple[str, str]]:
    return [(gap.what, gap.why) for gap in report.not_checked]


def test_a_product_that_is_affected(here: Site) -> None:
    advise(here, fixed="2.0.0")
    report = ask(here, LEFT)
    [place] = report.places
    assert (report.verdict, report.products) == (Verdict.FAILED, 1)
    assert _gaps(report) == [("exploitation", "not here")] * 2
    assert place.path == ("pkg:pypi/leftpad-py@1.0.0",)
    assert place.found.release.subject.hex == here.repo.head
    assert [feed.ecosystem for feed in report.feeds] == ["PyPI"]
    assert (
        place.as_json()
        | {
            "product": "shop",
            "component": "pkg:pypi/leftpad-py@1.0.0",
            "answer": "affected",
            "fixed": "2.0.0",
            "context": ProductContext().as_json(),
            "vulnerabilities": [LEFT],
        }
        == place.as_json()
    )


def test_a_product_that_has_the_fix(here: Site) -> None:
    advise(here, fixed="1.0.0")
    report = ask(here, LEFT)
    assert (report.verdict, report.places, report.not_checked) == (Verdict.PASSED, (), ())


def test_a_vulnerability_that_no_advisory_names_is_unknown(here: Site) -> None:
    report = ask(here, "CVE-2099-1")
    assert (report.verdict, report.places) == (Verdict.UNKNOWN, ())
    assert _gaps(report) == [("vulnerability", "no advisory here names it")]


def test_an_advisory_that_cannot_be_read_is_unknown_with_the_reason(here: Site) -> None:
    source = write_advisories(here.folder / "new", package="leftpad-py")
    (source / "CVE-2099-1.json").write_text("{")
    import_advisories(source, clock=clock())
    report = ask(here, "CVE-2099-1")
    assert report.verdict is Verdict.UNKNOWN
    [(_, feed), (_, why)] = _gaps(report)
    assert feed == "1 cannot be read"
    assert why.startswith("its advisory cannot be read: [malformed] not strict JSON")


def test_without_any_product_nobody_can_tell(
    here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty means no."""
    advise(here, fixed="2.0.0")
    monkeypatch.chdir(tmp_path)
    report = ask_affected(AffectedRequest(query=LEFT), clock=clock())
    assert report.verdict is Verdict.UNKNOWN
    assert _gaps(report) == [("products", "no product's list of components was read")]


def test_an_ecosystem_without_advisories_is_not_checked(here: Site) -> None:
    here.repo.commit(
        "Add a module",
        files={
            "go.mod": "module m.example/m\n\ngo 1.22\n\nrequire a.example/x v1.0.0\n",
            "go.sum": "a.example/x v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
            "a.example/x v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        },
    )
    check(here)
    advise(here, fixed="1.0.0")
    report = ask(here, LEFT)
    assert report.verdict is Verdict.UNKNOWN
    assert ("advisory data", "no advisories here") in _gaps(report)


def test_who_holds_a_package(here: Site) -> None:
    report = ask(here, "pkg:pypi/leftpad-py")
    assert (report.verdict, len(report.places)) == (Verdict.FAILED, 1)
    assert report.places[0].found.answer is Answer.NOT_AFFECTED
    nobody = ask(here, "pkg:pypi/leftpad-py@9")
    assert (nobody.verdict, nobody.places) == (Verdict.PASSED, ())


def test_what_was_recorded_meanwhile_is_read(here: Site) -> None:
    """And the newest release of a product is asked, unless all are."""
    advise(here, fixed="2.0.0")
    assert ask(here, LEFT).verdict is Verdict.FAILED
    old = here.repo.head
    here.repo.commit(
        "Upgrade",
        files={
            "requirements.txt": "leftpad-py==2.0.0 --hash=sha256:" + "0f" * 32 + "\n",
            "assay.toml": '[product]\nowner = "web team"\ndeployed = true\n',
        },
    )
    check(here)
    assert ask(here, LEFT).verdict is Verdict.PASSED
    [place] = ask(here, LEFT, all_releases=True).places
    assert place.found.release.subject.hex == old
    [holder] = ask(here, "pkg:pypi/leftpad-py@2.0.0").places
    context = holder.found.release.context
    assert (context.owner, context.deployed) == ("web team", True)
    assert ask(here, LEFT, rebuild=True).verdict is Verdict.PASSED


def test_a_repository_that_has_gone_is_not_checked(here: Site, tmp_path: Path) -> None:
    """Its products are still known, as of the last reading, and the answer says so."""
    advise(here, fixed="1.0.0")
    assert ask(here, LEFT).verdict is Verdict.PASSED
    shutil.move(here.top, tmp_path / "away")
    report = ask_affected(AffectedRequest(query=LEFT), clock=clock())
    assert (report.verdict, report.products) == (Verdict.UNKNOWN, 1)
    [(what, why)] = _gaps(report)
    assert what == "log"
    assert why.startswith("not read since it had 12 entries: [usage] ")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "",
            f"[usage] '' is {NEITHER}",
        ),
        (
            "CVE-1 CVE-2",
            f"[usage] 'CVE-1 CVE-2' is {NEITHER}",
        ),
        ("pkg:pypi", "[malformed] 'pkg:pypi' is no package URL (pkg:TYPE/NAME@VERSION)"),
    ],
)
def test_no_question(here: Site, query: str, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        ask(here, query)
    assert str(caught.value) == message


def test_a_log_that_is_not_to_be_trusted_is_refused(here: Site) -> None:
    here.log.write_bytes(b"x" * 4096)
    with pytest.raises(RejectedError):
        ask(here, LEFT)


def test_a_repository_without_a_log_is_a_usage_error(here: Site) -> None:
    shutil.rmtree(here.top / ".assay")
    with pytest.raises(UsageError):
        ask(here, LEFT)


def test_what_is_exploited_comes_first_and_says_from_what(here: Site, tmp_path: Path) -> None:
    source = write_advisories(here.folder / "new", package="leftpad-py", cve=CVE)
    import_advisories(source, clock=clock())
    entry = {"cveID": CVE, "dateAdded": "2026-02-01"}
    listed = {"dateReleased": "2026-03-01", "count": 1, "vulnerabilities": [entry]}
    source = tmp_path / "kev.json"
    source.write_text(json.dumps(listed))
    assert is_signal(source)
    feed = import_signals(source, clock=clock())
    report = ask(here, LEFT)
    assert (report.signals, list_signals()) == ((feed,), (feed,))
    [place] = report.places
    assert place.priority is not None
    assert place.priority.decided == Decided(
        decision=Decision.ACT,
        at_least=Decision.ATTEND,
        missing=("mission impact", "well-being impact"),
    )
    assert place.priority.facts["kev"] == "2026-02-01"
    assert place.priority.facts["kev/digest"] == str(feed.digest)
    assert report.as_json()["signals"] == [feed.as_json()]


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("cve-2099-1", "CVE-2099-1"),
        ("ghsa-AAAA-bbbb-cccc", "GHSA-aaaa-bbbb-cccc"),
        (" RUSTSEC-2099-0001 ", "RUSTSEC-2099-0001"),
        ("PKG:pypi/leftpad-py", "pkg:pypi/leftpad-py"),
    ],
)
def test_an_id_in_any_case(here: Site, written: str, query: str) -> None:
    assert ask(here, written).query == query


@pytest.mark.parametrize("rebuild", [False, True])
def test_logs_that_nobody_looks_at_are_not_read(here: Site, rebuild: bool) -> None:  # noqa: FBT001
    given = () if rebuild else (here.top,)
    request = AffectedRequest(query=LEFT, as_read=True, rebuild=rebuild, repositories=given)
    with pytest.raises(UsageError) as caught:
        ask_affected(request, clock=clock())
    assert str(caught.value) == (
        "[usage] --as-read looks at no log (leave it out, or --in and --rebuild)"
    )


def test_a_foreign_feed_is_part_of_the_answer(here: Site) -> None:
    """It may have had something about any product: how old it is, whoever asks is told."""
    advise(here, fixed="1.0.0")
    source = here.folder / "nvd.json"
    source.write_bytes(nvd_page(nvd_cve()))
    import_advisories(source, clock=clock())
    assert [feed.ecosystem for feed in ask(here, LEFT).feeds] == ["PyPI", "NVD"]
