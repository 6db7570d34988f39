from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given

from assay.core.errors import MalformedError
from assay.findings.finding import Finding, Kind
from assay.findings.fingerprint import name_sightings
from assay.findings.identity import SCHEME, KeyScheme, identity_of, rekey
from assay.findings.merge import merge_findings
from assay.findings.observation import Location, Observation, traits_of
from tests.findings.test_fingerprint import SIGHTING
from tests.findings.test_merge import FINDINGS

BY_RULE = KeyScheme(  # as if families were given up: each tool's rule stands for itself
    version=2,
    keys=MappingProxyType(
        {
            Kind.WEAKNESS: lambda seen: (
                f"{seen.tool}/{seen.rule}",
                *(seen.trait(name) for name in ("path", "scope", "fingerprint", "occurrence")),
            )
        }
    ),
)


def observation(**facts: str) -> Observation:
    return Observation(
        tool="zap", rule="40018", message="m", location=Location(path="x"),
        weaknesses=("CWE-89",), traits=traits_of(facts),
    )  # fmt: skip


KEYS = {
    "secret": (Kind.SECRET, {"family": "aws", "secret": "0a"}, ("aws", "0a")),
    "vulnerability": (
        Kind.VULNERABILITY,
        {"component": "pkg:pypi/a@1", "cluster": "CVE-2026-1"},
        ("pkg:pypi/a@1", "CVE-2026-1"),
    ),
    "weakness": (
        Kind.WEAKNESS,
        {"path": "a.py", "scope": "f", "fingerprint": "0b", "occurrence": "1"},
        ("CWE-89", "a.py", "f", "0b", "1"),
    ),
    "resource": (
        Kind.MISCONFIGURATION,
        {"path": "a.tf", "resource": "bucket.logs", "fingerprint": "0c"},
        ("CWE-89", "a.tf", "bucket.logs"),
    ),
    "setting": (
        Kind.MISCONFIGURATION,
        {"path": "a.yml", "scope": "jobs", "fingerprint": "0c", "occurrence": "0"},
        ("CWE-89", "a.yml", "jobs", "0c", "0"),
    ),
    "dynamic": (
        Kind.DYNAMIC,
        {"method": "GET", "route": "/orders/{}", "parameter": "q"},
        ("CWE-89", "GET", "/orders/{}", "q"),
    ),
}


@pytest.mark.parametrize(("kind", "facts", "key"), KEYS.values(), ids=KEYS)
def test_key(kind: Kind, facts: dict[str, str], key: tuple[str, ...]) -> None:
    seen = observation(**facts)
    assert SCHEME.identity(kind, seen) == identity_of(kind, *key, version=1)
    for (
        name,
        value,
    ) in facts.items():  # each fact that is told makes a difference, but what a resource replaces
        changed = observation(**(facts | {name: f"{value}2"}))
        same = SCHEME.identity(kind, changed) == SCHEME.identity(kind, seen)
        assert same == ("resource" in facts and name == "fingerprint")


def test_every_kind_has_a_key() -> None:
    assert set(SCHEME.keys) == set(Kind)


@given(FINDINGS)
def test_rekey_to_the_same_scheme_changes_nothing(findings: tuple[Finding, ...]) -> None:
    assert rekey(findings, SCHEME) == merge_findings(findings)


@given(FINDINGS)
def test_rekey_there_and_back_keeps_every_observation(findings: tuple[Finding, ...]) -> None:
    there = rekey(findings, BY_RULE)
    back = rekey(there, SCHEME)
    seen = {item for f in findings for item in f.observations}
    for told in (there, back):
        assert {item for f in told for item in f.observations} == seen
    assert {f.identity for f in back} == {f.identity for f in findings}


def test_rekey_takes_apart_what_was_one() -> None:
    first = replace(SIGHTING, place=replace(SIGHTING.place, occurrence=0))
    other = replace(first, rule="ruff/S602", line=4, weaknesses=())
    (one,) = name_sightings([first, other])
    parts = rekey([one], BY_RULE)
    assert sorted(part.observations[0].tool for part in parts) == ["bandit", "ruff"]
    assert all(part.identity.startswith("weakness/v2:") for part in parts)
    assert sorted(part.locations[0].line for part in parts) == [3, 4]
    assert {f.identity for f in rekey(parts, SCHEME)} == {one.identity}


def test_rekey_refuses_what_cannot_be_told_anew() -> None:
    (one,) = name_sightings([SIGHTING])
    with pytest.raises(MalformedError) as caught:
        rekey([replace(one, observations=())], SCHEME)
    where = f", at {one.identity}"
    assert str(caught.value) == f"[malformed] a finding without observations{where}"
