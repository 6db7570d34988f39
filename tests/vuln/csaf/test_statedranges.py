"""Ranges of `vers` as events: they judge as the `vers` text does, or nobody can tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.advisory import Affected
from assay.vuln.csaf.statedranges import single_version, stated_range
from assay.vuln.ranges import Answer, extent_of
from assay.vuln.vers import parse_vers

COMPARATORS = st.sampled_from(["<", "<=", ">", ">=", "", "!="])
CONSTRAINTS = st.lists(st.tuples(COMPARATORS, st.integers(0, 6)), min_size=1, max_size=4)


@given(constraints=CONSTRAINTS, version=st.integers(0, 6))
def test_events_say_what_the_text_says(constraints: list[tuple[str, int]], version: int) -> None:
    """VERS: "constraints are a sequence along the line of versions"; what is not in pairs is left."""
    text = "vers:npm/" + "|".join(f"{sign}{number}.0.0" for sign, number in constraints)
    ranges = stated_range(text, ecosystem="npm")
    said = extent_of("npm", [Affected(ecosystem="npm", name="a", ranges=ranges)]).judge(
        f"{version}.0.0"
    )
    assert said in {parse_vers(text).judge(f"{version}.0.0"), Answer.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "ecosystem"),
    [
        ("before 2", "npm"),
        ("vers:pypi/>=1", "npm"),
        ("vers:npm/!=1.0.0", "npm"),
        ("vers:npm/>=1.0.0|>=2.0.0", "npm"),
        ("vers:npm/>=1.0.0|<2.0.0|<3.0.0", "npm"),
        ("vers:npm/>=no", "npm"),
        ("vers:npm/1.0.0|>=0.5.0|<2.0.0", "npm"),
        ("vers:npm/>1.0.0|<1.0", "npm"),
        ("vers:npm/>0.5.0|<0.5.0", "npm"),
    ],
)
def test_what_cannot_be_put_into_events_is_unknown(text: str, ecosystem: str) -> None:
    ranges = stated_range(text, ecosystem=ecosystem)
    extent = extent_of(ecosystem, [Affected(ecosystem=ecosystem, name="a", ranges=ranges)])
    assert extent.judge("1.0.0") is Answer.UNKNOWN


@pytest.mark.parametrize("text", ["vers:npm/<=2.0.0", "vers:generic/>0.1.0|<2.0.0", "vers:all/*"])
def test_ranges_of_no_special_scheme_are_ordered_by_the_ecosystem(text: str) -> None:
    ranges = stated_range(text, ecosystem="npm")
    extent = extent_of("npm", [Affected(ecosystem="npm", name="a", ranges=ranges)])
    assert extent.judge("1.0.0") is Answer.AFFECTED


def test_a_single_version_is_a_range_of_one() -> None:
    extent = extent_of(
        "npm", [Affected(ecosystem="npm", name="a", ranges=(single_version("1.0.0"),))]
    )
    assert [extent.judge(v) for v in ("0.9.9", "1.0.0", "1.0.1")] == [
        Answer.NOT_AFFECTED,
        Answer.AFFECTED,
        Answer.NOT_AFFECTED,
    ]
