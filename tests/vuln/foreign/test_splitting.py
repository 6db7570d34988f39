import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.foreign.splitting import split_array

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


@settings(max_examples=40)
@given(
    st.lists(VALUES, max_size=4),
    st.dictionaries(st.text(), VALUES, max_size=3),
    st.sampled_from([None, 1]),
)
def test_a_document_is_its_frame_and_its_elements(
    elements: list[object], members: dict[str, object], indent: int | None
) -> None:
    """Where the frame is strict JSON and so is each element, the document is."""
    whole = {**members, "list": elements, "after": members}
    data = json.dumps(whole, indent=indent).encode()
    split = split_array(data, "list")
    assert [json.loads(element) for element in split.elements()] == elements
    assert json.loads(split.frame) == {**whole, "list": []}


REFUSED = {
    "none": (b'{"other": []}', "no array list"),
    "deeper": (b'{"other": {"list": []}}', "no array list"),
    "an object": (b'{"list": {}}', "no array list"),
    "a value": (b'{"other": "list", "more": 1}', "no array list"),
    "no end": (b'{"list": [1, 2', "an array list that does not end"),
    "in a text": (b'{"other": "\\"list\\": []"}', "no array list"),
}


@pytest.mark.parametrize(("data", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        split_array(data, "list")
    assert caught.value.what == what


def test_an_empty_element_is_kept_to_be_refused() -> None:
    assert list(split_array(b'{"list": [1,, 2]}', "list").elements()) == [b"1", b"", b" 2"]
    assert list(split_array(b'{"list": [1,]}', "list").elements()) == [b"1", b""]
    assert list(split_array(b'{"list": [ ]}', "list").elements()) == []
