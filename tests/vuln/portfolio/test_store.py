from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.digest import sha256_of
from assay.evidence.storage.connecting import connect
from assay.sbom.component import Component
from assay.vuln.context import Exposure, ProductContext
from assay.vuln.portfolio.held import Held
from assay.vuln.portfolio.release import Release, parents_of
from assay.vuln.portfolio.store import KnownLog, Portfolio
from tests.fakes.backends import Backend

AT = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING = ProductContext()
LOG = KnownLog(origin="shop.example/log", place="/shop", entries=7, trust="sha256:00", read_at=AT)


def component(name: str, *below: str, direct: bool | None = None) -> Component:
    return Component(
        purl=f"pkg:pypi/{name}@1.0",
        name=name,
        version="1.0",
        found_in=("lock",),
        depends_on=tuple(f"pkg:pypi/{one}@1.0" for one in below),
        direct=direct,
    )


def release(
    product: str = "shop", commit: str = "a", *, context: ProductContext = NOTHING
) -> Release:
    return Release(
        log=LOG.origin,
        product=product,
        subject=sha256_of(f"{product} {commit}".encode()),
        statement=sha256_of(f"statement of {product} {commit}".encode()),
        recorded_at=AT,
        context=context,
    )


CONTEXT = ProductContext(owner="web team", deployed=True, exposure=Exposure.OPEN)
SHOP = (
    component("web", "engine", direct=True),
    component("engine", "parser"),
    component("parser"),
)


@pytest.fixture
def portfolio(backend: Backend) -> Iterator[Portfolio]:
    with Portfolio(connect(backend.location, origin="portfolio", create=True)) as opened:
        yield opened


def _put(portfolio: Portfolio, *given: tuple[Release, Sequence[Component]]) -> None:
    portfolio.put(LOG, given, anew=False)


def _holders(portfolio: Portfolio, name: str, *, current: bool = True) -> list[Release]:
    return [
        found
        for number in portfolio.versions_of("PyPI", name)
        for _, found in portfolio.holders_of((number,), current=current)
    ]


def _paths(portfolio: Portfolio, name: str) -> list[tuple[str, ...]]:
    return [
        path
        for number in portfolio.versions_of("PyPI", name)
        for path in portfolio.paths_to(
            [holding for holding, _ in portfolio.holders_of((number,), current=True)]
        )
    ]


def test_what_is_put_in_is_found_by_package(portfolio: Portfolio) -> None:
    shop, desk = release(context=CONTEXT), release("desk")
    _put(portfolio, (shop, SHOP), (desk, (component("parser", direct=True),)))
    assert portfolio.logs() == (LOG,)
    assert portfolio.count() == 2
    assert set(portfolio.versions_of("PyPI", "parser").values()) == {
        Held(purl="pkg:pypi/parser@1.0")
    }
    assert _holders(portfolio, "parser") == [shop, desk]
    assert _holders(portfolio, "engine") == [shop]
    assert _holders(portfolio, "unheard-of") == []


def test_the_path_leads_from_the_product_to_the_package(portfolio: Portfolio) -> None:
    _put(portfolio, (release(), SHOP))
    assert _paths(portfolio, "parser") == [
        ("pkg:pypi/web@1.0", "pkg:pypi/engine@1.0", "pkg:pypi/parser@1.0")
    ]


def test_a_path_that_is_not_known_is_empty(portfolio: Portfolio) -> None:
    _put(portfolio, (release(), (component("a", "b", direct=False), component("b", "a"))))
    assert _paths(portfolio, "b") == [()]


def test_a_path_may_lead_through_what_has_no_purl(portfolio: Portfolio) -> None:
    unnamed = replace(component("vendored", "parser", direct=True), purl="")
    _put(portfolio, (release(), (unnamed, component("parser"))))
    assert _paths(portfolio, "parser") == [(unnamed.identity, "pkg:pypi/parser@1.0")]


def test_the_newest_release_of_a_product_is_the_current_one(portfolio: Portfolio) -> None:
    old, new = release(commit="a"), release(commit="b")
    _put(portfolio, (old, SHOP))
    _put(portfolio, (new, SHOP[:1]))
    assert _holders(portfolio, "parser") == []
    assert _holders(portfolio, "parser", current=False) == [old]
    assert _holders(portfolio, "web") == [new]


def test_a_log_that_is_read_anew_replaces_what_was_there(portfolio: Portfolio) -> None:
    _put(portfolio, (release(), SHOP))
    portfolio.put(replace(LOG, entries=9), [(release("desk"), SHOP[:1])], anew=True)
    assert (portfolio.count(), portfolio.logs()[0].entries) == (1, 9)
    assert _holders(portfolio, "parser") == []


def test_nothing_stays_where_a_list_breaks_off(portfolio: Portfolio) -> None:
    def broken() -> Iterator[tuple[Release, Sequence[Component]]]:
        yield release(), SHOP
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        portfolio.put(LOG, broken(), anew=False)
    assert (portfolio.count(), portfolio.logs()) == (0, ())


def test_releases_that_cannot_be_told_about(portfolio: Portfolio) -> None:
    unread = replace(release("desk"), problem="no components")
    unnamed = replace(release("till"), unnamed=2)
    _put(portfolio, (release(), SHOP), (unread, ()), (unnamed, ()))
    assert portfolio.unread() == (unread, unnamed)


def test_tables_of_another_version_are_made_anew(backend: Backend) -> None:
    with Portfolio(connect(backend.location, origin="portfolio", create=True)) as opened:
        _put(opened, (release(), SHOP))
    with backend.editor(origin="portfolio") as run:
        run("UPDATE portfolio_version SET version = 0", ())
    with Portfolio(connect(backend.location, origin="portfolio", create=False)) as opened:
        assert opened.count() == 0
        # The log stays known: without it, its products would be missing from answers, unseen.
        assert opened.logs() == (replace(LOG, entries=0, trust=""),)


def test_components_that_nothing_pulls_in_are_the_products_own() -> None:
    """Where the list does not say what is direct, what nothing depends on is."""
    listed = (component("a", "b"), component("b"), component("c", "d", direct=False))
    assert parents_of(listed) == {
        "pkg:pypi/a@1.0": "",
        "pkg:pypi/b@1.0": "pkg:pypi/a@1.0",
        "pkg:pypi/c@1.0": None,
    }
