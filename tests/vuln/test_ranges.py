from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.advisory import Affected, Event, Range
from assay.vuln.ranges import Answer, extent_of
from assay.vuln.versions import version_key

AFFECTED, NOT, UNKNOWN = Answer.AFFECTED, Answer.NOT_AFFECTED, Answer.UNKNOWN


def entry(
    *events: tuple[str, str], kind: str = "ECOSYSTEM", versions: Sequence[str] = ()
) -> Affected:
    ranges = (Range(type=kind, events=tuple(Event(kind=k, version=v) for k, v in events)),)
    return Affected(
        ecosystem="PyPI", name="shop", ranges=ranges if events else (), versions=tuple(versions)
    )


BELOW_2 = entry(("introduced", "0"), ("fixed", "2.0"))
CASES = {
    "below the fix": (BELOW_2, "1.9", AFFECTED),
    "0 comes before all": (BELOW_2, "0.dev0", AFFECTED),
    "the fix itself": (BELOW_2, "2.0", NOT),
    "the fix, spelt otherwise": (BELOW_2, "2", NOT),
    "a pre-release of the fix": (BELOW_2, "2.0rc1", AFFECTED),
    "before it was introduced": (entry(("introduced", "1.0"), ("fixed", "2.0")), "0.9", NOT),
    "where it was introduced": (entry(("introduced", "1.0"), ("fixed", "2.0")), "1.0", AFFECTED),
    "no end": (entry(("introduced", "1.0")), "99", AFFECTED),
    "last affected": (entry(("introduced", "0"), ("last_affected", "2.0")), "2.0", AFFECTED),
    "after the last": (entry(("introduced", "0"), ("last_affected", "2.0")), "2.0.1", NOT),
    "up to a limit": (entry(("introduced", "0"), ("limit", "2.0")), "2.0", NOT),
    "below one limit of two": (
        entry(("introduced", "0"), ("limit", "2.0"), ("limit", "3.0")),
        "2.5",
        AFFECTED,
    ),
    "above two limits": (
        entry(("introduced", "0"), ("limit", "3.0"), ("limit", "2.0")),
        "3.0",
        NOT,
    ),
    "no limit, whatever else is one": (
        entry(("introduced", "0"), ("limit", "2.0"), ("limit", "*")),
        "2.5",
        AFFECTED,
    ),
    "a limit that is no version": (entry(("introduced", "0"), ("limit", "x")), "1.0", UNKNOWN),
    "fixed above a limit": (
        entry(("introduced", "0"), ("limit", "2.0"), ("fixed", "3.0")),
        "2.5",
        NOT,
    ),
    "introduced above a limit": (entry(("introduced", "3"), ("limit", "2.0")), "3.5", NOT),
    "last affected at a limit": (
        entry(("introduced", "0"), ("last_affected", "2.0"), ("limit", "2.0")),
        "2.0",
        NOT,
    ),
    "no limit": (entry(("introduced", "0"), ("limit", "*"), ("fixed", "2.0")), "1.0", AFFECTED),
    "events out of order": (
        entry(("fixed", "4"), ("introduced", "3"), ("fixed", "2"), ("introduced", "0")),
        "2.5",
        NOT,
    ),
    "second interval": (
        entry(("introduced", "0"), ("fixed", "2"), ("introduced", "3"), ("fixed", "4")),
        "3.1",
        AFFECTED,
    ),
    "fixed and introduced again in one version": (
        entry(("introduced", "0"), ("fixed", "2"), ("introduced", "2"), ("fixed", "3")),
        "2",
        AFFECTED,
    ),
    "introduced and fixed in one version": (entry(("introduced", "2"), ("fixed", "2")), "3", NOT),
    "two fixes: the first ends it": (
        entry(("introduced", "0"), ("fixed", "2"), ("fixed", "3")),
        "2.5",
        NOT,
    ),
    "two introductions: the first begins it": (
        entry(("introduced", "1"), ("introduced", "2"), ("fixed", "3")),
        "1.5",
        AFFECTED,
    ),
    "in the list alone": (entry(versions=["1.0"]), "1.0", AFFECTED),
    "in the list, spelt otherwise": (entry(versions=["1.0"]), "1.0.0", AFFECTED),
    "not in the list": (entry(versions=["1.0"]), "1.1", NOT),
    "the list wins over the range": (
        entry(("introduced", "0"), ("fixed", "2.0"), versions=["2.5"]),
        "2.5",
        AFFECTED,
    ),
    "an old version, in the list as it is": (entry(versions=["1.0-doduo"]), "1.0-doduo", AFFECTED),
    "a version that is none, against a range": (BELOW_2, "1.0-doduo", UNKNOWN),
    "a range of another kind": (entry(("introduced", "0"), kind="LUNAR"), "1.0", UNKNOWN),
    "an event of another kind": (entry(("introduced", "0"), ("phase", "full")), "1.0", UNKNOWN),
    "an end that is no version": (entry(("introduced", "0"), ("fixed", "soon")), "1.0", UNKNOWN),
    "commits alone": (entry(("introduced", "0"), kind="GIT"), "1.0", UNKNOWN),
    "commits and a list": (
        entry(("introduced", "0"), kind="GIT", versions=["1.0"]),
        "1.1",
        NOT,
    ),
    "nothing at all": (entry(), "1.0", UNKNOWN),
}


@pytest.mark.parametrize(("affected", "version", "answer"), CASES.values(), ids=CASES)
def test_judge(affected: Affected, version: str, answer: Answer) -> None:
    assert extent_of("PyPI", [affected]).judge(version) is answer


PROBLEMS = {
    "a range of the unknown type 'LUNAR'": entry(("introduced", "0"), kind="LUNAR"),
    "an event of the unknown kind 'phase'": entry(("introduced", "0"), ("phase", "full")),
    "'soon' is no version of PyPI": entry(("introduced", "0"), ("fixed", "soon")),
    "it names no versions, only commits": entry(("introduced", "0"), kind="GIT"),
    "it names no versions": entry(),
}


@pytest.mark.parametrize(("problem", "affected"), PROBLEMS.items(), ids=PROBLEMS)
def test_problem(problem: str, affected: Affected) -> None:
    assert extent_of("PyPI", [affected]).problem == problem


def test_a_range_that_is_out_of_reach_does_not_hide_one_that_is_not() -> None:
    extent = extent_of("PyPI", [entry(("introduced", "0"), kind="LUNAR"), BELOW_2])
    assert [extent.judge(version) for version in ("1.0", "2.0")] == [AFFECTED, UNKNOWN]


def test_entries_about_one_package_add_up() -> None:
    extent = extent_of("PyPI", [BELOW_2, entry(("introduced", "3"), ("fixed", "4"))])
    assert [extent.judge(version) for version in ("1", "2", "3", "4")] == [
        AFFECTED,
        NOT,
        AFFECTED,
        NOT,
    ]


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["introduced", "fixed", "last_affected", "limit"]),
        st.integers(min_value=0, max_value=6).map(str),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda event: event[1],
)


@given(_EVENTS, st.integers(min_value=0, max_value=7).map(str))
def test_intervals_answer_as_the_walk_of_the_schema_does(
    events: list[tuple[str, str]], version: str
) -> None:
    """OSV schema, "Evaluation": "for evt in sorted(range.events)".

    Introduced sets, fixed and last_affected clear: the walk, written once more event by event.
    Before it, "BeforeLimits": a version below any limit counts, and so does each without one.
    """
    key = version_key("PyPI", version)
    vulnerable = False
    limits = [int(text) for kind, text in events if kind == "limit"]
    for kind, text in sorted(events, key=lambda event: int(event[1])):
        at = version_key("PyPI", text)
        assert at is not None
        assert key is not None
        if kind == "introduced" and (text == "0" or key >= at):
            vulnerable = True
        elif (kind == "fixed" and key >= at) or (kind == "last_affected" and key > at):
            vulnerable = False
    if limits and int(version) >= max(limits):
        vulnerable = False
    answer = extent_of("PyPI", [entry(*events)]).judge(version)
    assert answer is (AFFECTED if vulnerable else NOT)


@given(_EVENTS)
def test_intervals_are_apart_and_in_order(events: list[tuple[str, str]]) -> None:
    """Intervals of one range never overlap: each begins where nothing is open."""
    for left, right in pairwise(extent_of("PyPI", [entry(*events)]).intervals):
        assert left.end is not None
        assert left.end <= right.start


def test_a_version_that_is_none_is_unknown_also_to_a_list() -> None:
    """A list names spellings; what has no order may be one of them, written otherwise."""
    listed = extent_of("PyPI", [Affected(ecosystem="PyPI", name="shop", versions=("1.0", "trunk"))])
    assert [listed.judge(version) for version in ("1.0", "2.0", "trunk", "main")] == [
        Answer.AFFECTED,
        Answer.NOT_AFFECTED,
        Answer.AFFECTED,
        Answer.UNKNOWN,
    ]
