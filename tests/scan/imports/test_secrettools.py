"""What tools that look for secrets write: each value is taken as it stands in the file."""

import base64

import pytest

from assay.core.jsonvalue import JsonValue
from assay.scan.imports.secrettools import read_noseyparker


def found_by_noseyparker(group: str) -> bytes:
    match = {
        "provenance": [{"path": "./a.py"}],
        "groups": [group],
        "location": {"source_span": {"start": {"line": 1, "column": 1}}},
    }
    [told] = read_noseyparker(JsonValue([{"rule_name": "r", "matches": [match]}]))
    [claim] = told.claims
    return claim.secret


@pytest.mark.parametrize("value", ["\u202e", "a b", "="])
def test_a_group_that_is_no_base64_stands_for_itself(value: str) -> None:
    """Also where it is no ASCII. Found by fuzzing."""
    assert found_by_noseyparker(value) == value.encode()


def test_a_group_in_base64() -> None:
    for value in ("wörd".encode(), b"\xff\0"):
        assert found_by_noseyparker(base64.b64encode(value).decode()) == value
