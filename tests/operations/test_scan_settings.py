"""`[scan]` of `assay.toml`: which scanners run besides the default ones, and how confined."""

import pytest

from assay.core.errors import UsageError
from assay.operations.configuration import parse_configuration
from assay.scan.registry import ScanSettings, select_scanners
from assay.scan.runner import ProgramScanner

WHOLE = b"""\
[scan]
also = ["semgrep", "ruff"]
sandbox = "required"
[scan.semgrep]
rules = "security/semgrep/"
"""


def test_settings_decide_what_runs_and_what_the_gate_expects() -> None:
    configuration = parse_configuration(WHOLE)
    assert configuration.scan == ScanSettings(
        also=("semgrep", "ruff"), semgrep_rules="security/semgrep", confined_only=True
    )
    assert configuration.source.scanners == ("semgrep", "ruff")
    chosen = select_scanners(configuration.scan)
    names = [scanner.name for scanner in chosen]
    assert names == ["workflows", "code", "configuration", "ruff", "semgrep"]
    assert all(one.confined_only for one in chosen if isinstance(one, ProgramScanner))


def test_by_default_three_run_and_none_has_to_be_confined() -> None:
    chosen = select_scanners(parse_configuration(b"").scan)
    assert [scanner.name for scanner in chosen] == ["workflows", "code", "configuration"]
    assert not any(one.confined_only for one in chosen if isinstance(one, ProgramScanner))


REFUSED = {
    "scanner": (
        b"[scan]\nalso = ['ruf']\n",
        (
            "[usage] no scanner 'ruf' that can be added, at assay.toml: scan.also[0] "
            "(one of ruff, semgrep, checkov)"
        ),
    ),
    "sandbox": (
        b"[scan]\nsandbox = 'never'\n",
        "[usage] 'never', at assay.toml: scan.sandbox (one of required, if-there)",
    ),
    "no-rules": (
        b"[scan]\nalso = ['semgrep']\n",
        "[usage] semgrep has no rules, at assay.toml: scan.semgrep.rules (name their folder here)",
    ),
    "rules-outside": (
        b"[scan]\nalso = ['semgrep']\n[scan.semgrep]\nrules = '../rules'\n",
        "[usage] semgrep has no rules, at assay.toml: scan.semgrep.rules (name their folder here)",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_configuration(text)
    assert str(caught.value) == message
