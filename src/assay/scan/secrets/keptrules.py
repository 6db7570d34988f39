"""Rules in the form in which they are kept between runs: each is read only when it is asked for.

A search needs the triggers of all rules, which Hyperscan has in its own form, and the rest of the
few that were hit. Reading four hundred takes longer than searching an ordinary change.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.finding import Severity
from assay.scan.secrets.rule import Rule, Rules

_MAX_RULE_BYTES: Final = 256 * 1024  # a foreign rule may come with long lists of exceptions
_UNKEPT: Final = ("positive", "negative")  # examples are for tests and people, not for a search


class KeptRules:
    """Rules in their order, each of them a line of JSON behind its id."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = tuple(lines)
        self._read: dict[int, Rule] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._lines)

    def __iter__(self) -> Iterator[Rule]:
        """Read one after the other."""
        return (self[place] for place in range(len(self)))

    def __getitem__(self, place: int, /) -> Rule:
        """Return one rule."""
        found = self._read.get(place)
        if found is None:
            found = self._read[place] = _parsed(self._lines[place].partition(b" ")[2])
        return found

    def __eq__(self, other: object) -> bool:
        """Tell whether the other ones are the same, in the same order."""
        return isinstance(other, KeptRules) and self._lines == other._lines

    def __hash__(self) -> int:
        """Return the hash of the lines."""
        return hash(self._lines)

    def __reduce__(self) -> tuple[type["KeptRules"], tuple[tuple[bytes, ...]]]:
        """Send the lines alone to another process."""
        return KeptRules, (self._lines,)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the rules, in their order."""
        return tuple(line.partition(b" ")[0].decode() for line in self._lines)

    def written(self) -> bytes:
        """Return the form that `kept_rules` reads."""
        return b"\n".join(self._lines)


def keep_rules(rules: Iterable[Rule]) -> KeptRules:
    """Return `rules` in the form that is kept."""
    return KeptRules([_line(rule) for rule in rules])


def kept_rules(written: bytes) -> KeptRules:
    """Return what `KeptRules.written` gave."""
    return KeptRules(written.split(b"\n") if written else ())


def rules_named(rules: Rules, wanted: Iterable[str]) -> dict[str, Rule]:
    """Return those of the rules that are `wanted`, by their ids."""
    wanted = frozenset(wanted)
    ids = rules.ids if isinstance(rules, KeptRules) else tuple(rule.id for rule in rules)
    return {name: rules[number] for number, name in enumerate(ids) if name in wanted}


def _line(rule: Rule) -> bytes:
    fields = asdict(rule)
    for name in _UNKEPT:
        fields[name] = ()
    return rule.id.encode() + b" " + json.dumps(fields).encode()  # one line: it escapes the ends


def _parsed(line: bytes) -> Rule:
    item = JsonValue(parse_json(line, max_bytes=_MAX_RULE_BYTES))
    fields = {name: _field(name, member) for name, member in item.members()}
    try:
        return Rule(**fields)  # type: ignore[arg-type]  # sealed: exactly what `_line` wrote
    except TypeError as error:
        raise MalformedError(f"not a kept rule: {error}") from error


def _field(name: str, member: JsonValue) -> object:
    if name == "severity":
        return Severity(member.text())
    return tuple(member.value) if isinstance(member.value, list) else member.value
