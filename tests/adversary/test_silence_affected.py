"""Silence in the portfolio: a product of which nobody can tell is never left out of an answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, TamperedError
from assay.sbom.component import Component
from assay.system.sqlite import open_sqlite
from assay.vuln.advisory import AdvisorySet
from assay.vuln.context import ProductContext
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories, load_advisories_named
from assay.vuln.portfolio.asking import Question, Vulnerability, find_affected
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.priority import decide_priority
from assay.vuln.ranges import Answer
from assay.vuln.signals.epss import parse_epss
from assay.vuln.signals.kev import KnownExploited, parse_kev
from assay.vuln.signals.store import Signals, import_signal, load_signals
from assay.vuln.ssvc import Exploitation
from tests.vuln.portfolio.test_store import LOG, release
from tests.vuln.records import affected, encoded
from tests.vuln.signals.test_epss import TEXT
from tests.vuln.signals.test_kev import catalogue
from tests.vuln.test_match import component
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)


def _portfolio(folder_: Path, *components: Component, problem: str = "") -> Portfolio:
    portfolio = Portfolio(open_sqlite(folder_ / "portfolio.sqlite", create=True))
    listed = replace(release(), problem=problem)
    portfolio.put(LOG, [(listed, components)], anew=False)
    return portfolio


def _named(tmp_path: Path, identifier: str, **records: bytes) -> AdvisorySet:
    import_advisories(folder(tmp_path / "source", records), tmp_path / "mirror", at=AT)
    return load_advisories_named(tmp_path / "mirror", identifier)


def test_unparsable_version_of_a_held_package(tmp_path: Path) -> None:
    """Unparsable lock file line: its holder may be affected, and is in the answer."""
    advisories = _named(tmp_path, "CVE-2026-1", good=encoded("CVE-2026-1"))
    with _portfolio(tmp_path, component("pkg:pypi/shop@git-main")) as portfolio:
        asked = Question(portfolio=portfolio, advisories=advisories, at=AT, current=True)
        named = Vulnerability(identifier="CVE-2026-1", names=frozenset())
        [found] = find_affected(asked, named).found
    assert found.answer is Answer.UNKNOWN


def test_unreadable_advisory_is_still_asked_for_by_its_name(tmp_path: Path) -> None:
    """Unreadable advisory: who asks for it is told so, and not that nobody has it."""
    bad = {"CVE-2026-2": b"{"}
    advisories = _named(tmp_path, "CVE-2026-2", good=encoded("CVE-2026-1"), **bad)
    assert [item.name for item in advisories.unreadable] == ["CVE-2026-2.json"]


def test_list_of_components_that_cannot_be_read(tmp_path: Path) -> None:
    """Evidence expected and absent: the product is listed as one of which nobody can tell."""
    with _portfolio(tmp_path, problem="its list of components cannot be read") as portfolio:
        assert [one.problem for one in portfolio.unread()] == [
            "its list of components cannot be read"
        ]


def test_portfolio_edited_in_the_database(tmp_path: Path) -> None:
    """Row edited: a value that nobody wrote is refused, and not read as something."""
    with _portfolio(tmp_path, component()) as portfolio:
        database = open_sqlite(tmp_path / "portfolio.sqlite", create=False)
        database.execute("UPDATE portfolio_releases SET recorded_at = 7")
        database.close()
        [number] = portfolio.versions_of("PyPI", "shop")
        with pytest.raises((TamperedError, MalformedError)):
            portfolio.holders_of((number,), current=True)


def test_release_of_a_distribution_without_advisories(tmp_path: Path) -> None:
    """Evidence of another subject: advisories of one release say nothing about the next one."""
    entry = affected("bash", ecosystem="Debian:12", events=({"introduced": "0"}, {"fixed": "1"}))
    source = folder(tmp_path / "source", {"D": encoded("DSA-1", affected=[entry])})
    import_advisories(source, tmp_path / "mirror", at=AT)
    one = component("pkg:deb/debian/bash@5?distro=debian-13")
    advisories = load_advisories(tmp_path / "mirror", [one])
    assert match_components([one], advisories, at=AT).answers[one.purl] is Answer.UNKNOWN


def test_catalogue_of_exploited_that_is_not_here() -> None:
    """Dead feed: no catalogue is not "nobody exploits it"."""
    nothing = Signals(feeds={}, exploited={}, likelihood={})
    priority = decide_priority("CVE-2026-1", (), nothing, ProductContext())
    assert Exploitation.ACTIVE in priority.points.exploitation


def test_catalogue_with_one_entry_that_cannot_be_read() -> None:
    """Unreadable entry: the catalogue is refused whole, for that one would look unexploited."""
    broken = catalogue(vulnerabilities=[{"cveID": "CVE-2026-1"}])
    with pytest.raises(MalformedError):
        parse_kev(broken)
    with pytest.raises(MalformedError):
        parse_epss(f"{TEXT}CVE-2026-1,soon,0\n".encode())


def test_catalogue_that_was_read_says_who_is_listed(tmp_path: Path) -> None:
    """And the other way round: what is listed is found, whatever else is asked for."""
    import_signal(catalogue(), tmp_path, at=AT, source="kev.json")
    found = load_signals(tmp_path, frozenset({"CVE-2026-1", "CVE-2026-9"})).exploited
    assert found == {"CVE-2026-1": KnownExploited(added=date(2026, 2, 1), ransomware=True)}
