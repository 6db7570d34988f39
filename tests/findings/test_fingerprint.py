from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting, fingerprint_of, name_sightings

SIGHTING = Sighting(
    kind=Kind.WEAKNESS,
    family="CWE-78",
    rule="bandit/B602",
    path="a.py",
    line=3,
    text="run(x, shell=True)",
    title="A shell runs text",
    severity=Severity.HIGH,
    message="Shell.",
    remedy="Use a list.",
    references=("CWE-78",),
)


def identity(sighting: Sighting) -> str:
    (finding,) = name_sightings([sighting])
    return finding.identity


def test_finding_carries_what_was_sighted() -> None:
    (finding,) = name_sightings([replace(SIGHTING, note="n")])
    assert finding.as_json() | {"identity": ""} == {
        "identity": "",
        "kind": "weakness",
        "rule": "bandit/B602",
        "title": "A shell runs text",
        "severity": "high",
        "message": "Shell.",
        "remedy": "Use a list.",
        "locations": [{"path": "a.py", "line": 3, "commit": "", "note": "n"}],
        "references": ["CWE-78"],
    }


def test_identity_does_not_change_with_what_is_no_part_of_the_problem() -> None:
    other = replace(
        SIGHTING,
        rule="ruff/S602",
        line=99,
        column=7,
        title="T",
        severity=Severity.LOW,
        message="M",
        remedy="R",
        note="N",
        references=(),
    )
    assert identity(other) == identity(SIGHTING)


def test_identity_changes_with_each_part_of_the_problem() -> None:
    identities = {
        identity(SIGHTING),
        identity(replace(SIGHTING, kind=Kind.MISCONFIGURATION)),
        identity(replace(SIGHTING, family="CWE-77")),
        identity(replace(SIGHTING, path="b.py")),
        identity(replace(SIGHTING, text="run(y, shell=True)")),
    }
    hashes = {name.rpartition(":")[2] for name in identities}
    assert len(hashes) == 5


def test_identity_is_pinned() -> None:
    """A change of this value closes and opens every finding of every user: raise the version."""
    assert identity(SIGHTING) == "weakness:v1:4fff08d397dfa61d0c0d4fce49f2886a"


def test_repeated_sighting_is_one_finding() -> None:
    assert len(name_sightings([SIGHTING, SIGHTING])) == 1


def test_equal_texts_are_counted_from_the_top_whatever_the_order() -> None:
    lower = replace(SIGHTING, line=9)
    beside = replace(SIGHTING, column=40)
    found = name_sightings([lower, beside, SIGHTING])
    assert found == name_sightings([SIGHTING, beside, lower])
    assert [f.locations[0].line for f in found] == [3, 3, 9]
    assert len({f.identity for f in found}) == 3
    assert found[0].identity == identity(SIGHTING)


def test_two_rules_of_one_family_in_one_place_are_two_findings() -> None:
    found = name_sightings([SIGHTING, replace(SIGHTING, rule="bandit/B607")])
    assert len({f.identity for f in found}) == 2


@given(st.lists(st.sampled_from("ab \t\n")))
def test_white_space_is_folded(characters: list[str]) -> None:
    text = "".join(characters)
    assert fingerprint_of(text) == fingerprint_of(f" {text}\n".replace(" ", "  \n"))
    assert (fingerprint_of(text) == fingerprint_of("")) == (not text.strip())


@given(st.text())
def test_any_text_has_a_fingerprint(text: str) -> None:
    assert len(fingerprint_of(text)) == 64


def test_bytes_that_are_not_utf_8_have_a_fingerprint() -> None:
    assert fingerprint_of("\udcff") != fingerprint_of("\udcfe")
