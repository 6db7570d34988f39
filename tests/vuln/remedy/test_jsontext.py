import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.remedy.jsontext import locate_json, replace_spans, set_members

NAMES = st.sampled_from(["a", "b", "c", "d", 'é"\\', "new"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=5)


@settings(max_examples=60)
@given(
    before=OBJECTS,
    updates=st.dictionaries(NAMES, VALUES, max_size=4),
    indent=st.sampled_from([None, 2, "\t"]),
)
def test_edits_mean_what_they_say(
    before: dict[str, object], updates: dict[str, object], indent: int | str | None
) -> None:
    """Set and taken away as in a dict, wherever the member stands, however the text is laid out."""
    text = json.dumps({"x": before, "y": 1}, indent=indent)
    kept = {k: v for k, v in before.items() if not (k in updates and updates[k] is None)}
    expected = {**kept, **{k: v for k, v in updates.items() if v is not None}}
    if not kept:
        return  # an entry without a version is none
    node = locate_json(text).at("x")
    assert node is not None
    after = replace_spans(text, set_members(text, node, updates))
    assert json.loads(after) == {"x": expected, "y": 1}
    if not updates:
        assert after == text


@settings(max_examples=40)
@given(value=VALUES, indent=st.sampled_from([None, 1, 4]))
def test_every_value_has_its_place(value: object, indent: int | None) -> None:
    text = f" {json.dumps(value, indent=indent)}\n"
    node = locate_json(text)
    assert json.loads(text[node.start : node.end]) == value
    for name, inner in node.members.items():
        assert isinstance(value, dict)
        assert json.loads(text[inner.start : inner.end]) == value[name]


def test_new_values_are_laid_out_as_the_text_is() -> None:
    text = '{\n\t"a": {\n\t\t"v": 1\n\t}\n}\n'
    node = locate_json(text).at("a")
    assert node is not None
    after = replace_spans(text, set_members(text, node, {"v": 2, "w": {"x": "y"}}))
    assert after == '{\n\t"a": {\n\t\t"v": 2,\n\t\t"w": {\n\t\t\t"x": "y"\n\t\t}\n\t}\n}\n'


def test_refused() -> None:
    with pytest.raises(MalformedError, match="no JSON"):
        locate_json('{"a" 1')
    with pytest.raises(MalformedError, match="two edits of one place"):
        replace_spans("abc", [(0, 2, "x"), (1, 3, "y")])
    text = '{"a": {}}'
    node = locate_json(text).at("a")
    assert node is not None
    with pytest.raises(MalformedError, match="an object without members"):
        set_members(text, node, {"v": 1})
