"""What nobody can tell about an answer: what CPE names alone know, and logs that nobody looked at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assay.operations.affected_gaps import find_gaps, find_unread
from assay.sbom.component import Component
from assay.system.sqlite import open_sqlite
from assay.vuln.advisory import AdvisorySet
from assay.vuln.foreign.nvd import parse_nvd_cve
from assay.vuln.portfolio.asking import Question
from assay.vuln.portfolio.store import Portfolio
from tests.vuln.foreign.records import SHOP, encoded, nvd_cve
from tests.vuln.portfolio.test_store import AT, LOG, release

CVE = "CVE-2023-1000"


@pytest.fixture
def portfolio(tmp_path: Path) -> Iterator[Portfolio]:
    """One product, of which one component is known by a CPE name alone."""
    till = Component(purl="", name="till", version="1.5", found_in=("box",), cpes=(SHOP,))
    with Portfolio(open_sqlite(tmp_path / "portfolio.sqlite", create=True)) as opened:
        opened.put(LOG, [(release(), (till,))], anew=False)
        yield opened


def gaps(portfolio: Portfolio, advisories: AdvisorySet, asked: str) -> list[tuple[str, str, str]]:
    question = Question(portfolio=portfolio, advisories=advisories, at=AT, current=True)
    found = find_gaps(question, asked, frozenset({asked}))
    return [(gap.what, gap.where, gap.why) for gap in found]


UNCLEARED = (
    "advisory data",
    "cpe",
    "CPE names find what is vulnerable, and never tell that nothing is",
)


def test_a_record_about_a_product_names_the_vulnerability(portfolio: Portfolio) -> None:
    """And whoever is not found by it is not cleared by it."""
    known = AdvisorySet(products={"shop:shop": (parse_nvd_cve(encoded(nvd_cve())),)})
    assert gaps(portfolio, known, CVE) == [UNCLEARED]
    nobody = ("vulnerability", "CVE-2023-2000", "no advisory here names it")
    assert gaps(portfolio, known, "CVE-2023-2000") == [UNCLEARED, nobody]


def test_a_component_that_nothing_can_be_matched_with(portfolio: Portfolio) -> None:
    unread = replace(release("box"), unnamed=2)
    portfolio.put(LOG, [(unread, ())], anew=False)
    assert ("product", "box", unread.doubt) in gaps(portfolio, AdvisorySet(), CVE)
    assert unread.doubt == "2 components have no package URL, nor a CPE name that can be used"


def test_logs_that_nobody_looked_at(portfolio: Portfolio) -> None:
    later = replace(LOG, origin="later", entries=0, read_at=AT.replace(day=2))
    portfolio.put(later, (), anew=False)
    assert [(gap.what, gap.where, gap.why) for gap in find_unread(portfolio)] == [
        (
            "logs",
            "the portfolio",
            "not looked at now; the longest ago, one was read on 2026-03-01T00:00:00Z",
        ),
        ("log", "later", "nothing of it was read by this version yet"),
    ]
