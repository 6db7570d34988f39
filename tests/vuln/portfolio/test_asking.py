from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.system.sqlite import open_sqlite
from assay.vuln.advisory import AdvisorySet
from assay.vuln.context import Mission, ProductContext
from assay.vuln.foreign.nvd import parse_nvd_cve
from assay.vuln.portfolio.asking import (
    Found,
    Question,
    Vulnerability,
    find_affected,
    find_holders,
    holdings_named,
)
from assay.vuln.portfolio.said import Said, finding_of
from assay.vuln.portfolio.store import Portfolio
from assay.vuln.ranges import Answer
from tests.vuln.foreign.records import VECTOR, nvd_cve
from tests.vuln.foreign.records import encoded as foreign_encoded
from tests.vuln.portfolio.test_store import AT, LOG, release
from tests.vuln.records import affected, encoded
from tests.vuln.test_match import component, known

CVE = "CVE-2026-1"
RECORD = encoded("GHSA-aaaa-bbbb-cccc", aliases=[CVE])


@pytest.fixture
def portfolio(tmp_path: Path) -> Iterator[Portfolio]:
    """Three products: the package below its fix, above it, and at no version that can be read."""
    with Portfolio(open_sqlite(tmp_path / "portfolio.sqlite", create=True)) as opened:
        held = {"old": "1.0", "new": "2.0", "odd": "trunk"}
        opened.put(
            LOG,
            [
                (
                    release(product),
                    (
                        Component(
                            purl=f"pkg:pypi/shop@{version}",
                            name="shop",
                            version=version,
                            found_in=("lock",),
                        ),
                    ),
                )
                for product, version in held.items()
            ],
            anew=False,
        )
        yield opened


def question(portfolio: Portfolio, advisories: AdvisorySet) -> Question:
    return Question(portfolio=portfolio, advisories=advisories, at=AT, current=True)


def affected_by(asked: Question, identifier: str) -> tuple[Found, ...]:
    named = Vulnerability(identifier=identifier, names=frozenset({identifier}))
    return find_affected(asked, named).found


def _said(found: tuple[Found, ...]) -> dict[str, tuple[Answer, str, str]]:
    return {one.release.product: (one.answer, one.reason, one.fixed) for one in found}


@pytest.mark.parametrize("identifier", [CVE, "GHSA-aaaa-bbbb-cccc"])
def test_who_is_affected_and_of_whom_nobody_can_tell(portfolio: Portfolio, identifier: str) -> None:
    found = affected_by(question(portfolio, known(RECORD)), identifier)
    assert _said(found) == {
        "old": (
            Answer.AFFECTED,
            "it breaks [GHSA-aaaa-bbbb-cccc states no severity]",
            "2.0",
        ),
        "odd": (Answer.UNKNOWN, "'trunk' is no version of PyPI", ""),
    }
    assert [one.vulnerabilities for one in found] == [(CVE,), ()]


def test_another_vulnerability_of_the_package_is_not_asked_for(portfolio: Portfolio) -> None:
    other = encoded("CVE-2026-2", affected=[affected(events=({"introduced": "5"},))])
    found = affected_by(question(portfolio, known(RECORD, other)), "CVE-2026-2")
    assert _said(found) == {"odd": (Answer.UNKNOWN, "'trunk' is no version of PyPI", "")}


def test_a_withdrawn_advisory_affects_nobody(portfolio: Portfolio) -> None:
    gone = encoded(CVE, withdrawn="2026-02-01T00:00:00Z")
    assert affected_by(question(portfolio, known(gone)), CVE) == ()


def test_a_range_that_cannot_be_worked_out_is_a_doubt(portfolio: Portfolio) -> None:
    odd = encoded(CVE, affected=[affected(kind="ODD")])
    found = affected_by(question(portfolio, known(odd)), CVE)
    assert {one.release.product: one.answer for one in found} == {
        "new": Answer.UNKNOWN,
        "odd": Answer.UNKNOWN,
        "old": Answer.UNKNOWN,
    }


def test_who_holds_a_package(portfolio: Portfolio) -> None:
    found = find_holders(question(portfolio, known(RECORD)), "pkg:pypi/Shop").found
    assert _said(found) == {
        "old": (Answer.AFFECTED, CVE, "2.0"),
        "new": (Answer.NOT_AFFECTED, "", ""),
        "odd": (Answer.UNKNOWN, "'trunk' is no version of PyPI", ""),
    }


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1"])
def test_who_holds_a_version_however_it_is_spelled(portfolio: Portfolio, version: str) -> None:
    found = find_holders(question(portfolio, known(RECORD)), f"pkg:pypi/shop@{version}").found
    assert list(_said(found)) == ["old"]


def test_a_package_without_a_feed_is_held_and_unknown(portfolio: Portfolio) -> None:
    found = find_holders(question(portfolio, AdvisorySet()), "pkg:pypi/shop@2.0").found
    assert _said(found) == {"new": (Answer.UNKNOWN, "", "")}


def test_no_package_url(portfolio: Portfolio) -> None:
    with pytest.raises(MalformedError) as caught:
        find_holders(question(portfolio, AdvisorySet()), "pkg:pypi")
    assert str(caught.value) == ("[malformed] 'pkg:pypi' is no package URL (pkg:TYPE/NAME@VERSION)")


def test_a_doubt_about_a_record_that_only_its_aliases_lead_to(portfolio: Portfolio) -> None:
    """One record names the CVE and clears everybody; one that means the same cannot be read."""
    clear = encoded("GHSA-1", aliases=[CVE], affected=[affected(events=({"introduced": "9"},))])
    odd = encoded("PYSEC-1", aliases=["GHSA-1"], affected=[affected(kind="ODD")])
    found = affected_by(question(portfolio, known(clear, odd)), CVE)
    assert {one.release.product: one.answer for one in found} == {
        "new": Answer.UNKNOWN,
        "odd": Answer.UNKNOWN,
        "old": Answer.UNKNOWN,
    }


def test_a_doubt_about_another_cve_is_not_one(portfolio: Portfolio) -> None:
    both = encoded("GHSA-1", aliases=[CVE, "CVE-2026-2"], affected=[affected(versions=["9"])])
    other = encoded("CVE-2026-2", affected=[affected(kind="ODD")])
    found = affected_by(question(portfolio, known(both, other)), CVE)
    assert "new" not in {one.release.product for one in found}


@pytest.mark.parametrize(
    "asked",
    [
        "pkg:deb/debian/libssl3",
        "pkg:DEB/debian/libssl3@3.0-1",
        "pkg:deb/debian/openssl",
        "pkg:deb/debian/openssl@2.9",
    ],
)
def test_a_package_is_found_by_its_own_name_and_by_its_sources(
    portfolio: Portfolio, asked: str
) -> None:
    """Advisories know what a distribution built by the name and version of its source."""
    built = "pkg:deb/debian/libssl3@3.0-1?distro=debian-12&upstream=openssl@2.9"
    portfolio.put(LOG, [(release("os"), (component(built),))], anew=False)
    found = holdings_named(portfolio, asked)
    assert [one.purl for one in found.values()] == [built]


@pytest.mark.parametrize("asked", ["pkg:deb/debian/libssl", "pkg:deb/debian/libssl3@3.1"])
def test_another_name_or_version_is_another_package(portfolio: Portfolio, asked: str) -> None:
    built = "pkg:deb/debian/libssl3@3.0-1?distro=debian-12&upstream=openssl"
    portfolio.put(LOG, [(release("os"), (component(built),))], anew=False)
    assert holdings_named(portfolio, asked) == {}


def test_a_page_has_the_most_urgent_of_all_versions(portfolio: Portfolio) -> None:
    """And all are counted, those too that newer releases replaced."""
    first = replace(
        release("first"), context=ProductContext(mission=Mission.ESSENTIAL, deployed=True)
    )
    last = replace(release("last"), context=ProductContext(mission=Mission.MINIMAL))
    held = {first: "1.1", last: "1.0"}
    listed = [(one, (component(f"pkg:pypi/shop@{v}"),)) for one, v in held.items()]
    portfolio.put(LOG, [*reversed(listed), (release("old", "next"), ())], anew=False)
    asked = replace(question(portfolio, known(RECORD)), most=1)
    named = Vulnerability(identifier=CVE, names=frozenset({CVE}))
    lookup = find_affected(asked, named)
    affected_ones = [one for one in lookup.found if one.answer is Answer.AFFECTED]
    assert [one.release.product for one in affected_ones] == ["first"]
    assert lookup.counts == {Answer.AFFECTED: 2, Answer.UNKNOWN: 1, Answer.NOT_AFFECTED: 0}
    assert (lookup.total, lookup.replaced) == (3, 1)


@pytest.mark.parametrize(
    ("name", "others", "meant"),
    [
        (CVE, frozenset(), True),
        ("CVE-2026-2", {"GHSA-1"}, False),
        ("CVE-2026-2", {CVE}, True),
        ("PYSEC-1", {"GHSA-1"}, True),
        ("PYSEC-1", {"GHSA-2"}, False),
    ],
)
def test_which_vulnerability_is_meant(name: str, others: frozenset[str], *, meant: bool) -> None:
    """Another CVE is meant only where it is named together with the one that was asked for."""
    asked = Vulnerability(identifier=CVE, names=frozenset({CVE, "GHSA-1"}))
    assert asked.is_meant(name, frozenset(others)) is meant


NVD_CVE = "CVE-2026-1000"
UNNAMED = Component(
    purl="",
    name="till",
    version="1.5",
    found_in=("box",),
    cpes=("cpe:2.3:a:shop:shop:*:*:*:*:*:*:*:*",),
)


@pytest.mark.parametrize(
    "held",
    [UNNAMED, replace(UNNAMED, purl="pkg:generic/till@1.5")],
    ids=["no purl", "a type without advisories"],
)
def test_a_component_is_found_by_its_cpe_names(portfolio: Portfolio, held: Component) -> None:
    """At the version that the component has; a fixed one is not listed, and nobody cleared it."""
    fixed = replace(held, version="2.5", purl=held.purl.replace("1.5", "2.5"))
    portfolio.put(LOG, [(release("box"), (held,)), (release("new"), (fixed,))], anew=False)
    record = parse_nvd_cve(foreign_encoded(nvd_cve(NVD_CVE)))
    asked = question(portfolio, AdvisorySet(products={"shop:shop": (record,)}))
    assert _said(affected_by(asked, NVD_CVE)) == {
        "box": (Answer.AFFECTED, f"it breaks [{VECTOR} (9.8)]", "2.0"),
    }


def test_cpe_names_do_not_count_where_packages_have_advisories(portfolio: Portfolio) -> None:
    held = replace(UNNAMED, purl="pkg:pypi/till@1.5")
    portfolio.put(LOG, [(release("box"), (held,))], anew=False)
    record = parse_nvd_cve(foreign_encoded(nvd_cve(NVD_CVE)))
    asked = question(portfolio, AdvisorySet(products={"shop:shop": (record,)}))
    assert affected_by(asked, NVD_CVE) == ()


COMMIT = replace(release("old", "vex"), subject=Digest("gitCommit", "a" * 40))


def put_vex(portfolio: Portfolio, *names: str) -> None:
    """Put in a commit that holds what is affected, and VEX about it."""
    purl = "pkg:pypi/shop@1.0"
    said = [
        Said(
            finding=finding_of(purl, name),
            vulnerability=name,
            component=purl,
            ends=AT + timedelta(hours=1),
            words=f"it is not {name}",
        )
        for name in names
    ]
    held = (component(purl),)
    portfolio.put(LOG, [(COMMIT, held)], anew=False, said={str(COMMIT.subject): said})


def test_vex_takes_its_release_out_of_the_count_and_no_other(portfolio: Portfolio) -> None:
    put_vex(portfolio, CVE)
    asked = replace(question(portfolio, known(RECORD)), most=1)
    lookup = find_affected(asked, Vulnerability(identifier=CVE, names=frozenset({CVE})))
    assert lookup.counts == {Answer.AFFECTED: 1, Answer.UNKNOWN: 1, Answer.NOT_AFFECTED: 1}
    found = {(one.release.subject, one.answer): one.set_aside for one in lookup.found}
    assert found[COMMIT.subject, Answer.NOT_AFFECTED] == f"it is not {CVE}"
    assert Answer.AFFECTED in {answer for _, answer in found}  # though one was asked for


@pytest.mark.parametrize(
    "change",
    [{"unread": frozenset({LOG.origin})}, {"at": AT + timedelta(hours=1)}],
    ids=["its log cannot be read", "it has ended"],
)
def test_vex_that_does_not_hold_takes_nothing_away(
    portfolio: Portfolio, change: dict[str, object]
) -> None:
    put_vex(portfolio, CVE)
    asked = replace(question(portfolio, known(RECORD)), **change)  # type: ignore[arg-type]  # of a table
    lookup = find_affected(asked, Vulnerability(identifier=CVE, names=frozenset({CVE})))
    assert lookup.counts[Answer.AFFECTED] == 2
    assert {one.set_aside for one in lookup.found} == {""}


def test_a_package_is_set_aside_only_with_all_its_vulnerabilities(portfolio: Portfolio) -> None:
    both = known(RECORD, encoded("CVE-2026-2"))
    put_vex(portfolio, CVE)
    asked = find_holders(question(portfolio, both), "pkg:pypi/shop@1.0")
    assert {one.set_aside for one in asked.found} == {""}
    put_vex(portfolio, CVE, "CVE-2026-2")
    asked = find_holders(question(portfolio, both), "pkg:pypi/shop@1.0")
    assert {one.set_aside for one in asked.found} == {"", f"it is not {CVE}; it is not CVE-2026-2"}
