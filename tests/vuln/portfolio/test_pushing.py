"""What a change of advisories means for versions that somebody holds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assay.system.sqlite import open_sqlite
from assay.vuln.advisory import AdvisorySet
from assay.vuln.foreign.nvd import parse_nvd_cve
from assay.vuln.portfolio.changes import Changes
from assay.vuln.portfolio.held import Held
from assay.vuln.portfolio.pushing import (
    Event,
    Judging,
    State,
    find_concerned,
    find_events,
    holders_by_release,
)
from assay.vuln.portfolio.store import Portfolio
from tests.vuln.foreign.records import criterion, node, nvd_cve
from tests.vuln.foreign.records import encoded as foreign_encoded
from tests.vuln.portfolio.test_store import AT, LOG, release
from tests.vuln.records import affected, encoded
from tests.vuln.test_match import component, known

CVE = "CVE-2026-1"
NVD_CVE = "CVE-2026-1000"
CPE = "cpe:2.3:a:shop:shop:*:*:*:*:*:*:*:*"
HELD = (("PyPI", "shop"),)


@pytest.fixture
def portfolio(tmp_path: Path) -> Iterator[Portfolio]:
    """Two products: one below the fix, and one at a version that nobody can read."""
    with Portfolio(open_sqlite(tmp_path / "portfolio.sqlite", create=True)) as opened:
        held = {"old": "1.0", "odd": "trunk"}
        opened.put(
            LOG,
            [
                (release(product, product), (component(f"pkg:pypi/shop@{version}"),))
                for product, version in held.items()
            ],
            anew=False,
            kept=tuple(str(release(product, product).subject) for product in held),
        )
        yield opened


def events(
    portfolio: Portfolio, old: AdvisorySet, new: AdvisorySet, changes: Changes | None = None
) -> tuple[Event, ...]:
    judging = Judging(old=old, new=new, changes=changes or Changes(), at=AT)
    return find_events(judging, find_concerned(portfolio, HELD, ()))


def told(found: tuple[Event, ...]) -> list[tuple[State, str, str]]:
    return [(one.state, one.vulnerability, one.purl.partition("@")[2]) for one in found]


def test_a_new_advisory_affects_one_and_leaves_the_other_in_doubt(portfolio: Portfolio) -> None:
    found = events(portfolio, known(), known(encoded(CVE)))
    assert told(found) == [(State.AFFECTED, CVE, "1.0"), (State.DOUBTFUL, CVE, "trunk")]
    assert [one.fixed for one in found] == ["2.0", ""]
    by_release = holders_by_release(portfolio, found)
    assert {portfolio.releases((n,))[n].product: told(one) for n, one in by_release.items()} == {
        "old": [(State.AFFECTED, CVE, "1.0")],
        "odd": [(State.DOUBTFUL, CVE, "trunk")],
    }


def test_nothing_is_told_of_what_stayed(portfolio: Portfolio) -> None:
    same = known(encoded(CVE))
    assert events(portfolio, same, same) == ()


def test_of_a_version_that_nobody_can_read_each_new_record_is_told(portfolio: Portfolio) -> None:
    """The doubt was there before, about another record: it is not the same one."""
    found = events(portfolio, known(encoded(CVE)), known(encoded(CVE), encoded("CVE-2026-2")))
    assert told(found) == [
        (State.AFFECTED, "CVE-2026-2", "1.0"),
        (State.DOUBTFUL, "CVE-2026-2", "trunk"),
    ]


def test_another_name_is_not_another_vulnerability(portfolio: Portfolio) -> None:
    before = known(encoded("GHSA-aaaa-bbbb-cccc"))
    after = known(encoded("GHSA-aaaa-bbbb-cccc", aliases=[CVE]))
    assert events(portfolio, before, after) == ()


def test_a_range_that_grew_reaches_a_version(portfolio: Portfolio) -> None:
    before = known(encoded(CVE, affected=[affected(events=({"introduced": "1.5"},))]))
    assert told(events(portfolio, before, known(encoded(CVE)))) == [(State.AFFECTED, CVE, "1.0")]


def test_withdrawn_or_not_about_it_is_cleared(portfolio: Portfolio) -> None:
    gone = known(encoded(CVE, withdrawn="2026-02-01T00:00:00Z"))
    assert told(events(portfolio, known(encoded(CVE)), gone)) == [(State.CLEARED, CVE, "1.0")]
    narrower = known(encoded(CVE, affected=[affected(events=({"introduced": "1.5"},))]))
    assert told(events(portfolio, known(encoded(CVE)), narrower)) == [(State.CLEARED, CVE, "1.0")]


def test_an_advisory_that_vanished_clears_nobody(portfolio: Portfolio) -> None:
    changes = Changes(vanished=frozenset({CVE}))
    found = events(portfolio, known(encoded(CVE)), known(), changes)
    assert told(found) == [(State.VANISHED, CVE, "1.0")]


def test_a_range_that_cannot_be_worked_out_any_more_clears_nobody(portfolio: Portfolio) -> None:
    odd = known(encoded(CVE, affected=[affected(kind="ODD")]))
    found = events(portfolio, known(encoded(CVE)), odd)
    assert (State.CLEARED, CVE, "1.0") not in told(found)
    assert (State.DOUBTFUL, CVE, "1.0") in told(found)


def test_what_is_exploited_by_now_is_told_though_it_was_known(portfolio: Portfolio) -> None:
    """And once: not as newly affected besides."""
    changes = Changes(exploited=frozenset({CVE}))
    same = known(encoded("GHSA-aaaa-bbbb-cccc", aliases=[CVE]))
    assert told(events(portfolio, same, same, changes)) == [(State.EXPLOITED, CVE, "1.0")]
    assert told(events(portfolio, known(), same, changes)) == [
        (State.EXPLOITED, CVE, "1.0"),
        (State.DOUBTFUL, "GHSA-aaaa-bbbb-cccc", "trunk"),
    ]


def test_replaced_releases_are_not_told_about(portfolio: Portfolio) -> None:
    portfolio.put(LOG, [(release("old", "next"), ())], anew=False)
    found = events(portfolio, known(), known(encoded(CVE)))
    assert [told(one) for one in holders_by_release(portfolio, found).values()] == [
        [(State.DOUBTFUL, CVE, "trunk")]
    ]


def test_what_is_likely_by_now_is_told_where_it_is_not_new(portfolio: Portfolio) -> None:
    changes = Changes(likely=frozenset({CVE}))
    same = known(encoded("GHSA-aaaa-bbbb-cccc", aliases=[CVE]))
    assert told(events(portfolio, same, same, changes)) == [(State.LIKELY, CVE, "1.0")]
    found = told(events(portfolio, known(), same, changes))
    assert (State.AFFECTED, CVE, "1.0") in found
    assert State.LIKELY not in {state for state, _, _ in found}


def by_cpe(portfolio: Portfolio, old: AdvisorySet, new: AdvisorySet) -> tuple[Event, ...]:
    purl = "pkg:generic/shop@1.5"
    portfolio.put(LOG, [(release("box"), (replace(component(purl), cpes=(CPE,)),))], anew=False)
    judging = Judging(old=old, new=new, changes=Changes(), at=AT)
    concerned = find_concerned(portfolio, (), ("shop:shop", "other:other"))
    assert [one.held for one in concerned] == [Held(purl=purl, cpes=(CPE,))]
    return find_events(judging, concerned)


def test_a_record_about_a_product_affects_who_holds_it(portfolio: Portfolio) -> None:
    record = parse_nvd_cve(foreign_encoded(nvd_cve(NVD_CVE)))
    new = AdvisorySet(products={"shop:shop": (record,)})
    assert told(by_cpe(portfolio, AdvisorySet(), new)) == [(State.AFFECTED, NVD_CVE, "1.5")]


def test_a_record_that_cannot_be_told_about_is_a_doubt(portfolio: Portfolio) -> None:
    """The product runs on something, and nobody asks here what it is listed with."""
    system = criterion("cpe:2.3:o:maker:system:*:*:*:*:*:*:*:*", vulnerable=False)
    both = [{"operator": "AND", "nodes": [node(criterion()), node(system)]}]
    record = parse_nvd_cve(foreign_encoded(nvd_cve(NVD_CVE, configurations=both)))
    new = AdvisorySet(products={"shop:shop": (record,)})
    assert told(by_cpe(portfolio, AdvisorySet(), new)) == [(State.DOUBTFUL, NVD_CVE, "1.5")]
