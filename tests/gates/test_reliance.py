"""What a verdict stands on, in the form in which it is signed; and what takes one away."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import sha256_of
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.reliance import Reliance, parse_reliance
from assay.gates.reading import VEX_TYPE, WAIVERS_TYPE
from assay.gates.reliance import relied_on
from assay.gates.withdrawal import Withdrawal, parse_withdrawal
from assay.source.coverage import COVERAGE_TYPE
from tests.fakes.reviewfacts import COVERAGE, reviews
from tests.fakes.trust import ALICE, BOB, GATE, NOW, verified
from tests.findings.test_waiver import ACCOUNT as WAIVERS
from tests.vuln.vex.test_account import ACCOUNT as VEX

ONE = sha256_of(b"one")
RELIANCE = Reliance(statement=ONE, keys=("ab", "cd"), role="collector", at=NOW)
WITHDRAWAL = Withdrawal(verdict=ONE, why="its key is revoked")
RELIED: Mapping[str, object] = {
    "statement": str(ONE),
    "keys": ["ab", "cd"],
    "role": "collector",
    "recordedAt": "2026-06-01T00:00:00Z",
}
WITHDRAWN: Mapping[str, object] = {"verdict": str(ONE), "why": "its key is revoked"}


def test_what_a_verdict_says() -> None:
    assert RELIANCE.as_json() == RELIED
    assert parse_reliance(JsonValue(RELIED)) == RELIANCE
    assert WITHDRAWAL.as_json() == WITHDRAWN
    assert parse_withdrawal(JsonValue(WITHDRAWN)) == WITHDRAWAL


@given(
    data=st.binary(),
    keys=st.lists(st.text(), max_size=3),
    role=st.text(),
    at=st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),
)
def test_what_is_written_is_read(data: bytes, keys: list[str], role: str, at: datetime) -> None:
    made = Reliance(statement=sha256_of(data), keys=tuple(keys), role=role, at=at)
    assert parse_reliance(JsonValue(made.as_json())) == made


def test_each_statement_once_in_an_order_of_its_own() -> None:
    """Whatever order the evidence came in, the signed bytes are the same."""
    first, second = verified({"n": 1}), verified({"n": 2}, by=BOB)
    third = verified({"n": 3}, by=GATE, role="gate")
    found = relied_on((first, second, first, third))
    assert found == relied_on((third, second, first))
    assert sorted(str(item.statement) for item in found) == [str(item.statement) for item in found]
    assert {item.statement: (item.keys, item.role, item.at) for item in found} == {
        first.digest: ((ALICE.public.key_id,), "collector", NOW),
        second.digest: ((BOB.public.key_id,), "collector", NOW),
        third.digest: ((GATE.public.key_id,), "gate", NOW),
    }
    assert relied_on(()) == ()


def test_what_people_signed_is_named_behind_the_account_of_it() -> None:
    """A collector's account of reviews or waivers does not hold them up once they fell."""
    coverage, waived = reviews(), verified(WAIVERS.as_json(), predicate_type=WAIVERS_TYPE)
    found = {item.statement: item.role for item in relied_on((coverage, waived))}
    assert found == {
        coverage.digest: "collector",
        waived.digest: "collector",
        COVERAGE.reviews[0].statement: "reviewer",
        WAIVERS.waivers[0].statement: "risk-owner",
    }
    vex = verified(VEX.as_json(), predicate_type=VEX_TYPE)
    assert {item.statement: item.role for item in relied_on((vex,))} == {
        vex.digest: "collector",
        VEX.documents[0].statement: "vex-author",
    }
    broken = verified({"reviews": 7}, predicate_type=COVERAGE_TYPE)
    assert [item.statement for item in relied_on((broken,))] == [broken.digest]


def test_a_verdict_that_fell_is_a_gap() -> None:
    assert WITHDRAWAL.as_gap() == NotChecked(
        what="verdict",
        where=str(ONE),
        why="it does not stand any more: its key is revoked",
        remedy="Collect the evidence again with keys that hold, and decide anew: assay check.",
    )


WRONG_RELIANCE = {
    "no-statement": ({"statement": None}, "no statement, at x.statement"),
    "statement": (
        {"statement": "sha1:ab"},
        "unknown digest algorithm 'sha1', at x.statement",
    ),
    "statement-type": ({"statement": 7}, "int where text is needed, at x.statement"),
    "no-keys": ({"keys": None}, "no keys, at x.keys"),
    "keys": ({"keys": "ab"}, "str where an array is needed, at x.keys"),
    "key": ({"keys": ["ab", 7]}, "int where text is needed, at x.keys[1]"),
    "no-role": ({"role": None}, "no role, at x.role"),
    "no-time": ({"recordedAt": None}, "no recordedAt, at x.recordedAt"),
    "time": ({"recordedAt": 7}, "int where text is needed, at x.recordedAt"),
    "date": ({"recordedAt": "2026"}, "'2026' is no RFC 3339 time, at x.recordedAt"),
}
WRONG_WITHDRAWAL = {
    "no-verdict": ({"verdict": None}, "no verdict, at x.verdict"),
    "verdict": ({"verdict": "sha256:"}, "'' is no sha256 digest, at x.verdict"),
    "verdict-type": ({"verdict": 7}, "int where text is needed, at x.verdict"),
    "no-why": ({"why": None}, "no why, at x.why"),
}


@pytest.mark.parametrize(("change", "message"), WRONG_RELIANCE.values(), ids=WRONG_RELIANCE)
def test_no_reliance(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_reliance(JsonValue({**RELIED, **change}, "x"))
    assert str(caught.value) == f"[malformed] {message}"


@pytest.mark.parametrize(("change", "message"), WRONG_WITHDRAWAL.values(), ids=WRONG_WITHDRAWAL)
def test_no_withdrawal(change: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_withdrawal(JsonValue({**WITHDRAWN, **change}, "x"))
    assert str(caught.value) == f"[malformed] {message}"
