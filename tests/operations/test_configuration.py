"""`assay.toml` is read strictly: a mistake is named, never taken for a default."""

from datetime import UTC, datetime, timedelta

import pytest

from assay.core.errors import UsageError
from assay.findings.finding import Severity
from assay.operations.configuration import Configuration, parse_configuration

WHOLE = b"""
[product]
name = "shop"
uri = "https://git.example/shop"

[gate.source]
secrets = "low"
vulnerabilities = "medium"
workflows = "low"
code = "critical"
advisory-max-age-hours = 24
vex-max-age-hours = 48
require = ["source.commits-signed"]
[[gate.source.relax]]
rule = "source.advisories-fresh"
reason = "no network in this place"
until = 2027-01-31

[[exclude]]
paths = ["examples/**"]
reason = "planted faults"
until = 2027-01-31

[policy]
folder = "policy"
"""


def test_everything_that_can_be_said() -> None:
    found = parse_configuration(WHOLE)
    assert (found.name, found.uri, found.policy_folder) == (
        "shop",
        "https://git.example/shop",
        "policy",
    )
    assert found.source.secrets is Severity.LOW
    assert found.source.vulnerabilities is Severity.MEDIUM
    assert found.source.workflows is Severity.LOW
    assert found.source.code is Severity.CRITICAL
    assert found.source.advisory_max_age_hours == 24
    assert found.source.vex_max_age == timedelta(hours=48)
    assert found.source.require == ("source.commits-signed",)
    assert [r.rule for r in found.source.relax] == ["source.advisories-fresh"]
    assert [e.patterns for e in found.exclusions] == [("examples/**",)]


def test_an_empty_file_means_the_defaults() -> None:
    assert parse_configuration(b"") == Configuration()


def test_an_exclusion_ends_at_the_start_of_its_day() -> None:
    [exclusion] = parse_configuration(WHOLE).exclusions
    end = datetime(2027, 1, 31, tzinfo=UTC)
    assert exclusion.covers("examples/a.py", at=end - timedelta(seconds=1))
    assert not exclusion.covers("examples/a.py", at=end)
    assert not exclusion.covers("src/a.py", at=end - timedelta(days=1))


EXCLUDE = b'[[exclude]]\npaths = ["a"]\nreason = "b"\nuntil = 2027-01-31\n'
REFUSED = {
    "not-toml": (
        b"[product",
        "[usage] not TOML: Expected ']' at the end of a table declaration (at end of document), at assay.toml",
    ),
    "not-utf-8": (
        b"\xff",
        "[usage] not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte, at assay.toml",
    ),
    "unknown-table": (
        b"[gates]",
        "[usage] unknown key 'gates', at assay.toml: gates (did you mean 'gate'?)",
    ),
    "unknown-key": (
        b'[gate.source]\nvulnerabilites = "low"',
        "[usage] unknown key 'vulnerabilites', at assay.toml: gate.source.vulnerabilites (did you mean 'vulnerabilities'?)",
    ),
    "far-from-any-key": (
        b"[product]\nzzz = 1",
        "[usage] unknown key 'zzz', at assay.toml: product.zzz (known here: name, uri, owner, deployed, exposure, mission-impact, well-being-impact)",
    ),
    "wrong-type": (
        b"[product]\nname = 1",
        "[usage] int where text is needed, at assay.toml: product.name",
    ),
    "no-such-severity": (
        b'[gate.source]\ncode = "severe"',
        "[usage] 'severe' is no severity, at assay.toml: gate.source.code (one of ['critical', 'high', 'medium', 'low', 'info'])",
    ),
    "unknown-is-no-threshold": (
        b'[gate.source]\ncode = "unknown"',
        "[usage] 'unknown' is no severity, at assay.toml: gate.source.code (one of ['critical', 'high', 'medium', 'low', 'info'])",
    ),
    "no-age": (
        b"[gate.source]\nadvisory-max-age-hours = 0",
        "[usage] an age of at least 1 hour is needed, at assay.toml: gate.source.advisory-max-age-hours",
    ),
    "vex-for-longer-than-a-year": (
        b"[gate.source]\nvex-max-age-hours = 8785",
        "[usage] 8785 hours, at assay.toml: gate.source.vex-max-age-hours (at most 8784)",
    ),
    "vex-for-no-time": (
        b"[gate.source]\nvex-max-age-hours = 0",
        "[usage] an age of at least 1 hour is needed, at assay.toml: gate.source.vex-max-age-hours",
    ),
    "exclusion-without-reason": (
        EXCLUDE.replace(b'"b"', b'" "'),
        "[usage] an empty reason, at assay.toml: exclude[0].reason (say why)",
    ),
    "exclusion-without-end": (
        EXCLUDE.replace(b"until = 2027-01-31", b""),
        "[usage] no until, at assay.toml: exclude[0].until",
    ),
    "end-that-is-no-date": (
        EXCLUDE.replace(b"2027-01-31", b'"never"'),
        "[usage] not a date, at assay.toml: exclude[0].until (write it as 2027-01-31)",
    ),
    "another-exposure": (
        b'[product]\nexposure = "wide"',
        "[usage] 'wide', at assay.toml: product.exposure (one of small, controlled, open)",
    ),
    "exclusion-of-nothing": (
        EXCLUDE.replace(b'["a"]', b"[]"),
        "[usage] no paths, at assay.toml: exclude[0]",
    ),
    "exclusion-of-an-absolute-path": (
        EXCLUDE.replace(b'["a"]', b'["/a"]'),
        "[usage] a path pattern is relative to the top: '/a', at assay.toml: exclude[0].paths",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_configuration(data)
    assert str(caught.value) == message


def test_a_huge_file_is_not_read() -> None:
    with pytest.raises(UsageError, match="where at most 262144 are read"):
        parse_configuration(b"#" * 262145)
