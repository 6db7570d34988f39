"""The verdict as a SLSA verification summary: what the standard asks for, and our extension."""

import copy
from collections.abc import Callable

import pytest

from assay import __version__
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, render_statement
from assay.gates.parameters import Parameters, Relaxation
from assay.gates.request import decide_verdict
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import PREDICATE_TYPE, parse_vsa, render_vsa
from assay.policy.engine import engine_version
from tests.fakes.trust import NOW
from tests.gates.evidencekit import ACCEPTED, GAP, HOUR, finding, scan
from tests.gates.gatekit import BUNDLE, TRUST_ROOT, request

CLEAN = scan("secrets")
PARAMETERS = Parameters(
    advisory_max_age_hours=24,
    relax=(Relaxation(rule="source.no-secrets", reason="moved", until=NOW + HOUR),),
    require=("source.advice",),
)
VERDICTS = {
    "passed": request(CLEAN),
    "failed": request(scan("secrets", finding(), finding("two"))),
    "unknown": request(scan("secrets", gaps=(GAP, ACCEPTED))),
    "no evidence": request(),
    "with parameters": request(CLEAN, scan("code"), parameters=PARAMETERS),
}


def verdict(name: str) -> GateVerdict:
    return decide_verdict(VERDICTS[name])


def plain(statement: Statement) -> dict[str, object]:
    """Return the predicate as a reader gets it."""
    document = parse_json(render_statement(statement), max_bytes=2**20)
    assert isinstance(document, dict)
    predicate = document["predicate"]
    assert isinstance(predicate, dict)
    return predicate


@pytest.mark.parametrize("name", VERDICTS)
def test_round_trip(name: str) -> None:
    made = verdict(name)
    statement = render_vsa(made)
    read = parse_vsa(subject=statement.subjects[0], predicate=JsonValue(plain(statement)))
    assert read == made
    assert render_statement(render_vsa(read)) == render_statement(statement)


def test_the_standard_members() -> None:
    statement = render_vsa(verdict("passed"))
    predicate = plain(statement)
    del predicate["assay_verdict"]
    assert statement.predicate_type == PREDICATE_TYPE
    assert statement.subjects == (VERDICTS["passed"].subject,)
    assert predicate == {
        "verifier": {
            "id": "urn:assay:gate",
            "version": {"assay": __version__, "engine": engine_version()},
        },
        "timeVerified": "2026-06-01T00:00:00Z",
        "resourceUri": "git+https://example.com/shop",
        "policy": {"uri": "urn:assay:policy:source", "digest": {"sha256": BUNDLE.digest.hex}},
        "inputAttestations": [
            {
                "uri": f"urn:assay:statement:{CLEAN.digest}",
                "digest": {"sha256": CLEAN.digest.hex},
            }
        ],
        "verificationResult": "PASSED",
        "verifiedLevels": ["ASSAY_SOURCE_GATE"],
        "slsaVersion": "1.1",
    }


@pytest.mark.parametrize("name", ["failed", "unknown", "no evidence"])
def test_what_did_not_pass_is_failed_for_readers_of_the_standard(name: str) -> None:
    predicate = plain(render_vsa(verdict(name)))
    assert predicate["verificationResult"] == "FAILED"
    assert predicate["verifiedLevels"] == ["FAILED"]


@pytest.mark.parametrize("name", VERDICTS)
def test_no_slsa_level_is_claimed(name: str) -> None:
    levels = plain(render_vsa(verdict(name)))["verifiedLevels"]
    assert isinstance(levels, list)
    assert not [level for level in levels if level.startswith("SLSA_")]


def test_unknown_is_said_as_what_it_is_with_what_was_not_checked() -> None:
    own = plain(render_vsa(verdict("unknown")))["assay_verdict"]
    assert isinstance(own, dict)
    assert own["result"] == "UNKNOWN"
    assert own["notChecked"] == [GAP.as_json(), ACCEPTED.as_json()]
    assert own["trustRoot"] == str(TRUST_ROOT)
    assert [rule["reasons"] for rule in own["rules"] if rule["id"] == "source.no-secrets"] == [
        [{"what": "blob", "where": "big.bin", "remedy": "look", "finding": ""}]
    ]


def test_only_a_passed_verdict_says_so() -> None:
    results = {name: verdict(name).decision.verdict for name in VERDICTS}
    assert results == {
        "passed": Verdict.PASSED,
        "failed": Verdict.FAILED,
        "unknown": Verdict.UNKNOWN,
        "no evidence": Verdict.UNKNOWN,
        "with parameters": Verdict.PASSED,
    }


def passed_instead(predicate: dict[str, object]) -> None:
    predicate["verificationResult"] = "PASSED"


def level_added(predicate: dict[str, object]) -> None:
    predicate["verifiedLevels"] = ["SLSA_BUILD_LEVEL_3"]


def other_schema(predicate: dict[str, object]) -> None:
    own = predicate["assay_verdict"]
    assert isinstance(own, dict)
    own["schema"] = "assay.verdict/v3"


def other_result(predicate: dict[str, object]) -> None:
    own = predicate["assay_verdict"]
    assert isinstance(own, dict)
    own["result"] = "OK"


def member_added(predicate: dict[str, object]) -> None:
    predicate["waived"] = True


def fraction_added(predicate: dict[str, object]) -> None:
    predicate["extra"] = 1.5


def number_added(predicate: dict[str, object]) -> None:
    predicate["extra"] = 2**53


def no_extension(predicate: dict[str, object]) -> None:
    del predicate["assay_verdict"]


DIFFER = "[malformed] the standard members and assay_verdict do not tell the same"
REFUSED: dict[str, tuple[Callable[[dict[str, object]], None], str]] = {
    "passed for some readers": (passed_instead, DIFFER),
    "a level for some readers": (level_added, DIFFER),
    "another member": (member_added, DIFFER),
    "a fraction": (fraction_added, "[malformed] float has no canonical form"),
    "a number that readers disagree about": (
        number_added,
        "[malformed] a number beyond 9007199254740991 has no canonical form",
    ),
    "another schema": (
        other_schema,
        "[malformed] schema 'assay.verdict/v3', at assay_verdict.schema",
    ),
    "a result that is none": (
        other_result,
        "[malformed] 'OK' is not a valid Verdict, at assay_verdict.result",
    ),
    "somebody else's summary": (no_extension, "[malformed] no assay_verdict, at assay_verdict"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: Callable[[dict[str, object]], None], message: str) -> None:
    statement = render_vsa(verdict("failed"))
    predicate = copy.deepcopy(plain(statement))
    change(predicate)
    with pytest.raises(MalformedError) as caught:
        parse_vsa(subject=statement.subjects[0], predicate=JsonValue(predicate))
    assert str(caught.value) == message
