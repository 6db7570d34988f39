import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.cpe.matching import has_wildcard, match_attribute, match_names
from assay.vuln.cpe.name import parse_cpe
from assay.vuln.releases import Applies

# NISTIR 7696, table 6-2: source, target, relation.
TABLE = [
    ("*", "*", "EQUAL"),
    ("*", "-", "SUPERSET"),
    ("*", "i", "SUPERSET"),
    ("-", "*", "SUBSET"),
    ("-", "-", "EQUAL"),
    ("-", "i", "DISJOINT"),
    ("i", "*", "SUBSET"),
    ("i", "-", "DISJOINT"),
    ("i", "i", "EQUAL"),
    ("i", "k", "DISJOINT"),
    ("i", "k*", "UNDEFINED"),
    ("-", "i*", "UNDEFINED"),
    ("i*", "*", "SUBSET"),
    ("i*", "-", "DISJOINT"),
    ("i*", "ik", "SUPERSET"),
    ("i*", "ki", "DISJOINT"),
    ("i*", "k*", "UNDEFINED"),
]
ANSWERS = {
    "EQUAL": Applies.YES,
    "SUPERSET": Applies.YES,
    "DISJOINT": Applies.NO,
    "SUBSET": Applies.UNSURE,
    "UNDEFINED": Applies.UNSURE,
}


@pytest.mark.parametrize(("source", "target", "relation"), TABLE)
def test_the_table(source: str, target: str, relation: str) -> None:
    assert match_attribute(source, target) is ANSWERS[relation]


WILDCARDS = [
    ("?", "a", True),
    ("?", "ab", False),
    ("??", "a", True),
    ("a?", "a", True),
    ("a?", "ab", True),
    ("a?", "abc", False),
    ("*b", "ab", True),
    ("*b", "ba", False),
    ("1.0.*", "1.0.2", True),
    ("1.0.*", "1x0.2", False),
    (r"a\*", r"a\*", True),
    (r"a\*", "ab", False),
    (r"a?", r"a\:", True),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target", "is_covered"), WILDCARDS)
def test_wildcards(source: str, target: str, is_covered: bool) -> None:  # noqa: FBT001  # a table
    assert match_attribute(source, target) is (Applies.YES if is_covered else Applies.NO)


def test_any_value_is_no_pattern() -> None:
    assert [has_wildcard(value) for value in ("*", r"\*", r"a\?", "a")] == [False] * 4
    assert [has_wildcard(value) for value in ("a*", "?", "?a", r"\**")] == [True] * 4


@given(st.text("ab.", max_size=6), st.text("ab.", min_size=1, max_size=8))
def test_a_star_is_any_text(start: str, target: str) -> None:
    is_covered = re.fullmatch(re.escape(start) + ".*", target) is not None
    expected = Applies.YES if is_covered else Applies.NO
    assert match_attribute(f"{start}*", target) is expected


def test_many_wildcards_take_no_time() -> None:
    """A value has wildcards at its ends alone: there is nothing to try over and over."""
    before = time.process_time()
    assert match_attribute("?" * 900 + "a", "b" * 1800) is Applies.NO
    assert time.process_time() - before < 5


def name(text: str) -> str:
    return f"cpe:2.3:{text}" + ":*" * (10 - text.count(":"))


NAMES = {
    "same": ("a:v:p", "a:v:p:1", Applies.YES),
    "product": ("a:v:p", "a:v:q:1", Applies.NO),
    "part": ("o:v:p", "a:v:p:1", Applies.NO),
    "edition": ("a:v:p:*:*:*:*:*:wordpress", "a:v:p:1", Applies.UNSURE),
    "another-edition": ("a:v:p:*:*:*:*:*:wordpress", "a:v:p:1:*:*:*:*:joomla", Applies.NO),
    "no-after-unsure": ("a:v:p:*:*:pro:*:*:wordpress", "a:v:p:1:*:*:*:*:joomla", Applies.NO),
    "versions-are-left-aside": ("a:v:p:1:u1", "a:v:p:2:u2", Applies.YES),
}


@pytest.mark.parametrize(("source", "target", "answer"), NAMES.values(), ids=NAMES)
def test_names(source: str, target: str, answer: Applies) -> None:
    assert match_names(parse_cpe(name(source)), parse_cpe(name(target))) is answer
