"""Levels, how they join, and what is written of them."""

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Finding, Kind, Severity, identity_of
from assay.findings.merge import merge_findings
from assay.findings.observation import Location, Observation, parse_observation
from assay.findings.reach import (
    MAX_LIMITS,
    MAX_SIGHTS,
    Level,
    Reach,
    Scope,
    Sight,
    join_reach,
    make_reach,
    parse_reach,
)

CALL = Sight(
    level=Level.CALLED, scope=Scope.RUN, path="a.py", line=3, what="calls x", chain=("main",)
)
IMPORT = Sight(level=Level.IMPORTED, scope=Scope.RUN, path="a.py", line=1, what="imports x")
TEST = replace(CALL, scope=Scope.TESTS, path="tests/a.py")
TYPES = replace(IMPORT, scope=Scope.TYPES)

sights = st.builds(
    Sight,
    level=st.sampled_from(Level),
    scope=st.sampled_from(Scope),
    path=st.sampled_from(["a", "b", "c"]),
    line=st.integers(0, 9),
    what=st.sampled_from(["x", "y"]),
)
reaches = st.builds(
    make_reach,
    st.sampled_from(Level),
    st.lists(sights, max_size=9),
    st.lists(st.text("ab", min_size=1, max_size=3), max_size=4),
    st.lists(st.text("ab", min_size=1, max_size=3), max_size=4),
)


def test_levels_are_in_the_order_of_nearness() -> None:
    """Declared, installed, imported, referenced, called: and no word for "cannot be reached"."""
    words = [level.word for level in sorted(Level)]
    assert words == ["declared", "installed", "imported", "referenced", "called"]


def test_nothing_seen_is_what_is_declared_at_least() -> None:
    assert make_reach(Level.DECLARED, (), ("no file read",), ()) == Reach(
        level=Level.DECLARED, limits=("no file read",)
    )


def test_the_strongest_sight_makes_the_level_and_comes_first() -> None:
    reach = make_reach(Level.DECLARED, (IMPORT, CALL), ("something",), ())
    assert (reach.level, reach.sights, reach.limits) == (Level.CALLED, (CALL, IMPORT), ())


def test_what_was_seen_lowers_nothing() -> None:
    assert make_reach(Level.CALLED, (IMPORT,), (), ()).level is Level.CALLED


def test_an_import_for_types_is_shown_and_raises_nothing() -> None:
    reach = make_reach(Level.DECLARED, (TYPES,), (), ())
    assert (reach.level, reach.sights) == (Level.DECLARED, (TYPES,))


def test_what_tests_alone_show_is_told_to_be_that() -> None:
    reach = make_reach(Level.DECLARED, (TEST, IMPORT), (), ())
    assert reach.only_in_tests
    assert reach.sentence == "the vulnerable symbol is called, in tests only (tests/a.py:3)"
    assert not make_reach(Level.DECLARED, (TEST, CALL), (), ()).only_in_tests
    assert not make_reach(Level.DECLARED, (), (), ()).only_in_tests


def test_what_is_hidden_may_be_a_call() -> None:
    """Whatever was not seen through may hide a call: no level below that is taken for all."""
    assert make_reach(Level.DECLARED, (), ("l",), ()).may_be is Level.DECLARED
    assert make_reach(Level.DECLARED, (), (), ("a file",)).may_be is Level.CALLED


def test_a_call_in_tests_leaves_open_what_is_run() -> None:
    """A test that calls it is no reason to forget the file that was not read."""
    reach = make_reach(Level.DECLARED, (TEST,), ("l",), ("a file",))
    assert (reach.limits, reach.hidden) == (("l",), ("a file",))
    over = make_reach(Level.DECLARED, (TEST, CALL), ("l",), ("a file",))
    assert (over.limits, over.hidden) == ((), ())


def test_a_level_below_is_no_level() -> None:
    """Sights of a lower level than what is known already lower nothing."""
    assert make_reach(Level.INSTALLED, (TYPES,), (), ()).level is Level.INSTALLED


def test_sights_and_limits_are_bounded_the_strongest_kept() -> None:
    many = [replace(IMPORT, line=number) for number in range(50)]
    reach = make_reach(Level.DECLARED, (*many, CALL), (), ())
    assert len(reach.sights) == MAX_SIGHTS
    assert reach.sights[0] == CALL
    bounded = make_reach(Level.DECLARED, (), map(str, range(100)), ())
    assert len(bounded.limits) == MAX_LIMITS
    assert len(make_reach(Level.DECLARED, (), (), map(str, range(100))).hidden) == MAX_LIMITS


@given(st.lists(reaches, min_size=1, max_size=4))
def test_joining_keeps_the_highest_level_in_any_order(known: list[Reach]) -> None:
    joined = join_reach(known)
    assert joined is not None
    assert joined.level == max(one.level for one in known)
    assert all(join_reach(order) == joined for order in itertools.permutations(known))
    assert join_reach([joined, *known]) == joined
    assert join_reach([join_reach(known[:1]) or joined, *known[1:]]) == joined


def test_nobody_looked_is_no_level() -> None:
    assert join_reach(()) is None


@given(reaches)
def test_what_is_written_is_read(reach: Reach) -> None:
    assert parse_reach(JsonValue(json.loads(json.dumps(reach.as_json())))) == reach


REFUSED = {
    "level": ({"level": "unreachable"}, "[malformed] level 'unreachable', at level"),
    "sights": ({"sights": None}, "[malformed] no sights, at sights"),
    "limits": ({"limits": [1]}, "[malformed] int where text is needed, at limits[0]"),
    "hidden": ({"hidden": None}, "[malformed] no hidden, at hidden"),
    "scope": (
        {"sights": [CALL.as_json() | {"scope": "never"}]},
        "[malformed] scope 'never', at sights[0].scope",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    whole = make_reach(Level.DECLARED, (IMPORT,), (), ()).as_json() | change
    with pytest.raises(MalformedError) as caught:
        parse_reach(JsonValue(whole))
    assert str(caught.value) == message


def finding(*observations: Observation) -> Finding:
    """Return a vulnerability that several tools saw."""
    return Finding(
        identity=identity_of(Kind.VULNERABILITY, "a", "b"),
        kind=Kind.VULNERABILITY,
        rule="osv/CVE-1",
        title="CVE-1",
        severity=Severity.HIGH,
        message="m",
        remedy="r",
        locations=(Location(path="lock"),),
        observations=observations,
    )


def observation(tool: str, *reach: Reach) -> Observation:
    """Return what one tool saw."""
    return Observation(
        tool=tool, rule="CVE-1", message="m", location=Location(path="lock"), reach=reach
    )


def test_a_finding_is_as_near_as_any_tool_saw() -> None:
    """Our own reading and a trace of govulncheck are about one finding."""
    ours = observation("osv", make_reach(Level.DECLARED, (IMPORT,), ("calls",), ()))
    theirs = observation("govulncheck", make_reach(Level.DECLARED, (CALL,), (), ()))
    merged = merge_findings([finding(ours), finding(theirs), finding(observation("grype"))])
    reach = merged[0].reach
    assert reach is not None
    assert (len(merged), reach.level, reach.limits) == (1, Level.CALLED, ())
    assert finding(observation("grype")).reach is None


def test_an_observation_without_it_is_written_as_before() -> None:
    assert "reach" not in observation("osv").as_json()
    told = observation("osv", make_reach(Level.DECLARED, (IMPORT,), (), ()))
    assert parse_observation(JsonValue(told.as_json())) == told
