from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.finding import (
    Finding,
    Kind,
    Location,
    Severity,
    identity_of,
    parse_finding,
)

FINDING = Finding(
    identity="weakness/v1:0",
    kind=Kind.WEAKNESS,
    rule="bandit/B602",
    title="A shell runs text",
    severity=Severity.HIGH,
    message="Shell.",
    remedy="Use a list.",
    locations=(Location(path="a.py", line=3), Location(path="b.py", commit="c0ffee", note="n")),
    references=("CWE-78",),
)
FIELDS = tuple(FINDING.as_json())
PLACE = ("path", "line", "commit", "note", "column", "endLine", "endColumn")


def test_round_trip() -> None:
    assert parse_finding(JsonValue(FINDING.as_json())) == FINDING


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_required(field: str) -> None:
    value = FINDING.as_json()
    del value[field]
    with pytest.raises(MalformedError) as caught:
        parse_finding(JsonValue(value, "f"))
    assert str(caught.value) == f"[malformed] no {field}, at f.{field}"


@pytest.mark.parametrize("field", PLACE)
def test_each_field_of_a_location_is_required(field: str) -> None:
    place = FINDING.locations[0].as_json()
    del place[field]
    with pytest.raises(MalformedError) as caught:
        parse_finding(JsonValue(FINDING.as_json() | {"locations": [place]}))
    assert str(caught.value) == f"[malformed] no {field}, at locations[0].{field}"


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "kind": ({"kind": "worry"}, "[malformed] 'worry' is not a valid Kind, at f"),
    "severity": ({"severity": "HIGH"}, "[malformed] 'HIGH' is not a valid Severity, at f"),
    "no-location": ({"locations": []}, "[malformed] a finding without a location, at f"),
    "no-remedy": ({"remedy": ""}, "[malformed] a finding without a remedy, at f"),
    "line": (
        {"locations": [{"path": "a", "line": True, "commit": "", "note": ""}]},
        "[malformed] bool where a whole number is needed, at f.locations[0].line",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_finding(JsonValue(FINDING.as_json() | change, "f"))
    assert str(caught.value) == message


def test_finding_that_nobody_could_act_on_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"^a finding without a location$"):
        replace(FINDING, locations=())
    with pytest.raises(ValueError, match=r"^a finding without a remedy$"):
        replace(FINDING, remedy="")


def test_severity_that_nobody_gave_is_as_bad_as_the_worst() -> None:
    assert Severity.UNKNOWN.rank == Severity.CRITICAL.rank
    order = [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO]
    assert [severity.rank for severity in order] == [0, 1, 2, 3, 4]


PARTS = st.lists(st.text(alphabet="ab:,1\udcff", max_size=4), max_size=4)


@given(PARTS, PARTS)
def test_identities_are_equal_only_for_equal_parts(one: list[str], other: list[str]) -> None:
    """Every field goes in with its length, so that ("ab", "c") and ("a", "bc") differ."""
    same = identity_of(Kind.SECRET, *one) == identity_of(Kind.SECRET, *other)
    assert same == (one == other)


def test_identity_names_its_kind_and_version() -> None:
    kind, key = identity_of(Kind.SECRET, "a").split(":")
    assert (kind, len(key)) == ("secret/v1", 32)
    assert identity_of(Kind.SECRET, "a", version=2).startswith("secret/v2:")
    assert key not in identity_of(Kind.WEAKNESS, "a")
