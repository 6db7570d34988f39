from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import TamperedError
from assay.vuln.portfolio.graph import ROOT_NUMBER, parse_graph, render_graph, way_to

NUMBERS = st.integers(min_value=1, max_value=2**31)


@given(st.dictionaries(NUMBERS, st.none() | st.integers(min_value=0, max_value=2**31)))
def test_what_is_written_is_read(parents: dict[int, int | None]) -> None:
    assert parse_graph(render_graph(parents)) == parents


@given(st.dictionaries(NUMBERS, st.none() | st.just(ROOT_NUMBER) | NUMBERS), NUMBERS)
def test_a_way_begins_at_the_product_or_is_not_known(
    parents: dict[int, int | None], package: int
) -> None:
    """Whatever the bytes say: no way without an end."""
    way = way_to(package, render_graph(parents))
    assert not way or (way[-1] == package and parents[way[0]] == ROOT_NUMBER)
    assert len(way) == len(set(way))


@given(st.dictionaries(NUMBERS, NUMBERS, min_size=1), st.data())
def test_a_way_has_every_step(parents: dict[int, int], data: st.DataObject) -> None:
    """Each but the first was pulled in by the one before it, however the numbers lie."""
    above = {one: min(up, one - 1) for one, up in parents.items()}  # no circles
    package = data.draw(st.sampled_from(sorted(above)))
    way = way_to(package, render_graph(above))
    steps = [package]
    while above.get(steps[-1]):
        steps.append(above[steps[-1]])
    assert way == (tuple(reversed(steps)) if above.get(steps[-1]) == ROOT_NUMBER else ())


def test_a_chain_of_many_links_is_followed_in_time() -> None:
    """Each step is looked for once, and not compared with all that came before."""
    chain = 50_000
    graph = render_graph({one: one - 1 for one in range(1, chain + 1)})
    assert len(way_to(chain, graph)) == chain


@pytest.mark.parametrize("read", [parse_graph, lambda graph: way_to(1, graph)], ids=["all", "way"])
def test_bytes_that_are_not_whole(read: Callable[[bytes], object]) -> None:
    with pytest.raises(TamperedError) as caught:
        read(b"1234567")
    assert str(caught.value) == (
        "[tampered] a graph that is not whole, at the portfolio (run: assay affected --rebuild …)"
    )
