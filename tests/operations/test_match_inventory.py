"""What is known against an inventory, without a repository or a log."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.clock import format_time
from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.generate_sbom import Described, generate_sbom
from assay.operations.manage_advisories import import_advisories, import_signals
from assay.operations.match_inventory import Matched, MatchRequest, match_inventory
from assay.operations.survey_source import Target
from tests.operations.run import clock
from tests.operations.site import write_advisories
from tests.vuln.foreign.records import nvd_cve, nvd_page
from tests.vuln.vex.vexes import said

RIGHT = "TEST-rightpad-py"
AFFECTED = "rightpad-py==1.0.0\n"
CLEAN = "rightpad-py==2.0.0\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder; the advisories here are one, about `rightpad-py` below 2.0.0."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    import_advisories(write_advisories(tmp_path / "advisories"), clock=clock())
    (tmp_path / "product").mkdir()
    return tmp_path / "product"


def match(
    source: Path | str,
    *,
    at_least: str = "info",
    with_reach: bool = True,
    vex: tuple[Path, ...] = (),
) -> Matched:
    request = MatchRequest(source=str(source), at_least=at_least, with_reach=with_reach, vex=vex)
    return match_inventory(request, progress=lambda _: None, clock=clock())


def locked(folder: Path, text: str) -> Path:
    (folder / "requirements.txt").write_text(text)
    return folder


def gaps(matched: Matched) -> list[tuple[str, str]]:
    return [(gap.what, gap.why) for gap in matched.report.not_checked]


def test_what_is_known_and_how_urgent_it_is(folder: Path) -> None:
    entry = {"cveID": RIGHT, "dateAdded": "2026-02-01"}
    kev = {"dateReleased": "2026-03-01", "count": 1, "vulnerabilities": [entry]}
    (folder.parent / "kev.json").write_text(json.dumps(kev))
    import_signals(folder.parent / "kev.json", clock=clock())
    matched = match(locked(folder, AFFECTED))
    [one] = matched.known
    assert (matched.verdict, gaps(matched), matched.unknown) == (Verdict.FAILED, [], ())
    assert one.counts
    assert one.finding.title == f"{RIGHT} in rightpad-py 1.0.0"
    assert one.priority.facts["kev"] == "2026-02-01"
    assert [feed.ecosystem for feed in matched.feeds] == ["PyPI"]
    assert [feed.name for feed in matched.signals] == ["KEV"]
    document = matched.as_json()
    assert document["verdict"] == "FAILED"


def test_nothing_is_known(folder: Path) -> None:
    matched = match(locked(folder, CLEAN))
    assert (matched.verdict, matched.known, gaps(matched)) == (Verdict.PASSED, (), [])


def test_how_near_the_sources_come(folder: Path) -> None:
    (locked(folder, AFFECTED) / "app.py").write_text("import rightpad_py\n")
    matched = match(folder)
    [one] = matched.known
    assert one.finding.reach is not None
    assert one.finding.reach.sentence == "imported (app.py:1)"
    assert matched.not_checked == ()
    assert matched.as_json()["vulnerabilities"] == [
        {
            "finding": one.finding.as_json(),
            "priority": one.priority.as_json(),
            "reach": one.finding.reach.as_json(),
            "vex": None,
            "counts": True,
        }
    ]


def test_where_no_sources_are_read_that_is_told(folder: Path) -> None:
    """Nobody looked: there is no level, and what was not checked says so."""
    path = sbom(folder, AFFECTED, name="bom.json")
    for matched, why in (
        (match(path), "an SBOM has no sources"),
        (match(folder, with_reach=False), "sources were not to be read"),
    ):
        [gap] = matched.not_checked
        assert (gap.what, gap.where, gap.why) == ("reach", "product", why)
        assert [one.as_json()["reach"] for one in matched.known] == [None]
    [clean] = [match(locked(folder, CLEAN), with_reach=False)]
    assert (clean.verdict, clean.not_checked) == (Verdict.PASSED, ())


def test_a_source_that_does_not_parse_is_told_and_decides_nothing(folder: Path) -> None:
    (locked(folder, AFFECTED) / "app.py").write_text("def (\n")
    matched = match(folder)
    assert (matched.verdict, matched.report.not_checked) == (Verdict.FAILED, ())
    assert [(gap.what, gap.where) for gap in matched.not_checked] == [("source", "app.py")]
    (folder / "requirements.txt").write_text(CLEAN)
    assert (match(folder).verdict, match(folder).not_checked) == (Verdict.PASSED, ())


def test_each_feed_says_its_age(folder: Path) -> None:
    matched = match(locked(folder, AFFECTED))
    [feed] = matched.feeds
    assert matched.age(feed) == (clock()() - datetime(2026, 1, 1, tzinfo=UTC)).days
    assert matched.age(replace(feed, newest_modified=None)) is None


def test_the_most_urgent_is_first(folder: Path) -> None:
    import_advisories(
        write_advisories(folder.parent / "advisories", package="leftpad-py"), clock=clock()
    )
    entry = {"cveID": RIGHT, "dateAdded": "2026-02-01"}
    kev = {"dateReleased": "2026-03-01", "count": 1, "vulnerabilities": [entry]}
    (folder.parent / "kev.json").write_text(json.dumps(kev))
    import_signals(folder.parent / "kev.json", clock=clock())
    matched = match(locked(folder, f"leftpad-py==1.0.0\n{AFFECTED}"))
    assert [one.finding.title.split()[0] for one in matched.known] == [RIGHT, "TEST-leftpad-py"]


def test_less_severe_than_asked_does_not_count_and_is_shown(folder: Path) -> None:
    matched = match(locked(folder, AFFECTED), at_least="critical")
    assert matched.verdict is Verdict.FAILED
    text = (folder.parent / "advisories" / f"{RIGHT}.json").read_text()
    lower = text.replace("C:H/I:H/A:H", "C:L/I:N/A:N")
    (folder.parent / "advisories" / f"{RIGHT}.json").write_text(lower)
    import_advisories(folder.parent / "advisories", clock=clock())
    matched = match(folder, at_least="critical")
    assert matched.verdict is Verdict.PASSED
    assert [one.counts for one in matched.known] == [False]


def test_no_such_severity(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        match(folder, at_least="hihg")
    assert str(caught.value) == (
        "[usage] no severity 'hihg' (one of critical, high, medium, low, info, unknown)"
    )


def test_nothing_found_is_not_nothing_known(folder: Path) -> None:
    matched = match(folder)
    assert matched.verdict is Verdict.UNKNOWN
    assert gaps(matched) == [("components", "none was found")]


UNTOLD = {
    "no version": ("requirements.txt", "rightpad-py>=1\n", "requirement", "no exact version"),
    "no lock": (
        "package.json",
        '{"dependencies": {"a": "^1"}}',
        "manifest",
        "no lock file beside it: its dependencies are not known",
    ),
    "no feed": (
        "package-lock.json",
        '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0"}}}',
        "advisory data",
        "no advisories here; components: 1",
    ),
}


@pytest.mark.parametrize(("name", "text", "what", "why"), UNTOLD.values(), ids=UNTOLD)
def test_what_cannot_be_told_is_no_pass(
    folder: Path, name: str, text: str, what: str, why: str
) -> None:
    (folder / "requirements-dev.txt").write_text(CLEAN)
    assert match(folder).verdict is Verdict.PASSED
    (folder / name).write_text(text)
    matched = match(folder)
    assert matched.verdict is Verdict.UNKNOWN
    assert (what, why) in gaps(matched)


def sbom(folder: Path, text: str, *, format_: str = "cyclonedx-1.6", name: str) -> Path:
    generate_sbom(
        Target(source=str(locked(folder, text))),
        described=Described(),
        format_=format_,
        output=folder.parent / name,
    )
    return folder.parent / name


@pytest.mark.parametrize("format_", ["cyclonedx-1.6", "cyclonedx-1.6-xml", "spdx-2.3", "spdx-3.0"])
def test_an_sbom_of_any_format_is_read(folder: Path, format_: str) -> None:
    ending = "xml" if format_.endswith("xml") else "json"
    path = sbom(folder, AFFECTED, format_=format_, name=f"bom.{ending}")
    matched = match(path)
    assert matched.verdict is Verdict.FAILED
    assert [one.finding.title for one in matched.known] == [f"{RIGHT} in rightpad-py 1.0.0"]
    named = path.rename(path.with_suffix(".odd"))
    assert match(f"sbom:{named}").verdict is Verdict.FAILED


def test_an_sbom_that_says_it_is_incomplete(folder: Path) -> None:
    path = sbom(folder, CLEAN, name="bom.json")
    document = json.loads(path.read_text())
    assert match(path).verdict is Verdict.PASSED
    for part in document["compositions"]:
        part["aggregate"] = "incomplete"
    path.write_text(json.dumps(document))
    matched = match(path)
    assert matched.verdict is Verdict.UNKNOWN
    why = "it says of itself that its list is incomplete"
    assert ("SBOM", why) in gaps(matched)


def test_an_advisory_that_cannot_be_read_is_no_pass(folder: Path) -> None:
    """Though it is about a package that is not here: the feed is not whole."""
    entry = {"package": {"ecosystem": "PyPI", "name": "other"}, "versions": 7}
    broken = {"id": "TEST-other", "modified": "2026-01-01T00:00:00Z", "affected": [entry]}
    (folder.parent / "advisories" / "TEST-other.json").write_text(json.dumps(broken))
    import_advisories(folder.parent / "advisories", clock=clock())
    matched = match(locked(folder, CLEAN))
    assert matched.verdict is Verdict.UNKNOWN
    assert gaps(matched) == [("advisories", "1 cannot be read")]


def test_equally_urgent_ones_are_in_the_order_of_their_titles(folder: Path) -> None:
    write_advisories(folder.parent / "advisories", package="leftpad-py")
    import_advisories(folder.parent / "advisories", clock=clock())
    matched = match(locked(folder, f"{AFFECTED}leftpad-py==1.0.0\n"))
    titles = [one.finding.title for one in matched.known]
    assert titles == sorted(titles)
    assert len(titles) == 2


def test_what_a_program_reads(folder: Path) -> None:
    matched = match(locked(folder, f"{CLEAN}other>=1\n"))
    [feed] = matched.feeds
    assert matched.as_json() == {
        "verdict": "UNKNOWN",
        "name": matched.subject.name,
        "version": matched.subject.version,
        "matchedAt": format_time(clock()()),
        "examined": dict(matched.report.examined),
        "vulnerabilities": [],
        "unknown": [],
        "feeds": [
            {
                "ecosystem": "PyPI",
                "advisories": 1,
                "unreadable": 0,
                "newestModified": "2026-01-01T00:00:00Z",
                "importedAt": format_time(clock()()),
                "source": feed.source,
                "digest": str(feed.digest),
                "ageDays": matched.age(feed),
            }
        ],
        "signals": [],
        "inputs": dict(matched.report.inputs),
        "notChecked": [gap.as_json() for gap in matched.not_checked],
    }
    [gap] = matched.not_checked
    assert (gap.what, gap.remedy) == ("requirement", "pin it")


def say(folder: Path, component: str, **changes: object) -> Path:
    """Write what a supplier says of its component."""
    path = folder.parent / "vendor.openvex.json"
    about = {"products": [{"@id": component}], **changes}
    statement = said(vulnerability={"name": RIGHT}, **about)
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "urn:v",
        "author": "Vendor",
        "timestamp": format_time(clock()()),
        "version": 1,
        "statements": [statement],
    }
    path.write_text(json.dumps(document))
    return path


def test_vex_is_told_and_takes_nothing_away(folder: Path) -> None:
    """Nobody looked who signed it, and there is no trust root that names its author."""
    path = say(folder, "pkg:pypi/rightpad-py@1.0.0")
    matched = match(locked(folder, AFFECTED), vex=(path,))
    [one] = matched.known
    assert (matched.verdict, one.counts) == (Verdict.FAILED, True)
    assert one.vex is not None
    assert (one.vex.status, one.vex.doubts) == ("not_affected", ())
    assert one.as_json()["vex"] == one.vex.as_json()
    assert [gap.what for gap in matched.unseen if gap.what == "signatures"] == ["signatures"]
    assert match(folder).known[0].vex is None


def test_vex_about_something_else_is_no_word(folder: Path) -> None:
    path = say(folder, "pkg:pypi/rightpad-py@2.0.0")
    heard = match(locked(folder, AFFECTED), vex=(path,)).known[0].vex
    assert heard is not None
    assert (heard.status, heard.doubts) == (
        None,
        (
            (
                f"Vendor says not_affected of {RIGHT} in pkg:pypi/rightpad-py@1.0.0, which is not "
                "applied: it is about another component or version than pkg:pypi/rightpad-py@1.0.0"
            ),
        ),
    )


def test_vex_calls_a_folder_by_its_name(folder: Path) -> None:
    inside = [
        {
            "@id": "urn:assay:product:product",
            "subcomponents": [{"@id": "pkg:pypi/rightpad-py@1.0.0"}],
        }
    ]
    path = say(folder, "x", products=inside)
    heard = match(locked(folder, AFFECTED), vex=(path,)).known[0].vex
    assert heard is not None
    assert heard.status == "not_affected"


def test_a_clean_product_stays_clean_beside_vex(folder: Path) -> None:
    path = say(folder, "pkg:pypi/rightpad-py@1.0.0")
    assert match(locked(folder, CLEAN), vex=(path,)).verdict is Verdict.PASSED


def test_what_nobody_can_read_of_a_foreign_feed_is_told_once(folder: Path) -> None:
    page = nvd_page(nvd_cve(), nvd_cve("CVE-2023-1001", lastModified=None))
    (folder.parent / "nvd.json").write_bytes(page)
    import_advisories(folder.parent / "nvd.json", clock=clock())
    matched = match(locked(folder, CLEAN))
    assert [feed.ecosystem for feed in matched.feeds] == ["PyPI", "NVD"]
    assert gaps(matched) == [("advisories", "1 cannot be read")]
    assert matched.verdict is Verdict.UNKNOWN
