"""CVSS objects: which shapes are wrong, and what of them disagrees with the vector."""

import pytest

from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.cvssrules import (
    find_cvss_fault,
    find_disagreements,
    find_wrong_scores,
    whole_vector,
)

SOUND = {
    "baseScore": 9.8,
    "baseSeverity": "CRITICAL",
    "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "version": "3.1",
}
FAULTS: dict[str, tuple[dict[str, object], str, str]] = {
    "no vector": ({"vectorString": None}, "vectorString", "no vectorString"),
    "a vector of another version": (
        {"vectorString": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
        "vectorString",
        "a vector of CVSS 3.0",
    ),
    "a vector that is none": (
        {"vectorString": "CVSS:3.1/AV:Q"},
        "vectorString",
        "'CVSS:3.1/AV:Q': 'AV:Q' is no metric of CVSS 3.1",
    ),
    "a word of another metric": (
        {"scope": "LOW"},
        "scope",
        "'LOW' where CHANGED, UNCHANGED is needed",
    ),
    "a score above ten": ({"baseScore": 11}, "baseScore", "11 where at most 10 is allowed"),
    "version 4 in the place of 3": (
        {"version": "4.0"},
        "version",
        "'4.0' where 3.1 is needed",
    ),
}


def metrics(**changes: object) -> JsonValue:
    whole = {**SOUND, **changes}
    return JsonValue({name: value for name, value in whole.items() if value is not None}, "cvss")


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    changes, where, what = FAULTS[name]
    fault = find_cvss_fault(metrics(**changes), member="cvss_v3")
    assert fault is not None
    assert (fault.where(), fault.what) == (where, what)


def test_a_sound_object_has_no_fault() -> None:
    assert find_cvss_fault(metrics(), member="cvss_v3") is None
    assert list(find_wrong_scores(metrics())) == []


def test_every_score_and_severity_is_computed() -> None:
    wrong = metrics(
        baseSeverity="HIGH",
        environmentalScore=9.8,
        environmentalSeverity="LOW",
        temporalScore=9.0,
    )
    assert [(value.where, said, right) for value, said, right in find_wrong_scores(wrong)] == [
        ("cvss.baseSeverity", "HIGH", "CRITICAL"),
        ("cvss.temporalScore", "9.0", "9.8"),
        ("cvss.environmentalSeverity", "LOW", "CRITICAL"),
    ]


def test_members_that_the_vector_does_not_name_count_with_it() -> None:
    """CSAF, 6.2.19: members such as modifiedIntegrityImpact may stand beside a base vector."""
    modified = {f"modified{name}Impact": "NONE" for name in ("Confidentiality", "Integrity")}
    beside = metrics(modifiedAvailabilityImpact="NONE", **modified)
    assert whole_vector(beside).endswith("/A:H/MC:N/MI:N/MA:N")
    assert list(find_disagreements(beside)) == []


def test_members_against_the_vector_disagree() -> None:
    found = find_disagreements(metrics(userInteraction="REQUIRED"))
    assert [(value.where, said) for value, said in found] == [("cvss.userInteraction", "NONE")]
