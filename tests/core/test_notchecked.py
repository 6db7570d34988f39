"""What was not looked at is written down, and read back."""

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked, parse_not_checked

ITEM = NotChecked(what="blob", where="big.bin", why="over 64 MiB", remedy="raise the limit")


def test_what_is_written_is_read_back() -> None:
    assert parse_not_checked(JsonValue(ITEM.as_json())) == ITEM


@pytest.mark.parametrize("name", ["what", "where", "why", "remedy", "accepted"])
def test_each_member_is_needed(name: str) -> None:
    document = {k: v for k, v in ITEM.as_json().items() if k != name}
    with pytest.raises(MalformedError) as caught:
        parse_not_checked(JsonValue(document))
    assert str(caught.value) == f"[malformed] no {name}, at {name}"
