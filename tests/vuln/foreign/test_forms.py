"""How a document is told by its content, and what is told of one that cannot be read."""

import gzip

import pytest

from assay.core.errors import MalformedError
from assay.vuln.advisory import Unreadable
from assay.vuln.csaf import advisories, providing
from assay.vuln.foreign.forms import form_of, unpacked


@pytest.mark.parametrize("mark", [providing.METADATA_MARK, providing.ROLIE_MARK])
def test_a_list_beside_advisories_that_cannot_be_read_is_told(mark: bytes) -> None:
    data = b"{" + mark + b": 7}"
    form = form_of(data)
    assert form is not None
    (found,) = form.records("provider\x1b.json", data)
    assert isinstance(found, Unreadable)
    assert (found.ecosystem, found.name) == (advisories.CSAF, "provider\\x1b.json")
    assert found.why.startswith("[malformed] ")


def test_what_has_no_mark_is_of_no_form() -> None:
    assert form_of(b'{"id": "GHSA-1"}') is None
    assert form_of(b'{"ghsa_id": "GHSA-1"}') is None  # one of two marks


def test_as_much_as_is_read_and_no_more() -> None:
    packed = gzip.compress(b"x" * 100)
    assert unpacked(packed, max_bytes=100) == b"x" * 100
    with pytest.raises(MalformedError) as caught:
        unpacked(packed, max_bytes=99)
    assert caught.value.what == "over 99 bytes"
