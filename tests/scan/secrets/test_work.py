"""What a rule costs for each byte, counted in states and not in seconds, on texts made against it.

The engines take linear time, but a line can still be steep: two repeats of one set of characters
behind each other keep as many states alive as they are long, RE2 gives up its fast automaton, and
each private key in a file costs a second. So each rule is run, step by step, on texts that begin as
what it looks for, and go on for ever at the worst places.
"""

import pytest

from assay.scan.secrets.rule import GATE, Rule, load_rules
from tests.scan.secrets.automaton import Automaton
from tests.scan.secrets.generate import fill

RULES = load_rules().rules
BYTES = 800  # of each text: longer ones make what is steep steeper, and take longer
MOST = 300  # states alive at a byte, on average; two chained repeats of a thousand have over 700
LETTERS = "[A-Za-z0-9]"
STEEP = {
    "two-chained-repeats": f"KEY{LETTERS}{{100,1000}}{LETTERS}{{0,1000}}",
    "a-repeat-of-a-repeat": f"KEY(?:{LETTERS}{{1,40}}){{1,40}}",
    "a-choice-of-the-same": f"KEY(?:{LETTERS}{{0,800}}|{LETTERS}{{1,800}})x{{0,9}}{LETTERS}{{0,800}}",
}
MATCHES = (
    ("ab?c", b"xac", True),
    ("ab?c", b"xabbc", False),
    ("a{2,3}b", b"ab", False),
    ("a{2,3}b", b"aaab", True),
    ("(?i:Ab)c", b"aBc", True),
    ("(?i:Ab)c", b"aBC", False),
    ("(?:ab)*c", b"c", True),
    (r"[^\sa-c]\d", b"a1 1", False),
    (r"[^\sa-c]\d", b"d1", True),
    (r"^(?:a|bc)$", b"bc", True),
    (r"\w.\W", b"a\n-", False),
)


def hostile(rule: Rule) -> dict[str, bytes]:
    """Return texts that begin as an example of the rule does: again and again, or without end."""
    example = fill(rule.positive[0]).encode()
    texts = {"again": example * (BYTES // len(example) + 1)}
    for part in (2, 3):
        begun = example[: max(1, len(example) * part // 4)]
        texts[f"{part}-quarters"] = begun + begun[-1:] * BYTES
    return {name: text[:BYTES] for name, text in texts.items()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_costs_little_for_each_byte(rule: Rule) -> None:
    automaton = Automaton(rule.pattern)
    example = fill(rule.positive[0]).encode()
    assert automaton.run(example, most=MOST * BYTES)[1]  # what is counted is this rule
    for name, text in hostile(rule).items():
        assert automaton.run(text, most=MOST * BYTES)[0] <= MOST * BYTES, name


def test_what_runs_over_every_byte_costs_little() -> None:
    gate = Automaton(GATE)
    for text in (b"secret_token_password_api_key_", b"--password ", b"key=", b"token: 'aB3"):
        assert gate.run(text * (BYTES // len(text)), most=MOST * BYTES)[0] <= MOST * BYTES


@pytest.mark.parametrize("expression", STEEP.values(), ids=STEEP)
def test_what_is_steep_is_seen(expression: str) -> None:
    text = b"KEY" + b"a" * BYTES
    assert Automaton(expression).run(text, most=MOST * BYTES)[0] > MOST * BYTES


@pytest.mark.parametrize(("expression", "text", "matches"), MATCHES)
def test_the_automaton_matches_as_the_engines_do(
    expression: str, text: bytes, *, matches: bool
) -> None:
    assert Automaton(expression).run(text, most=10_000)[1] == matches
