"""The one XML reader."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.strictxml import MAX_DEPTH, parse_xml


def test_namespaces_attributes_and_text() -> None:
    root = parse_xml(b'<a xmlns="urn:x" k="v"> one <b/>two<!-- no --> </a>', max_bytes=100)
    assert (root.namespace, root.name, root.attributes) == ("urn:x", "a", {"k": "v"})
    assert [(child.namespace, child.name) for child in root.children] == [("urn:x", "b")]
    assert root.text() == "one two"


REFUSED = {
    "type": (b"<!DOCTYPE a><a/>", "a document type, which may hold entities, is not read"),
    "type-elsewhere": (
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "a document type, which may hold entities, is not read",
    ),
    "entity": (b"<a>&b;</a>", "not well-formed XML: undefined entity: line 1, column 3"),
    "open": (b"<a>", "not well-formed XML: no element found: line 1, column 3"),
    "two": (b"<a/><b/>", "not well-formed XML: junk after document element: line 1, column 4"),
    "empty": (b"", "not well-formed XML: no element found: line 1, column 0"),
    "encoding": (
        b"<a>\xff</a>",
        "not well-formed XML: not well-formed (invalid token): line 1, column 3",
    ),
    "prefix": (b"<x:a/>", "not well-formed XML: unbound prefix: line 1, column 0"),
    "size": (b"<a>" + b" " * 100 + b"</a>", "107 bytes, where at most 100 are read"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_xml(data, max_bytes=100)
    assert str(caught.value) == f"[malformed] {message}"


def test_depth() -> None:
    deep = b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH
    assert parse_xml(deep, max_bytes=1000).name == "a"
    with pytest.raises(MalformedError, match=f"more than {MAX_DEPTH} levels"):
        parse_xml(b"<a>" + deep + b"</a>", max_bytes=1000)


@given(st.binary(max_size=40) | st.text(alphabet="<>/a&;!\"'= x", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse_xml(data, max_bytes=1000)
