"""Rules: what a secret looks like, what it opens, and how to revoke it. Data, in `rules/*.toml`.

A rule is written in one of two ways: `pattern` is the whole expression, or `named` and `value`
are a name and the exact form of the value that is assigned to it. The first group of the
expression that takes part in a match is the secret; without a group it is the whole match.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.findings.finding import Severity

_QUOTES: Final = r"""(?:\\{0,3}["'`\])}]){0,3}"""
_ASSIGNED: Final = (
    rf"""{_QUOTES}\s{{0,16}}(?::=|=>|->|==|[:=,(]|\s)\s{{0,20}}(?:\\{{0,3}}["'`(]){{0,2}}"""
)
_ENDED: Final = r"(?:[^A-Za-z0-9_+/=\-]|$)"
_BEFORE: Final = 512  # bytes in front of the end of a hit in which its match must begin
_AFTER: Final = 1100  # bytes behind it in which the match must end
NAMED: Final = 2  # the rank of a rule that knows its value by a name beside it
_KNOWN: Final = frozenset(
    (
        *("id", "family", "title", "severity", "access", "revoke", "positive", "negative"),
        *("pattern", "named", "value", "trigger", "gated", "before", "after", "rank"),
        *("keywords", "entropy", "digits", "mixed", "guessable", "generic", "allow", "validator"),
    )
)
_TELLING: Final = (
    "(?:key|token|secret|pass|pwd|password|passwd|credential|salt|pat|crumb|reporter_id)"
)
_LONG: Final = r"[A-Za-z0-9_+/=~!@%^&*.:\-]{14}"
GATE: Final = (
    rf"(?i:{_TELLING}[\w.\-]{{0,30}}{_QUOTES}\s{{0,16}}"
    rf"""(?:(?::=|=>|->|==|[:=,(])\s{{0,20}}(?:\\{{0,3}}["'`(]){{0,2}}|["'`])){_LONG}|"""
    rf"""(?i:--[\w.\-]{{0,30}}{_TELLING}[\w.\-]{{0,10}}\s{{1,4}}["']?){_LONG}"""
)
"""Where a rule that is `gated` is looked for at all: a telling name with a long value."""
GATE_BEFORE: Final = 400  # bytes in front of the end of a gate's match in which a trigger may be
GATE_AFTER: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sort of secret.

    `pattern` is for RE2 and says exactly what matches; `trigger` is for Hyperscan and matches
    inside every match of `pattern`, which begins at most `before` bytes in front of the trigger's
    end and ends at most `after` bytes behind it. A `gated` rule is looked for only around matches
    of `GATE`. Of matches that overlap, the one of the highest `rank` stays. `keywords` are
    literals, one of which stands in every match. `entropy` is the least Shannon entropy of the
    secret, in bits per character. A `guessable` rule reports values that anybody would guess, as
    low. `positive` and `negative` are templates that the tests fill in.
    """

    id: str
    family: str
    title: str
    severity: Severity
    pattern: str
    trigger: str
    gated: bool
    before: int
    after: int
    rank: int
    keywords: tuple[str, ...]
    entropy: float
    validator: str
    allow: tuple[str, ...]
    digits: bool
    mixed: bool
    guessable: bool
    access: str
    revoke: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    group: int = 0  # of the pattern, that is the secret; 0 for the first that takes part


class Rules(Protocol):
    """Rules in their order; a place in it is their number in the engines."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, place: int, /) -> Rule:
        """Return one."""

    def __iter__(self) -> Iterator[Rule]:
        """Return one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rules, in the order of their ids, and the digest of the files that they came from."""

    rules: tuple[Rule, ...]
    digest: str


@cache
def load_rules() -> RuleSet:
    """Read the rules that come with this package; they do not change while it runs.

    Raises:
        MalformedError: A file is not TOML, or a rule in it is incomplete.
    """
    rules: list[Rule] = []
    for name, content in _files():
        with inside(name):
            rules += parse_rules(content)
    ids = [rule.id for rule in rules]
    if repeated := {name for name in ids if ids.count(name) > 1}:
        raise MalformedError(f"two rules have the id {min(repeated)!r}")
    rules.sort(key=lambda rule: rule.id)
    return RuleSet(rules=tuple(rules), digest=rules_digest())


@cache
def rules_digest() -> str:
    """Return the digest of the files of rules: known long before they are read."""
    hashed = hashlib.sha256()
    for name, content in _files():
        hashed.update(b"%d:%b%d:" % (len(name), name.encode(), len(content)) + content)
    return f"sha256:{hashed.hexdigest()}"


@cache
def _files() -> tuple[tuple[str, bytes], ...]:
    folder = Path(__file__).parent / "rules"
    return tuple((path.name, path.read_bytes()) for path in sorted(folder.glob("*.toml")))


def parse_rules(content: bytes) -> Iterator[Rule]:
    """Read the rules of one file.

    Raises:
        MalformedError: Not TOML, an unknown field, or a field missing.
    """
    for item in parse_toml(content).field("rule").items():
        yield _parse_rule(item)


def _parse_rule(item: JsonValue) -> Rule:
    names = {name for name, _ in item.members()}
    if unknown := names - _KNOWN:
        raise MalformedError(f"unknown field {min(unknown)!r}", where=item.where)
    pattern = item.optional_text("pattern") or _named_pattern(item)
    try:
        severity = Severity(item.field("severity").text())
    except ValueError as error:
        raise MalformedError(str(error), where=f"{item.where}.severity") from error
    return Rule(
        id=item.field("id").text(),
        family=item.optional_text("family", item.field("id").text()),
        title=item.field("title").text(),
        severity=severity,
        pattern=pattern,
        trigger=item.optional_text("trigger") or _trigger(item, pattern),
        gated=_flag(item, "gated") or item.optional("named") is not None,
        before=_integer(item, "before", _BEFORE),
        after=_integer(item, "after", _AFTER),
        rank=_integer(item, "rank", _rank(item, severity)),
        keywords=_texts(item, "keywords"),
        entropy=_number(item, "entropy"),
        validator=item.optional_text("validator"),
        allow=_texts(item, "allow"),
        digits=_flag(item, "digits"),
        mixed=_flag(item, "mixed"),
        guessable=_flag(item, "guessable"),
        access=item.field("access").text(),
        revoke=item.field("revoke").text(),
        positive=_texts(item, "positive"),
        negative=_texts(item, "negative"),
    )


def _named_pattern(item: JsonValue) -> str:
    return f"{_name_part(item)}({item.field('value').text()}){_ENDED}"


def _trigger(item: JsonValue, pattern: str) -> str:
    """Return `pattern` itself; of a named value a keyword, for the gate has seen the rest."""
    if item.optional("named") is None:
        return pattern
    return f"(?i:{'|'.join(re.escape(word) for word in _texts(item, 'keywords'))})"


def _name_part(item: JsonValue) -> str:
    return rf"(?i:(?:{item.field('named').text()})[\w.\-]{{0,30}}{_ASSIGNED})"


def _rank(item: JsonValue, severity: Severity) -> int:
    """Return how specific the rule is: a form of its own, a telling name, any name, no secret."""
    if severity is Severity.INFO:
        return 0
    if _flag(item, "generic"):
        return 1
    return NAMED if item.optional("named") or _flag(item, "guessable") else 3


def _texts(item: JsonValue, name: str) -> tuple[str, ...]:
    return tuple(member.text() for member in item.optional_items(name))


def _flag(item: JsonValue, name: str) -> bool:
    member = item.optional(name)
    return member is not None and member.boolean()


def _integer(item: JsonValue, name: str, default: int) -> int:
    member = item.optional(name)
    return default if member is None else member.integer()


def _number(item: JsonValue, name: str) -> float:
    member = item.optional(name)
    if member is None:
        return 0.0
    if not isinstance(member.value, (int, float)) or isinstance(member.value, bool):
        raise MalformedError("not a number", where=member.where)
    return float(member.value)
