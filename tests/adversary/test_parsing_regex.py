"""Parsing: "regular expression blow-up".

The engines take time in proportion to what they read, so what is tested is proportion: inputs made
against backtracking and against repeated windows must not cost more for each byte when they grow.
"""

import itertools
import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import load_rules
from assay.scan.secrets.triggers import windows

SMALL, LARGE = 100_000, 1_600_000  # bytes: 16 times as many
SLACK = 4.0  # for a machine that does other things too; backtracking would give 16 and more


@cache
def matcher() -> Matcher:
    return Matcher(load_rules().rules)


HOSTILE = {
    "one-letter": b"a",
    "nested-repeats": b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
    "names-without-values": b"secret_token_password_api_key_",
    "assignments-without-values": b"password = '",
    "values-without-ends": b"token='aB3",
    "begins-of-keys": b"-----BEGIN " + b"PRIVATE KEY-----\n",
    "begins-of-tokens": b"eyJ.eyJ.",
    "uris-without-hosts": b"https://user:pass",
    "quotes": b"\\\"'`",
    "escaped-letters": b"p\x00a\x00s\x00s\x00",
    "line-ends": b"\n",
    "kinds": b"\nkind: Secret\ndata:\n  a: ",
    "long-value": b"xoxb-1234567890-",
    "commands": b"curl -u ",
}


def seconds(data: bytes) -> float:
    began = time.process_time()
    matcher().find(data)
    return time.process_time() - began


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
def test_regular_expression_blow_up(part: bytes) -> None:
    small = (part * (SMALL // len(part) + 1))[:SMALL]
    large = (part * (LARGE // len(part) + 1))[:LARGE]
    seconds(small)  # compiles the patterns that this input needs
    each_small = max(min(seconds(small) for _ in range(2)), 0.002) / SMALL
    each_large = seconds(large) / LARGE
    assert each_large < SLACK * each_small


@given(
    ends=st.lists(st.integers(1, 5000), min_size=1, max_size=200).map(sorted),
    before=st.integers(0, 800),
    after=st.integers(0, 800),
)
def test_no_byte_is_read_twice_for_one_rule(ends: list[int], before: int, after: int) -> None:
    """However many triggers there are, and wherever: a rule's windows never overlap."""
    found = list(windows(ends, before=before, after=after, size=5000))
    assert all(low <= high for low, high in found)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(found))
    assert sum(high - low for low, high in found) <= 5000
    assert all(any(low <= end <= high for low, high in found) for end in ends)


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
def test_triggers_answer_in_proportion(part: bytes) -> None:
    """A trigger that ends anywhere behind its beginning would answer at every byte for each."""
    data = (part * (SMALL // len(part) + 1))[:SMALL]
    assert len(matcher().hits(memoryview(data))) <= 2 * len(data)


def test_every_pattern_runs_on_the_linear_engines() -> None:
    """Neither engine has what needs backtracking: look-around, references back, possession."""
    for rule in load_rules().rules:
        for expression in (rule.pattern, rule.trigger, *rule.allow):
            assert not any(mark in expression for mark in ("(?=", "(?!", "(?<=", "(?<!", "(?>"))
