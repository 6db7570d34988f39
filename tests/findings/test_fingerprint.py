from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import (
    Sighting,
    fingerprint_of,
    hides_literals,
    name_sightings,
)
from assay.findings.observation import traits_of
from assay.findings.place import Place

SIGHTING = Sighting(
    kind=Kind.WEAKNESS,
    rule="bandit/B602",
    path="a.py",
    line=3,
    place=Place("run(x, shell=True)"),
    title="A shell runs text",
    severity=Severity.HIGH,
    rated="HIGH",
    message="Shell.",
    remedy="Use a list.",
    weaknesses=("CWE-78",),
    references=("CWE-78",),
)


def identity(sighting: Sighting) -> str:
    (finding,) = name_sightings([sighting])
    return finding.identity


def test_finding_carries_what_was_sighted() -> None:
    (finding,) = name_sightings([replace(SIGHTING, note="n", column=5)], version="1.9")
    place = {"path": "a.py", "line": 3, "commit": "", "note": "n"}
    place |= {"column": 5, "endLine": 0, "endColumn": 0}
    assert finding.as_json() | {"identity": ""} == {
        "identity": "",
        "kind": "weakness",
        "rule": "bandit/B602",
        "title": "A shell runs text",
        "severity": "high",
        "message": "Shell.",
        "remedy": "Use a list.",
        "locations": [place],
        "references": ["CWE-78"],
        "observations": [
            {
                "tool": "bandit",
                "version": "1.9",
                "rule": "B602",
                "severity": "HIGH",
                "message": "Shell.",
                "location": place,
                "weaknesses": ["CWE-78"],
                "traits": {
                    "path": "a.py",
                    "fingerprint": fingerprint_of("run(x, shell=True)"),
                    "occurrence": "0",
                },
            }
        ],
        "fixes": [],
    }


def test_identity_does_not_change_with_what_is_no_part_of_the_problem() -> None:
    other = replace(
        SIGHTING,
        rule="ruff/S602",
        path="./x/../a.py",
        line=99,
        column=7,
        title="T",
        severity=Severity.LOW,
        rated="",
        message="M",
        remedy="R",
        note="N",
        weaknesses=(),
        references=(),
    )
    assert identity(other) == identity(SIGHTING)


def test_identity_changes_with_each_part_of_the_problem() -> None:
    identities = {
        identity(SIGHTING),
        identity(replace(SIGHTING, kind=Kind.MISCONFIGURATION)),
        identity(replace(SIGHTING, rule="bandit/B307")),
        identity(replace(SIGHTING, path="b.py")),
        identity(replace(SIGHTING, place=Place("run(y, shell=True)"))),
        identity(replace(SIGHTING, place=replace(SIGHTING.place, scope="f"))),
        identity(replace(SIGHTING, place=replace(SIGHTING.place, occurrence=1))),
    }
    hashes = {name.rpartition(":")[2] for name in identities}
    assert len(hashes) == 7


def test_resource_takes_the_place_of_the_text() -> None:
    setting = replace(
        SIGHTING, kind=Kind.MISCONFIGURATION, traits=traits_of({"resource": "jobs/build"})
    )
    assert identity(setting) == identity(replace(setting, place=Place("another text")))
    other = traits_of({"resource": "jobs/test"})
    assert identity(setting) != identity(replace(setting, traits=other))
    assert identity(setting) != identity(replace(setting, path="b.yml"))


def test_identity_is_pinned() -> None:
    """A change of this value closes and opens every finding of every user: raise the version."""
    assert identity(SIGHTING) == "weakness/v1:504680de4b29f5eeed7aea66d4262e3e"


def test_repeated_sighting_is_one_finding() -> None:
    (finding,) = name_sightings([SIGHTING, SIGHTING])
    assert len(finding.observations) == 1


def test_equal_texts_are_counted_from_the_top_whatever_the_order() -> None:
    lower = replace(SIGHTING, line=9)
    found = name_sightings([lower, SIGHTING])
    assert found == name_sightings([SIGHTING, lower])
    assert [f.locations[0].line for f in found] == [3, 9]
    assert len({f.identity for f in found}) == 2
    assert found[0].identity == identity(SIGHTING)


def test_what_one_line_has_twice_is_one_finding() -> None:
    (finding,) = name_sightings([SIGHTING, replace(SIGHTING, column=40)])
    assert [place.column for place in finding.locations] == [0, 40]
    assert len(finding.observations) == 2


def test_two_rules_of_one_family_in_one_place_are_one_finding() -> None:
    (finding,) = name_sightings([SIGHTING, replace(SIGHTING, rule="bandit/B604")])
    assert [seen.rule for seen in finding.observations] == ["B602", "B604"]


def test_two_families_in_one_place_are_two_findings() -> None:
    """That a program is looked up in PATH is another problem than the shell in the same call."""
    found = name_sightings([SIGHTING, replace(SIGHTING, rule="bandit/B607")])
    assert len({f.identity for f in found}) == 2


def test_literals_count_only_where_they_are_no_secrets() -> None:
    assert hides_literals("bandit/B105", ())
    assert hides_literals("ruff/S106", ())
    assert hides_literals("semgrep/x.y", ("CWE-798: Use of Hard-coded Credentials",))
    assert not hides_literals("bandit/B602", ("CWE-78",))


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
