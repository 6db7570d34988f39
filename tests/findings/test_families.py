import re

import pytest

from assay.findings.families import FAMILIES, family_of

REPORTS = {
    # the same call, as three tools name it
    "bandit-shell": ("bandit", "B602", ("CWE-78",), "CWE-78"),
    "ruff-shell": ("ruff", "S602", (), "CWE-78"),
    "semgrep-shell": ("semgrep", "python.subprocess-shell-true", ("CWE-78: OS Command",), "CWE-78"),
    "parent-of-shell": ("other", "r", ("cwe-77",), "CWE-78"),
    # what bandit calls a shell and is none
    "bandit-eval": ("bandit", "B307", ("CWE-78",), "CWE-94"),
    "semgrep-eval": ("semgrep", "python.eval-detected", ("CWE-95",), "CWE-94"),
    "bandit-yaml": ("bandit", "B506", ("CWE-20",), "CWE-502"),
    "bandit-path": ("bandit", "B607", ("CWE-78",), "CWE-426"),
    # in no family
    "alone": ("codeql", "py/x", ("CWE-0117",), "CWE-117"),
    "several": ("flawfinder", "FF1", ("CWE-120", "CWE-22"), "CWE-119"),
    "no-weakness": ("eslint", "no-eval", (), "eslint/no-eval"),
    "no-number": ("eslint", "no-eval", ("CWE-none",), "eslint/no-eval"),
    "ruff-not-security": ("ruff", "E501", (), "ruff/E501"),
    "same-number-in-another-tool": ("pylint", "S602", (), "pylint/S602"),
    # settings
    "zizmor-pin": ("zizmor", "unpinned-uses", (), "unpinned-uses"),
    "checkov-latest": ("checkov", "CKV_DOCKER_7", (), "image-latest-tag"),
    "hadolint-latest": ("hadolint", "DL3007", (), "image-latest-tag"),
}


@pytest.mark.parametrize(("tool", "rule", "weaknesses", "family"), REPORTS.values(), ids=REPORTS)
def test_family(tool: str, rule: str, weaknesses: tuple[str, ...], family: str) -> None:
    assert family_of(tool, rule, weaknesses) == family


def test_no_weakness_is_in_two_families() -> None:
    members = [number for family in FAMILIES.values() for number in family.members]
    assert len(members) == len(set(members))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_named_by_a_member_and_has_a_reason(name: str) -> None:
    family = FAMILIES[name]
    assert re.fullmatch(r"CWE-([1-9][0-9]*)", name)
    assert int(name.removeprefix("CWE-")) in family.members
    assert len(family.reason) > 20
    assert family.risk.endswith(".")
