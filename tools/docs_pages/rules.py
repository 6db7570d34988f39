"""The page about the default policy: every rule with its metadata."""

from typing import Final

from assay.core.verdict import Verdict
from assay.policy.bundle import load_bundle, load_default_pack
from assay.policy.metadata import RuleMetadata
from docs_pages.markdown import table

INTRO: Final = """\
Rules that *enforce* decide; rules that *advise* are shown, and decide only where `assay.toml`
[requires them](configuration.md). Rules of your own [are added](../howto/write-a-rule.md). Some
questions have no "no": such a rule answers PASSED or UNKNOWN.
"""


def rules_page() -> str:
    """Return all rules: a table to find one, then each with its reason and its solution."""
    rules = [rule.metadata for rule in load_bundle(load_default_pack()).rules]
    parts = [
        "# The default policy\n",
        INTRO,
        table(
            ("Rule", "Title", "Severity", "Effect"),
            [
                (f"[`{r.id}`](#{_anchor(r.id)})", r.title, r.severity.value, r.effect.value)
                for r in rules
            ],
        ),
    ]
    return "\n".join([*parts, *(_section(rule) for rule in rules)])


def _section(rule: RuleMetadata) -> str:
    answers = ", ".join(v.value for v in Verdict if v in rule.answers)
    return "\n".join(
        [
            f"## {rule.id}\n",
            f"**{rule.title}.** {rule.description}\n",
            f"* What to do: {rule.solution}",
            f"* Answers: {answers}. Severity {rule.severity.value}; by default it {_does(rule)}.",
            f"* Controls: {', '.join(rule.controls)}\n",
        ]
    )


def _does(rule: RuleMetadata) -> str:
    return {"enforce": "enforces", "advise": "advises"}[rule.effect.value]


def _anchor(heading: str) -> str:
    return heading.replace(".", "")
