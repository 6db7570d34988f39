"""Recall and precision on public examples of other projects' rules, which ours were not cut to.

A string is hit when any rule finds anything in it. Its rule's negatives say that *this* rule must
be silent, and most of those that we hit hold a real form of a credential, only not the one that
their rule is about. So there are three figures, from the strictest:

* raw: all negatives that are hit;
* without those in which we find what the same file lists as a positive of another rule;
* of these, only the ones that are hit by a rule of ours that also answers for the positives of
  the rule that the negative belongs to.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.scan.secrets.matcher import Match, Matcher
from assay.scan.secrets.rule import load_rules

RECALL = 0.94  # what is left has no secret in it: variables, placeholders, the name of a bucket
RAW = 0.26
UNLISTED = 0.06
OWN_RULE = 0.06


@dataclass(frozen=True)
class Example:
    positive: tuple[str, ...]
    negative: tuple[str, ...]


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> tuple[Example, ...]:
    data = (shared_data / "secrets" / "examples.json").read_bytes()
    rules = JsonValue(parse_json(data, max_bytes=2**20)).field("rules").items()
    return tuple(
        Example(
            positive=tuple(item.text() for item in rule.field("positive").items()),
            negative=tuple(item.text() for item in rule.field("negative").items()),
        )
        for rule in rules
    )


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load_rules().rules)


def test_recall(examples: tuple[Example, ...], matcher: Matcher) -> None:
    positive = [text for example in examples for text in example.positive]
    missed = [text for text in positive if not matcher.find(text.encode())]
    share = 1 - len(missed) / len(positive)
    assert share >= RECALL, "\n".join((f"{share:.3f} of {len(positive)} found; missed:", *missed))


def test_false_alarms(examples: tuple[Example, ...], matcher: Matcher) -> None:
    known = "\n".join(text for example in examples for text in example.positive)
    hits: list[tuple[Example, str, tuple[Match, ...]]] = []
    silent = 0
    for example in examples:
        for text in example.negative:
            found = matcher.find(text.encode())
            silent += not found
            if found:
                hits.append((example, text, found))
    unlisted = [hit for hit in hits if not any(m.value.decode() in known for m in hit[2])]
    own = [
        hit for hit in unlisted if rules_of(matcher, hit[0].positive) & {m.rule.id for m in hit[2]}
    ]
    alarms = "\n".join(f"{[m.rule.id for m in found]}: {text}" for _, text, found in unlisted)
    assert len(hits) / (len(hits) + silent) <= RAW, alarms
    assert len(unlisted) / (len(unlisted) + silent) <= UNLISTED, alarms
    assert len(own) / (len(unlisted) + silent) <= OWN_RULE, alarms


def rules_of(matcher: Matcher, texts: tuple[str, ...]) -> set[str]:
    return {match.rule.id for text in texts for match in matcher.find(text.encode())}
