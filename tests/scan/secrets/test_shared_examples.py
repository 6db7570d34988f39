"""Recall and precision on public examples of other projects' rules, which ours were not cut to.

A string is hit when any rule finds anything in it. Of the negatives, those are left out in which
we find what the same collection lists as a positive of another rule: they say that *that* rule
must be silent, not that there is no secret.
"""

from pathlib import Path

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import load_rules

RECALL = 0.90
FALSE_ALARMS = 0.15  # of the negatives that are left; all of them hold a real form of a credential


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> tuple[list[str], list[str]]:
    data = (shared_data / "secrets" / "examples.json").read_bytes()
    rules = JsonValue(parse_json(data, max_bytes=2**20)).field("rules").items()
    positive = [item.text() for rule in rules for item in rule.field("positive").items()]
    negative = [item.text() for rule in rules for item in rule.field("negative").items()]
    return positive, negative


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load_rules().rules)


def test_recall(examples: tuple[list[str], list[str]], matcher: Matcher) -> None:
    positive, _ = examples
    missed = [text for text in positive if not matcher.find(text.encode())]
    share = 1 - len(missed) / len(positive)
    assert share >= RECALL, "\n".join((f"{share:.3f} of {len(positive)} found; missed:", *missed))


def test_false_alarms(examples: tuple[list[str], list[str]], matcher: Matcher) -> None:
    positive, negative = examples
    known = "\n".join(positive)
    alarms, silent = [], 0
    for text in negative:
        found = matcher.find(text.encode())
        if not found:
            silent += 1
        elif not any(match.value.decode() in known for match in found):
            alarms.append(f"{[match.rule.id for match in found]}: {text}")
    share = len(alarms) / (len(alarms) + silent)
    assert share <= FALSE_ALARMS, "\n".join((f"{share:.3f} false alarms:", *alarms))
