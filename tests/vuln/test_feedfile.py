import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.advisory import Unreadable
from assay.vuln.feedfile import (
    check_feed,
    find_advisories,
    find_packages,
    find_unreadable,
    list_packages,
    render_feed,
    render_id_lines,
    render_package_line,
    render_unreadable_line,
)
from assay.vuln.osv import parse_advisory
from tests.vuln.records import affected, encoded

_NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=4)


def _line(package: str, name: str = "GHSA-1") -> bytes:
    advisory = parse_advisory(encoded(name, affected=[affected(package)]))
    return render_package_line(package, advisory, advisory.affected)


@given(st.sets(_NAMES, max_size=12), _NAMES)
def test_each_package_is_found_and_no_other(names: set[str], other: str) -> None:
    """Binary search finds the lines of a name, whatever stands around them."""
    data = render_feed("PyPI", [_line(name) for name in names])
    for name in names:
        (advisory,) = find_advisories(data, name)
        assert advisory.affected[0].name == name
    assert bool(find_advisories(data, other)) == (other in names)
    assert set(list_packages(data)) == names


def test_all_records_of_a_package_are_found_in_order() -> None:
    data = render_feed("PyPI", [_line("a", f"GHSA-{n}") for n in (3, 1, 2)] + [_line("ab")])
    assert [a.id for a in find_advisories(data, "a")] == ["GHSA-1", "GHSA-2", "GHSA-3"]


def test_the_same_lines_give_the_same_bytes() -> None:
    lines = [_line("b"), _line("a"), _line("b")]
    assert render_feed("PyPI", lines) == render_feed("PyPI", reversed(lines[:2]))


def test_unreadable_records_are_kept_with_their_packages() -> None:
    items = (
        Unreadable(ecosystem="PyPI", name="a.json", why="broken", packages=("shop",)),
        Unreadable(ecosystem="PyPI", name="b.json", why="worse"),
    )
    data = render_feed("PyPI", [*map(render_unreadable_line, items), _line("z")])
    assert find_unreadable(data, ecosystem="PyPI") == items
    assert list_packages(data) == ("z",)


@pytest.mark.parametrize("data", [b"", b"assay-advisories/1\tPyPI\n", b"assay-advisories/2\tnpm\n"])
def test_another_format_or_ecosystem_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        check_feed(data, ecosystem="PyPI")
    assert str(caught.value) == ("[malformed] no advisories of PyPI, in the form that is read here")


def test_the_own_format_is_accepted() -> None:
    check_feed(render_feed("PyPI", []), ecosystem="PyPI")


def test_a_package_whose_name_is_no_text() -> None:
    """Found by fuzzing: the file was damaged, or somebody else wrote it."""
    with pytest.raises(MalformedError) as caught:
        list_packages(b"assay-advisories/2\tPyPI\np:\x9a\t{}\n")
    assert str(caught.value) == "[malformed] a package whose name is not UTF-8"


def test_packages_are_found_by_every_name_of_a_vulnerability() -> None:
    advisory = parse_advisory(encoded("GHSA-1", aliases=["CVE-1"]))
    data = render_feed("PyPI", render_id_lines("shop", advisory))
    assert [find_packages(data, name) for name in ("GHSA-1", "CVE-1", "CVE-10", "CVE")] == [
        ("shop",),
        ("shop",),
        (),
        (),
    ]
