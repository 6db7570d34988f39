from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.fixes.edit import Edit, Fix, parse_fix

EDIT = Edit(path="a.yml", line=2, column=3, end_line=2, end_column=5, text="x\n")
FIX = Fix(description="Do it.", edits=(EDIT,))


def test_round_trip() -> None:
    assert parse_fix(JsonValue(FIX.as_json())) == FIX


@pytest.mark.parametrize("field", tuple(EDIT.as_json()))
def test_each_field_is_required(field: str) -> None:
    edit = EDIT.as_json()
    del edit[field]
    with pytest.raises(MalformedError) as caught:
        parse_fix(JsonValue(FIX.as_json() | {"edits": [edit]}))
    assert str(caught.value) == f"[malformed] no {field}, at edits[0].{field}"


def test_positions_that_no_file_has() -> None:
    backwards = "^an edit that ends before it begins$"
    with pytest.raises(ValueError, match=backwards):
        replace(EDIT, line=3)
    with pytest.raises(ValueError, match=backwards):
        replace(EDIT, column=6)
    with pytest.raises(ValueError, match=backwards):
        replace(EDIT, line=0, end_line=0)
    with pytest.raises(ValueError, match=r"^an edit that ends before the first column$"):
        replace(EDIT, end_line=3, end_column=0)


def test_a_fix_changes_something() -> None:
    with pytest.raises(ValueError, match=r"^a fix without an edit$"):
        replace(FIX, edits=())
