"""Tags in texts: found again, and never half read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.vex.tags import EXPIRES, RESPONSES, add_tags, split_tags

WORDS = st.text(alphabet="abcz_019:,.+-TZ", min_size=1)
TEXTS = st.text(max_size=40).filter(lambda text: "[assay:" not in text)


@given(text=TEXTS, tags=st.dictionaries(st.sampled_from([EXPIRES, RESPONSES]), WORDS))
def test_there_and_back(text: str, tags: dict[str, str]) -> None:
    assert split_tags(add_tags(text, tags)) == (text, tags)


def test_empty_values_are_not_written() -> None:
    assert add_tags("note", {EXPIRES: ""}) == "note"


def test_a_tag_may_stand_between_lines() -> None:
    assert split_tags("a\n [assay:expires=x] \nb") == ("a\nb", {"expires": "x"})


def test_a_tag_inside_a_line_is_text() -> None:
    assert split_tags("see [assay:expires=x]") == ("see [assay:expires=x]", {})


BROKEN = {
    "open": ("[assay:expires=2027-01-01", "'[assay:expires=2027-01-01' is no tag that is known"),
    "empty": ("[assay:expires=]", "'[assay:expires=]' is no tag that is known"),
    "unknown": ("[assay:ends=2027]", "'[assay:ends=2027]' is no tag that is known"),
    "twice": ("[assay:expires=1]\n[assay:expires=2]", "the tag 'expires' stands twice"),
}


@pytest.mark.parametrize(("text", "what"), BROKEN.values(), ids=BROKEN)
def test_an_end_that_cannot_be_read_is_not_no_end(text: str, what: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        split_tags(text)
    assert refusal.value.what == what
