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
    way = way_to(package, parents)
    assert not way or (way[-1] == package and parents[way[0]] == ROOT_NUMBER)
    assert len(way) == len(set(way))


def test_bytes_that_are_not_whole() -> None:
    with pytest.raises(TamperedError) as caught:
        parse_graph(b"1234567")
    assert str(caught.value) == (
        "[tampered] a graph that is not whole, at the portfolio (run: assay affected --rebuild …)"
    )
