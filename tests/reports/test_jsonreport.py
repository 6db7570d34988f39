"""The JSON report: every key of it, and that it is one strict document."""

from collections.abc import Mapping

from hypothesis import given, settings

from assay.core.strictjson import parse_json
from assay.reports.jsonreport import check_json
from assay.reports.write import render_report
from tests.reports import factory
from tests.reports.hostile import HOSTILE

MAX_BYTES = 10**7

# What other programs rely on: a key is never removed or given another type in `v1`.
KEYS: dict[str, type | tuple[type, ...]] = {
    "schema": str,
    "verdict": str,
    "summary": str,
    "first": (dict, type(None)),
    "stage": str,
    "product": str,
    "subject": str,
    "resourceUri": str,
    "branch": str,
    "decidedAt": str,
    "policy": str,
    "trustRoot": str,
    "versions": dict,
    "rules": list,
    "findings": list,
    "examined": dict,
    "components": int,
    "notChecked": list,
    "frameworks": list,
    "log": dict,
}
FIRST = {"remedy": str, "what": str, "where": str, "others": int}
RULE = {
    "id": str,
    "title": str,
    "verdict": str,
    "enforced": bool,
    "effect": str,
    "severity": str,
    "solution": str,
    "controls": list,
    "reasons": list,
}
REASON = {"what": str, "where": str, "remedy": str, "finding": str}
FINDING = {
    "identity": str,
    "kind": str,
    "rule": str,
    "title": str,
    "severity": str,
    "message": str,
    "remedy": str,
    "locations": list,
    "references": list,
    "observations": list,
    "fixes": list,
}
NOT_CHECKED = {"what": str, "where": str, "why": str, "remedy": str, "accepted": str}
LOGGED = {"index": int, "title": str, "predicateType": str, "signedBy": list, "envelope": str}


def check_shape(value: object, shape: Mapping[str, type | tuple[type, ...]]) -> None:
    assert isinstance(value, dict)
    assert set(value) == set(shape)
    for name, kind in shape.items():
        assert isinstance(value[name], kind), name


def members(value: object, name: str) -> list[object]:
    assert isinstance(value, dict)
    found = value[name]
    assert isinstance(found, list)
    return found


def test_every_key_is_there_and_of_its_type() -> None:
    document = check_json(factory.refused())
    check_shape(document, KEYS)
    check_shape(document["first"], FIRST)
    for rule in members(document, "rules"):
        check_shape(rule, RULE)
        for reason in members(rule, "reasons"):
            check_shape(reason, REASON)
    for finding in members(document, "findings"):
        check_shape(finding, FINDING)
    for item in members(document, "notChecked"):
        check_shape(item, NOT_CHECKED)
    log = document["log"]
    check_shape(log, {"verdict": dict, "evidence": list, "proof": str})
    assert isinstance(log, dict)
    check_shape(log["verdict"], LOGGED)
    check_shape(log["evidence"][0], LOGGED)
    [framework] = members(document, "frameworks")
    assert isinstance(framework, dict)
    assert framework["schema"] == "assay.status/v1"


def test_the_refusal() -> None:
    document = check_json(factory.refused())
    assert document["schema"] == "assay.check/v1"
    assert document["verdict"] == "FAILED"
    assert document["summary"] == (
        "2 of 4 enforced rules refuse this commit, and 1 could not tell."
    )
    assert document["first"] == {
        "remedy": "Remedy of leak.",
        "what": "critical Title of leak",
        "where": "k.env:3",
        "others": 5,
    }
    assert len(members(document, "findings")) == 3
    accepted = [item for item in members(document, "notChecked") if "accepted" in str(item)]
    assert len(accepted) == 4


def test_a_pass_has_nothing_to_do_first_and_tells_what_was_waived() -> None:
    document = check_json(factory.passed())
    assert document["first"] is None
    effects = [rule["effect"] for rule in members(document, "rules") if isinstance(rule, dict)]
    assert effects == ["enforced", "waived"]


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE)
def test_it_is_one_strict_document_of_printable_text(text: str) -> None:
    shown = render_report(factory.hostile(text), "json")
    assert shown.decode().removesuffix("\n").isprintable()
    document = parse_json(shown, max_bytes=MAX_BYTES)
    assert isinstance(document, dict)
    assert document["product"] == text.encode("utf-8", "backslashreplace").decode()
