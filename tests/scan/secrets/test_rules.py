"""The rules themselves: each finds what it says, and nothing that it says it does not."""

from functools import cache

import pytest

from assay.core.errors import MalformedError
from assay.findings.finding import Severity
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import Rule, load_rules, parse_rules
from assay.scan.secrets.validators import VALIDATORS
from tests.scan.secrets.generate import fill

RULES = load_rules().rules
MATCHER = Matcher(RULES)
GOOD = """
[[rule]]
id = "one"
title = "One"
severity = "high"
pattern = 'one-[0-9]{8}'
keywords = ["one-"]
access = "one thing"
revoke = "Revoke it."
"""


POSITIVE = {f"{r.id}-{n}": (r, t) for r in RULES for n, t in enumerate(r.positive)}
NEGATIVE = {f"{r.id}-{n}": (r, t) for r in RULES for n, t in enumerate(r.negative)}


@cache
def alone(rule: Rule) -> Matcher:
    return Matcher((rule,))


@pytest.mark.parametrize(("rule", "template"), POSITIVE.values(), ids=POSITIVE)
def test_a_rule_finds_its_own(rule: Rule, template: str) -> None:
    text = fill(template).encode()
    own, all_rules = alone(rule).find(text), MATCHER.find(text)
    assert own
    assert any(m.start < own[0].end and own[0].start < m.end for m in all_rules)


@pytest.mark.parametrize(("rule", "template"), POSITIVE.values(), ids=POSITIVE)
def test_a_keyword_stands_in_every_example(rule: Rule, template: str) -> None:
    text = fill(template).lower()
    assert any(word.lower() in text for word in rule.keywords)


@pytest.mark.parametrize(("rule", "template"), NEGATIVE.values(), ids=NEGATIVE)
def test_a_rule_does_not_find_what_only_looks_like_it(rule: Rule, template: str) -> None:
    assert alone(rule).find(fill(template).encode()) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: Rule) -> None:
    assert rule.positive
    assert rule.negative
    assert rule.keywords
    assert rule.revoke.endswith(".")
    assert rule.severity is not Severity.UNKNOWN
    assert not rule.validator or rule.validator in VALIDATORS


def test_there_are_rules_for_many_providers() -> None:
    assert len(RULES) >= 400


REFUSED = {
    "not-toml": ("[[rule", "[malformed] not TOML: "),
    "unknown-field": (GOOD + "color = 1\n", "[malformed] unknown field 'color', at rule[0]"),
    "no-title": (GOOD.replace('title = "One"\n', ""), "[malformed] no title, at rule[0].title"),
    "no-pattern": (
        GOOD.replace("pattern = 'one-[0-9]{8}'\n", ""),
        "[malformed] no named, at rule[0].named",
    ),
    "severity": (
        GOOD.replace("high", "terrible"),
        "[malformed] 'terrible' is not a valid Severity, at rule[0].severity",
    ),
    "entropy": (
        GOOD + "entropy = true\n",
        "[malformed] not a number, at rule[0].entropy",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        list(parse_rules(text.encode()))
    assert str(caught.value).startswith(message)


def test_the_digest_changes_with_no_reading() -> None:
    assert load_rules().digest == load_rules().digest
    assert load_rules().digest.startswith("sha256:")
