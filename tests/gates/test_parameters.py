"""What an owner may set, and its record."""

from datetime import timedelta

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Severity
from assay.gates.parameters import Parameters, Relaxation, parse_parameters
from tests.fakes.trust import NOW

FULL = Parameters(
    secrets=Severity.INFO,
    vulnerabilities=Severity.LOW,
    workflows=Severity.INFO,
    code=Severity.CRITICAL,
    advisory_max_age_hours=1,
    evidence_max_age_hours=2,
    vex_max_age_hours=4,
    require=("source.a", "source.b"),
    relax=(
        Relaxation(rule="source.c", reason="moving", until=NOW),
        Relaxation(rule="source.c", reason="still moving", until=NOW + timedelta(days=1)),
    ),
)


@pytest.mark.parametrize("parameters", [Parameters(), FULL])
def test_round_trip(parameters: Parameters) -> None:
    assert parse_parameters(JsonValue(parameters.as_json())) == parameters


@pytest.mark.parametrize("name", Parameters().as_json())
def test_every_field_is_needed(name: str) -> None:
    value = Parameters().as_json()
    del value[name]
    with pytest.raises(MalformedError) as caught:
        parse_parameters(JsonValue(value))
    assert str(caught.value) == f"[malformed] no {name}, at {name}"


REFUSED = {
    "no severity": (
        {"code": "bad"},
        "[malformed] 'bad' is not a valid Severity, at parameters",
    ),
    "VEX that holds for more than a year": (
        {"vexMaxAgeHours": 2**53},
        "[malformed] 9007199254740992 hours, where 8784 are the most, at parameters.vexMaxAgeHours",
    ),
    "VEX that holds for less than no time": (
        {"vexMaxAgeHours": -1},
        "[malformed] -1 hours, where 8784 are the most, at parameters.vexMaxAgeHours",
    ),
    "a relaxation without a reason": (
        {"relax": [{"rule": "a.b", "reason": "", "until": "2026-01-01T00:00:00Z"}]},
        "[malformed] a relaxation without a reason, at parameters",
    ),
    "a relaxation without an end": (
        {"relax": [{"rule": "a.b", "reason": "x", "until": "never"}]},
        "[malformed] 'never' is no RFC 3339 time",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_parameters(JsonValue({**Parameters().as_json(), **change}, "parameters"))
    assert str(caught.value) == message


def test_a_relaxation_covers_its_rule_until_its_end() -> None:
    relaxation = FULL.relax[0]
    second = timedelta(seconds=1)
    assert relaxation.covers("source.c", at=NOW - second)
    assert not relaxation.covers("source.c", at=NOW)
    assert not relaxation.covers("source.d", at=NOW - second)
