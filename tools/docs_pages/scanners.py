"""The page about the scanners: what each looks at, and what it says in its own words."""

import importlib
import inspect
from collections.abc import Mapping, Sequence
from typing import Final

from assay.scan.banditrules import RULES as BANDIT
from assay.scan.configuration import DOCKER_RULES
from assay.scan.containersettings import COMPOSE_RULES, GITLAB_RULES, SettingsRule
from assay.scan.dockerfile.rule import DockerRule
from assay.scan.imports.formats import FORMATS
from assay.scan.registry import ALL_SCANNERS
from assay.scan.scanner import Rule
from assay.scan.zizmorrules import RULES as ZIZMOR
from docs_pages.markdown import cell, table
from docs_pages.sample import take_sample

MODULES = {
    "secrets": "assay.scan.secrets.scan",
    "workflows": "assay.scan.zizmor",
    "code": "assay.scan.bandit",
    "configuration": "assay.scan.configuration",
    "ruff": "assay.scan.ruff",
    "semgrep": "assay.scan.semgrep",
    "checkov": "assay.scan.checkov",
    "vulnerabilities": "assay.vuln.match",
}
_SAMPLED: Final = frozenset({"secrets", "workflows", "code", "configuration", "vulnerabilities"})
INTRO: Final = """\
A scanner reads what was extracted from the commit into a private folder, never the working tree;
secrets are looked for in files that are not committed besides. What a scanner could not read, and
every way in which it can fail, is "not checked".
"""


def scanners_page() -> str:
    """Return each scanner by the words at the top of its module, with its inputs and rules."""
    names = {scanner.name for scanner in ALL_SCANNERS}
    if missing := names - MODULES.keys():
        raise SystemExit(f"docs_pages.scanners does not know the scanner {min(missing)!r}")
    parts = [
        "# Scanners\n",
        INTRO,
    ]
    parts += [_section(name, module) for name, module in MODULES.items()]
    parts += ["## What Assay says about workflows\n", _rules(ZIZMOR)]
    parts += ["## What Assay says about Python code\n", _rules(BANDIT)]
    for what, rules in (
        ("Dockerfiles", DOCKER_RULES),
        ("Docker Compose", COMPOSE_RULES),
        ("GitLab CI", GITLAB_RULES),
    ):
        parts += [f"## What Assay says about {what}\n", _own_rules(rules)]
    parts += ["## Reports that can be imported\n", _formats()]
    parts += ["Tests of bandit that are not listed here are reported in bandit's own words.\n"]
    return "\n".join(parts)


def _formats() -> str:
    return table(
        ("Format", "Written by", "Told by the members"),
        [
            (
                f"`{entry.name.removesuffix('-list')}`",
                cell(entry.about),
                " or ".join(
                    ", ".join(f"`{member}`" for member in sorted(group)) for group in entry.told_by
                ),
            )
            for entry in FORMATS
        ],
    )


def _section(name: str, module: str) -> str:
    words = inspect.getdoc(importlib.import_module(module)) or ""
    if name not in _SAMPLED:
        return f"## {name}\n\n{words}\n"
    inputs, counted = _sampled(name)
    return "\n".join(
        [
            f"## {name}\n",
            f"{words}\n",
            f"* What the result depends on besides the commit: {inputs}.",
            f"* What it counts: {counted}.\n",
        ]
    )


def _sampled(name: str) -> tuple[str, str]:
    """Return the names of the inputs and of what is counted, from a real scan."""
    report = take_sample().scan(name)
    inputs = sorted({member.partition("/")[0] for member, _ in report.field("inputs").members()})
    counted = sorted(member for member, _ in report.field("examined").members())
    return ", ".join(f"`{i}`" for i in inputs), ", ".join(c.replace("_", " ") for c in counted)


def _own_rules(rules: Sequence[DockerRule | SettingsRule]) -> str:
    return table(
        ("Rule", "Finds", "Severity", "What to do"),
        [
            (f"`{rule.id}`", cell(rule.title), rule.severity.value, cell(rule.remedy))
            for rule in sorted(rules, key=lambda rule: rule.id)
        ],
    )


def _rules(rules: Mapping[str, Rule]) -> str:
    return table(
        ("Rule", "Finds", "What to do"),
        [
            (f"`{name}`", cell(rule.title), cell(rule.remedy))
            for name, rule in sorted(rules.items())
        ],
    )
