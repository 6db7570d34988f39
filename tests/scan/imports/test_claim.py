"""Numbers in foreign reports: JSON has no largest one."""

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.scan.imports.claim import line_of


def test_a_line_beyond_all_numbers_is_none() -> None:
    with pytest.raises(MalformedError) as caught:
        line_of(JsonValue(10**400))
    assert caught.value.what == "no line or column"


@pytest.mark.parametrize(("told", "line"), [(7, 7), ("7", 7), (-1, 0), (2**31, 0), ("inf", 0)])
def test_a_line_is_one_that_a_file_can_have(told: object, line: int) -> None:
    assert line_of(JsonValue(told)) == line
