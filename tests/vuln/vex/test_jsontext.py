"""Members put into JSON as text: all else stays as it is."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.vuln.vex.jsontext import splice_members

ENTRY: Final[dict[str, object]] = {"id": "CVE-1"}
SERIAL: Final = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"


def spliced(text: str, *entries: dict[str, object]) -> str:
    data = text.encode()
    bom = JsonValue(parse_json(data, max_bytes=10_000))
    return splice_members(data, bom, entries or (ENTRY,)).decode()


TEXTS = {
    "no list": ('{ "a" : 1.50 }', '{ "a" : 1.50,"vulnerabilities":[{"id":"CVE-1"}] }'),
    "an empty list": (
        '{"vulnerabilities": [ ], "b": {"vulnerabilities": [1]}}',
        '{"vulnerabilities": [ {"id":"CVE-1"}], "b": {"vulnerabilities": [1]}}',
    ),
    "a list": (
        '{"vulnerabilities":[{"id":"]}"}]}',
        '{"vulnerabilities":[{"id":"]}"},{"id":"CVE-1"}]}',
    ),
    "an escaped name": (
        '{"\\u0076ulnerabilities":[{}], "x": "\\"vulnerabilities\\":["}',
        '{"\\u0076ulnerabilities":[{},{"id":"CVE-1"}], "x": "\\"vulnerabilities\\":["}',
    ),
    "a version": (
        f'{{"serialNumber":"{SERIAL}","version": 9 ,"c":[{{"version":"9"}}]}}',
        (f'{{"serialNumber":"{SERIAL}","version": 10 ,"c":[{{"version":"9"}}],'
        '"vulnerabilities":[{"id":"CVE-1"}]}'),
    ),
    "no version": (
        f'{{"serialNumber":"{SERIAL}"}}',
        f'{{"serialNumber":"{SERIAL}","vulnerabilities":[{{"id":"CVE-1"}}],"version":2}}',
    ),
    "a version of no serial number": (
        '{"version":9}',
        '{"version":9,"vulnerabilities":[{"id":"CVE-1"}]}',
    ),
    "a member without a name": (
        '{"":1,"vulnerabilities":[]}',
        '{"":1,"vulnerabilities":[{"id":"CVE-1"}]}',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), TEXTS.values(), ids=TEXTS)
def test_nothing_else_is_touched(before: str, after: str) -> None:
    assert spliced(before) == after


NAMES = st.sampled_from(["a", "version", "vulnerabilities", '"', "\\", "]", "{", "é", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | NAMES,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=8,
)


@given(
    members=st.dictionaries(NAMES, VALUES, max_size=4),
    held=st.lists(VALUES, max_size=2) | st.none(),
    serial=st.booleans(),
    indent=st.sampled_from([None, 0, 2]),
    ascii_=st.booleans(),
)
def test_it_is_read_as_it_was_with_the_entries(
    members: dict[str, object],
    held: list[object] | None,
    indent: int | None,
    *,
    serial: bool,
    ascii_: bool,
) -> None:
    bom = {k: v for k, v in members.items() if k not in {"version", "vulnerabilities"}}
    bom |= {"serialNumber": SERIAL, "version": 3} if serial else {}
    bom |= {} if held is None else {"vulnerabilities": held}
    told = spliced(json.dumps(bom, indent=indent, ensure_ascii=ascii_), ENTRY, ENTRY)
    wanted = bom | {"vulnerabilities": [*(held or []), ENTRY, ENTRY]}
    wanted |= {"version": 4} if serial else {}
    if not bom:  # an object without members has no last one to stand behind
        return
    assert parse_json(told.encode(), max_bytes=100_000) == wanted
